"""fieldkit: small helpers for field notes, records and schedules."""

__version__ = "0.3.0"
