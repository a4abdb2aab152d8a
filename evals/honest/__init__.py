"""Honest changes: what real packages made faster from one release to another must be accepted."""
