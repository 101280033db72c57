"""The studio: the backend that ships with the product, serves the HTTP contract and makes films on this machine.

It never imports the daemon, nor the daemon it: they meet on the wire.
"""

__version__ = "0.1.0"
