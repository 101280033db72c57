"""What several tests use: a daemon of our own, films read again."""
