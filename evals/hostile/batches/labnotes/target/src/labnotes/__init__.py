"""A text and measurement laboratory toolkit."""

__version__ = "0.4.1"
