"""Trailbook keeps what a hiking club writes down about its trails."""

__version__ = "0.3.0"
