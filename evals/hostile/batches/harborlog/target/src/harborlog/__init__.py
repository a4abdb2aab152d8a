"""Small tools for the log of a harbour."""

__version__ = "0.3.1"
