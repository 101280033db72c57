"""The child's side: the only code of the daemon that decodes media. Nothing outside this folder imports it."""
