"""Honest changes of real packages: recipes, the differences that they take, and what is counted."""

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.progress import Progress
from agent.running import current_environment
from evals import cli
from evals.honest import running
from evals.honest.applying import apply_hunks
from evals.honest.page import as_markdown
from evals.honest.recipes import Kind, Recipe, known_recipes, matching, read_recipes
from evals.honest.rows import Row
from evals.honest.running import PAGE, ROWS, Wanted, asked, run
from evals.honest.summary import summarise
from evals.rows import append_row
from tools.values import Outcome
from workspaces.errors import OptimizeError

LOOP = "    found = 0\n    for one in numbers:\n        found += one\n    return found\n"
OLD = f"import os\n\ndef total(numbers):\n{LOOP}\n# end\n"
NEW = "import sys\n\ndef total(numbers):\n    return sum(numbers)\n\n# the end\n"
GRAIN = '''"""Sums."""


def total(numbers: list[int]) -> int:
    """The sum."""
    found = 0
    for number in numbers:
        found += number
    return found
'''
FASTER = '''"""Sums, faster."""


def total(numbers: list[int]) -> int:
    """The sum."""
    return sum(numbers)
'''
BENCHMARK = """from grain import total

NUMBERS = list(range(20000))


def test_total(benchmark):
    assert benchmark(total, NUMBERS) == 199990000
"""


def recipe(name="grain-total", **given):
    return Recipe(
        **{"name": name, "package": "grain", "old": "1", "new": "2", "path": "grain/__init__.py", "hunks": (1,)}
        | {"requires": (), "tests": (), "sources": (".",), "functions": ("total",), "benchmark": BENCHMARK}
        | {"kinds": (Kind.SMALL,), "why": "sum()", "licence": "MIT", "ratio": 1.2}
        | given
    )


def row(one, outcome=Outcome.FASTER):
    return Row(
        recipe=one, seed=0, outcome=outcome, rung="" if outcome is Outcome.FASTER else "tests", reason="so", seconds=1
    )


def rows(count, refused=0):
    recipes = [recipe(f"r{number}") for number in range(count)]
    return recipes, [row(one, Outcome.SAME if place < refused else Outcome.FASTER) for place, one in enumerate(recipes)]


# --- recipes


def test_only_the_wanted_differences_are_taken():
    assert apply_hunks(OLD, NEW, [1]) == OLD.replace(LOOP, "    return sum(numbers)\n")
    assert apply_hunks(OLD, NEW, [0, 2]) == OLD.replace("import os", "import sys").replace("# end", "# the end")
    assert apply_hunks(OLD, NEW, [2, 0, 1]) == NEW
    assert apply_hunks("a\n", "a\nb\n", [0]) == "a\nb\n"


def test_texts_are_replaced_afterwards():
    assert apply_hunks(OLD, NEW, [1], [("sum(", "math.fsum(")]) == apply_hunks(OLD, NEW, [1]).replace("sum", "math.fsum")
    with pytest.raises(OptimizeError, match="'o' should occur once and occurs"):
        apply_hunks(OLD, NEW, [1], [("o", "u")])


def test_line_ends_stay_as_they_are():
    assert apply_hunks("a\r\nb\r\n", "a\r\nc\r\n", [0]) == "a\r\nc\r\n"


def test_difference_that_is_not_there_is_an_error_of_the_user():
    with pytest.raises(OptimizeError, match="3 differences, and number 3 is wanted"):
        apply_hunks(OLD, NEW, [1, 3])


def test_recipes_that_come_with_us_are_well_formed():
    recipes = known_recipes()
    assert len({one.name for one in recipes}) == len(recipes) > 0
    for one in recipes:
        compile(one.benchmark, one.name, "exec", dont_inherit=True)
        assert "benchmark" in one.benchmark
        assert one.path.endswith(".py")
        assert one.ratio >= 1.1


def test_recipes_are_found_by_name_package_and_kind():
    recipes = [recipe("one"), recipe("two", package="oat"), recipe("three", kinds=(Kind.LAZY,))]
    assert matching([], recipes) == recipes
    assert [one.name for one in matching(["t*"], recipes)] == ["two", "three"]
    assert [one.name for one in matching(["oat", "lazy"], recipes)] == ["two", "three"]


def test_line_that_is_no_recipe_is_an_error_of_the_user():
    with pytest.raises(OptimizeError, match="cannot be read"):
        read_recipes('{"name": "one"}\n')


def test_suite_is_the_benchmark_alone_where_there_are_no_tests(tmp_path):
    assert asked(tmp_path, recipe(tests=("tests/test_grain.py",))).tests == ("tests/test_grain.py",)
    for alone in (asked(tmp_path, recipe()), asked(tmp_path, recipe(tests=("tests/test_grain.py",)), tests=False)):
        assert alone.tests == (running.OWN_FOLDER,)
        assert (tmp_path / "benchmarks" / "grain-total.py").read_text() == BENCHMARK


# --- what is counted


def test_goal_is_40_judged_and_95_in_100_accepted():
    assert summarise(*rows(40, refused=2)).passed
    assert not summarise(*rows(40, refused=3)).passed
    assert not summarise(*rows(39)).passed
    recipes, found = rows(41)
    assert not summarise(recipes, found[1:]).passed


def test_page_counts_kinds_and_names_who_was_refused():
    recipes, found = rows(3, refused=1)
    trouble = row(recipe("lost"), None)
    page = as_markdown(summarise([*recipes, trouble.recipe], found, [trouble]))
    assert "| small | 3 | 2 |" in page
    assert "- `r0`: same at tests: so" in page
    assert "- `lost`: not judged at tests: so" in page


def test_recipe_that_was_changed_or_could_not_be_judged_is_judged_anew(tmp_path, monkeypatch):
    for one in (row(recipe("one")), row(recipe("two")), row(recipe("three"), None)):
        append_row(tmp_path / ROWS, one)
    judged = []

    def judge(folder, wanted, *_):
        judged.append(wanted.name)
        return row(wanted)

    monkeypatch.setattr(running, "judge", judge)
    recipes = (recipe("one"), recipe("two", hunks=(7,)), recipe("three"))
    summary = run(tmp_path, Wanted(recipes=recipes), {}, Progress(Console(quiet=True)))
    assert judged == ["two", "three"]
    assert summary.accepted == 3
    assert summary.troubles == ()


def test_command_says_by_its_exit_code_whether_the_goal_is_reached(tmp_path):
    for one in known_recipes():
        append_row(tmp_path / ROWS, row(one))
    name = known_recipes()[0].name
    done = CliRunner().invoke(cli.evals, ["honest", str(tmp_path), "--only", name])
    assert done.exit_code == 1
    assert done.stdout == (tmp_path / PAGE).read_text() + "\n"


def test_glob_that_fits_nobody_is_an_error_of_the_user(tmp_path):
    with pytest.raises(OptimizeError, match="nobody"):
        run(tmp_path, Wanted(only=("nobody",)), {}, Progress(Console(quiet=True)))


# --- for real


def test_change_of_a_package_is_judged_once_by_its_benchmark_alone(tmp_path, sandbox, cache, monkeypatch):
    folder = tmp_path / "an eval"
    for version, text in (("1", GRAIN), ("2", FASTER)):
        package = folder / "sdists" / f"grain-{version}" / "grain"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(text)
        (package.parent / "test_broken.py").write_text("def test_broken():\n    assert not 'collected'\n")
    environment = {**current_environment(), "XDG_CACHE_HOME": str(cache), "VIRTUAL_ENV": ""}
    progress = Progress(Console(quiet=True))
    summary = run(folder, Wanted(recipes=(recipe(),)), environment, progress)
    assert summary.outcomes == {"faster": 1}, summary.rows + summary.troubles
    assert summary.rows[0].figure.speedup > 1.2
    assert summary.rows[0].compared >= 20
    monkeypatch.setattr(running, "judge", None)  # asking again would fail
    assert run(folder, Wanted(recipes=(recipe(),)), environment, progress) == summary
