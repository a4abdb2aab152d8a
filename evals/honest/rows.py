"""What a verdict on a recipe leaves behind, and which recipes need no other one."""

from __future__ import annotations

from collections.abc import Sequence

from evals.honest.recipes import Recipe
from tools.values import Interval, Outcome, Value


class Row(Value):
    """What the judge said of one change."""

    recipe: Recipe
    seed: int
    outcome: Outcome | None  # None where it could not be judged
    rung: str  # of the check that failed; empty where all passed
    reason: str
    figure: Interval | None = None  # the speedup
    compared: int = 0  # inputs on which old and new code did the same
    seconds: float  # baseline, checks and timing together

    @property
    def accepted(self) -> bool:
        """True only for FASTER."""
        return self.outcome is Outcome.FASTER

    @property
    def said(self) -> str:
        """The outcome in a word."""
        return self.outcome.value if self.outcome else "not judged"


def judged_already(recipes: Sequence[Recipe], rows: Sequence[Row], seed: int) -> list[Row]:
    """The last verdicts on these very recipes; what could not be judged is tried again."""
    by_name = {row.recipe.name: row for row in rows if row.seed == seed and row.outcome is not None}
    return [by_name[one.name] for one in recipes if one.name in by_name and by_name[one.name].recipe == one]


def not_judged(recipes: Sequence[Recipe], rows: Sequence[Row], seed: int) -> list[Row]:
    """The last failures to judge these recipes."""
    done = {row.recipe.name for row in judged_already(recipes, rows, seed)}
    by_name = {row.recipe.name: row for row in rows if row.seed == seed and row.outcome is None}
    return [by_name[one.name] for one in recipes if one.name in by_name and one.name not in done]
