"""What is to be done and how far it is: the ledger on disk, the states of a job, and the rules that move them."""
