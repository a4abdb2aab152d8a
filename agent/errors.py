"""What stops a run, for all of `agent`."""

from __future__ import annotations

from workspaces.errors import OptimizeError

__all__ = ["OptimizeError"]
