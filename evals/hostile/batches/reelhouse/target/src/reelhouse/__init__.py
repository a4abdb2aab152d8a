"""reelhouse: bookkeeping for a small cinema."""

__version__ = "0.4.0"
