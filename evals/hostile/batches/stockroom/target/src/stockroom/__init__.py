"""stockroom: helpers for a small warehouse."""

__version__ = "0.4.0"
