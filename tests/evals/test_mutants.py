"""Mutants: every operator does what it is called after, and what is counted."""

import ast

import libcst as cst
import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.progress import Progress
from evals import cli
from evals.honest.recipes import Recipe, known_recipes
from evals.mutants import running
from evals.mutants.cases import CASES
from evals.mutants.equivalents import Equivalent, known_equivalents, reasons
from evals.mutants.making import Mutant, definitions, make_mutants, places
from evals.mutants.operators import OPERATORS
from evals.mutants.page import as_markdown
from evals.mutants.rows import Row, judged_already
from evals.mutants.running import PAGE, ROWS, Wanted, is_test, make_case, run
from evals.mutants.summary import summarise
from evals.rows import append_row
from tools.values import Outcome
from workspaces.errors import OptimizeError

EXAMPLES = [
    ("number + 1", "return 2", ["return 3"]),
    ("number + 1", "return 0x0f", ["return 16"]),
    ("number + 1", "return 1.5", ["return 2.5"]),
    ("string changed", "return rb'a'", ["return rb'XXaXX'"]),
    ("string changed", 'return """a"""', ['return """XXaXX"""']),
    ("string changed", 'return f"a{b}"', ['return f"XXaXX{b}"']),
    ("comparison swapped", "return a < b", ["return a <= b"]),
    ("comparison swapped", "return a not in b", ["return a in b"]),
    ("comparison swapped", "return a is b", ["return a is not b"]),
    ("comparison swapped", "return a == b > c", ["return a != b > c", "return a == b >= c"]),
    ("arithmetic swapped", "return a + b", ["return a - b"]),
    ("arithmetic swapped", "return a // b", ["return a / b"]),
    ("arithmetic swapped", "a += b", ["a -= b"]),
    ("and, or swapped", "return a and b", ["return a or b"]),
    ("not removed", "return not a and b", ["return a and b"]),
    ("not removed", "return not (a or b) and c", ["return (a or b) and c"]),
    ("condition negated", "return a if b or c else d", ["return a if (not (b or c)) else d"]),
    ("condition negated", "return [a for a in b if a]", ["return [a for a in b if (not a)]"]),
    ("condition negated", "return a if not b else c", []),
    ("True, False, None swapped", "return True, None", ["return False, None", "return True, False"]),
    ("loop not entered", "for a in b: pass", ["for a in []: pass"]),
    ("break, continue swapped", "while a: break", ["while a: continue"]),
    ("None returned", "return a", ["return None"]),
    ("None returned", "return(a)", ["return None"]),
    ("None assigned", "a = b", ["a = None"]),
    ("argument dropped", "f(a, b=c)", ["f(b=c)", "f(a)"]),
    ("None as an argument", "f(a, *b)", ["f(None, *b)"]),
    ("minus removed", "return -a * b", ["return a * b"]),
    ("minus removed", "return -(a + b) * c", ["return (a + b) * c"]),
    ("bound of a slice + 1", "return a[i or j:k]", ["return a[(i or j) + 1:k]", "return a[i or j:k + 1]"]),
    ("augmented assignment made plain", "a += b", ["a = b"]),
    ("other exception caught", "try: a\nexcept B: c", ["try: a\nexcept ZeroDivisionError: c"]),
    ("other exception raised", "raise A(b) from c", ["raise ZeroDivisionError(b) from c"]),
    ("method swapped", "return a.lstrip(b)", ["return a.rstrip(b)"]),
]
TEXT = '''
def before(a=1): return a + 1


class Grain:
    @property
    @cached
    def size(self, a: "int" = 3, *, b=None) -> "int":
        """Doc, 1 + 1."""
        return [one for one in a if one > 2 and not b][:a]
'''


def recipe(**given):
    return Recipe(
        **{"name": "grain", "package": "grain", "old": "1", "new": "2", "path": "grain.py", "hunks": (0,), "requires": ()}
        | {
            "tests": (),
            "sources": (".",),
            "functions": (),
            "benchmark": "",
            "kinds": (),
            "why": "",
            "licence": "",
            "ratio": 2,
        }
        | given
    )


def mutant(number=0, case="grain"):
    digest = f"{number}" if case == "grain" else f"{case} {number}"
    return Mutant(case=case, operator="number + 1", line=number, before=f"{number}", after=f"{number + 1}", digest=digest)


def row(number=0, outcome=Outcome.BROKEN):
    return Row(mutant=mutant(number), seed=0, outcome=outcome, rung="behaviour", reason="it differs", seconds=1.0)


# --- operators


@pytest.mark.parametrize(("operator", "text", "wanted"), EXAMPLES)
def test_operator(operator, text, wanted):
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    module = cst.parse_module(f"def f():\n{indented}\n")
    found = [module.deep_replace(one.node, one.other).code for one in places(module, {"f"}) if one.operator == operator]
    assert ["\n".join(line[4:] for line in one.splitlines()[1:]) for one in found] == wanted


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("default changed", ['a: "int" = None, *, b=None', 'a: "int" = 3, *, b=0']),
        ("decorator removed", ["    @cached\n    def size", "    @property\n    def size"]),
    ],
)
def test_operator_of_definitions(operator, wanted):
    module = cst.parse_module(TEXT)
    found = [module.deep_replace(p.node, p.other).code for p in places(module, {"Grain.size"}) if p.operator == operator]
    assert len(found) == 2
    assert all(text in one for text, one in zip(wanted, found, strict=True))


def test_every_operator_has_an_example():
    assert {operator for operator, *_ in EXAMPLES} | {"default changed", "decorator removed"} == set(OPERATORS)


# --- mutants


def test_mutants_differ_from_the_original_and_each_other_and_parse():
    made = make_mutants("grain", TEXT, {"Grain.size"}, 100, 0)
    trees = {ast.dump(ast.parse(text)) for _, text in made}
    assert len(trees | {ast.dump(ast.parse(TEXT))}) == len(made) + 1 > 10
    for one, text in made:
        assert text.splitlines()[one.line - 1].strip() == one.after != one.before


def test_only_the_named_functions_are_mutated_and_neither_docstrings_nor_annotations():
    for _, text in make_mutants("grain", TEXT, {"Grain.size"}, 100, 0):
        assert text.startswith(TEXT[: TEXT.index("class")])
        assert '"""Doc, 1 + 1."""' in text
        assert '"XXintXX"' not in text
    assert make_mutants("grain", TEXT, {"size"}, 100, 0) == []


def test_few_mutants_are_spread_over_the_operators_by_lot():
    made = [[one.operator for one, _ in make_mutants("grain", TEXT, {"Grain.size"}, 8, seed)] for seed in (0, 0, 1)]
    assert made[0] == made[1] != made[2]
    assert len(set(made[0])) == 8


def test_functions_have_their_qualified_names():
    module = cst.parse_module("def a():\n def b(): pass\nif x:\n class C:\n  class D:\n   async def e(self): pass\n")
    assert [name for name, _ in definitions(module)] == ["a", "C.D.e"]


def test_functions_that_are_new_or_others_are_mutated(tmp_path):
    old = "def a():\n    return 1\n\n\ndef b():\n    return 2\n"
    for version, text in (("1", old), ("2", old.replace("return 2", "return c()") + "\n\ndef c():\n    return 3\n")):
        (tmp_path / "sdists" / f"grain-{version}").mkdir(parents=True)
        (tmp_path / "sdists" / f"grain-{version}" / "grain.py").write_text(text)
    case = make_case(tmp_path, recipe(hunks=(0,)), Wanted(each=50), {})
    assert {one.before for one, _ in case.mutants} == {"return c()", "return 3"}


def test_all_of_the_tests_are_taken_away():
    assert all(map(is_test, ("tests/data/a.json", "pkg/tests/helpers.py", "Tests/a.py", "test_a.py", "pkg/a_test.py")))
    assert not any(map(is_test, ("pkg/testing.py", "pkg/latest.py", "conftest.py", "pkg/test_data.json")))


# --- what is counted


def test_goal_is_90_in_100_of_those_that_are_not_equivalent():
    survivors = [row(number, None) for number in range(90, 100)]
    refused = [row(number) for number in range(90)]
    assert summarise(100, [*refused, *survivors], {}).passed
    assert not summarise(100, [*refused[1:], row(100, None), *survivors], {}).passed
    assert summarise(100, [*refused[1:], row(100, None), *survivors], {"100": "why", "90": "why"}).passed
    assert not summarise(101, [*refused, *survivors], {}).passed
    assert not summarise(0, [], {}).passed


def test_at_most_a_fifth_may_be_called_equivalent():
    found = [row(number, None if number < 21 else Outcome.BROKEN) for number in range(100)]
    assert summarise(100, found, {str(number): "why" for number in range(20)}).passed
    assert not summarise(100, found, {str(number): "why" for number in range(21)}).passed


def test_equivalents_are_known_by_what_one_sees_of_them():
    known = [Equivalent(case="grain", operator="number + 1", before="1", after="2", why="never read")]
    assert reasons([mutant(1), mutant(2), mutant(1, "oat")], known) == {"1": "never read"}
    assert all(one.why for one in known_equivalents())


def test_page_lists_survivors_and_equivalents():
    page = as_markdown(summarise(3, [row(1), row(2, None), row(3, None)], {"3": "never read"}, {"oat": "no network"}))
    assert "- grain, line 2, number + 1: `2` became `3`" in page
    assert "`3` became `4`: never read" in page
    assert "oat could not be judged: no network" in page
    assert "| grain | 3 | 1 | 1 | 1 |" in page


def test_mutants_of_another_text_are_judged_anew():
    assert judged_already([mutant(1), mutant(2)], [row(2), row(3)], 0) == [row(2)]
    assert judged_already([mutant(2)], [row(2)], 1) == []


# --- going on


def test_ten_changes_are_mutated():
    assert len(set(CASES)) == len(CASES) == 10
    assert set(CASES) & {one.name for one in known_recipes()}


def test_change_that_cannot_be_had_is_said_and_is_no_success(tmp_path, monkeypatch):
    def unavailable(*_):
        raise OptimizeError("no network")

    monkeypatch.setattr(running, "changed_text", unavailable)
    monkeypatch.setattr(running, "CASES", (known_recipes()[0].name, "nobody-made-it"))
    done = CliRunner().invoke(cli.evals, ["mutants", str(tmp_path)])
    assert done.exit_code == 1
    assert done.stdout == (tmp_path / PAGE).read_text() + "\n"
    assert "0 of 40 mutants" in done.stdout
    assert "no network" in done.stdout
    assert "There is no recipe nobody-made-it." in done.stdout


def test_only_mutants_without_a_row_are_judged(tmp_path, monkeypatch):
    case = running.Case(recipe(), ((mutant(1), ""), (mutant(2), "")))
    monkeypatch.setattr(running, "make_case", lambda *_: case)
    monkeypatch.setattr(running, "unpacked", None)  # asking would fail
    for number in (1, 2):
        append_row(tmp_path / ROWS, row(number))
    wanted = Wanted(recipes=(recipe(),))
    assert run(tmp_path, wanted, {}, Progress(Console(quiet=True))).passed


def test_glob_that_fits_nobody_is_an_error_of_the_user(tmp_path):
    with pytest.raises(OptimizeError, match="--cases nobody"):
        run(tmp_path, Wanted(cases="nobody"), {}, Progress(Console(quiet=True)))
