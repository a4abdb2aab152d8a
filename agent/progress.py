"""Tells a person what is going on, on standard error: results go to standard output."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from agent.judging import figure

if TYPE_CHECKING:
    from rich.status import Status

    from tools.values import Verdict


class Progress:
    """Lines that stay and, on a terminal, one that changes."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """A line that stays."""
        self.status("")
        self.console.print(f"[dim]{self._elapsed()}[/dim] {escape(text)}")

    def status(self, text: str) -> None:
        """What is happening now; gone when the next thing happens, and not shown in logs."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        if text and self.console.is_terminal:
            self._status = self.console.status(escape(text))
            self._status.start()

    def verdict(self, verdict: Verdict) -> None:
        """One candidate's answer."""
        mark = "[green]+[/green]" if verdict.accepted else "[red]-[/red]"
        self.status("")
        self.console.print(
            f"[dim]{self._elapsed()}[/dim]   {mark} {escape(verdict.candidate.title)}: [bold]{verdict.outcome}[/bold]"
        )
        self.console.print(f"           {escape(verdict.reason)}", style="dim")

    def commit(self, sha: str, verdict: Verdict) -> None:
        """One more commit on the branch."""
        self.status("")
        measured = figure(verdict.measurements[0].figure)
        self.console.print(f"[dim]{self._elapsed()}[/dim]   [green]committed[/green] {sha[:10]} {measured}")

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self._started:6.1f}"

    def close(self) -> None:
        """Take the changing line away."""
        self.status("")
