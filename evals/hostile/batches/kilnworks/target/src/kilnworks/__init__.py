"""kilnworks: bookkeeping for a pottery workshop."""

__version__ = "0.4.1"
