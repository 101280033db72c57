"""The endpoints of the contract: each parses what came, calls a room below, and answers in the contract's shapes."""
