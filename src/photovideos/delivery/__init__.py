"""What the product puts into a person's folder: the film, its summary, the status file; and into the inbox, a note."""
