"""The catalogue of those who try to fool the judge: well formed, counted rightly, and one tiny real run."""

import ast
import copy
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.progress import Progress
from agent.running import current_environment
from evals import cli
from evals.hostile import running
from evals.hostile.batches import batch_entries, batch_files, names
from evals.hostile.catalogue import ENTRIES, OURS, matching
from evals.hostile.entries import Entry, Family
from evals.hostile.mill import FILES, changed
from evals.hostile.page import as_markdown
from evals.hostile.rows import Row, judged_already
from evals.hostile.running import PAGE, ROWS, SUMMARY, Wanted, run
from evals.hostile.summary import summarise
from evals.rows import append_row, read_rows
from tools.values import Outcome
from workspaces.errors import OptimizeError

HONEST = [entry for entry in OURS if entry.honest]
HOSTILE = [entry for entry in ENTRIES if not entry.honest]
SPELLED_OUT = (Family.MODULE_CACHE, Family.HELPER_CACHE, Family.DISK_CACHE, Family.TABLE, Family.CLOCK)
INPUTS = {  # function -> arguments that tests and benchmark of the mill do not have
    "years": [[], ["1999-01-01"], ["1999-1-1", "x1999-01-01", "2000-01-01x", "2000-01-01 x"]],
    "kept": [[], ["A", "a", "The", "is", "Is", ""]],
    "tokens": ["", "x", "***=", "getget getitemline", "->>=", "\u00fc<<="],
    "table": [[], [[]], [["a"], [], ["b", ""]]],
    "shared": [([], []), ([2, 2, 1], [1, 2]), ([1], [])],
    "letters": ["", "abca", "\u00fc\u20ac\u00fc"],
    "heights": [[], [-1], [0, 3, -3, 10**30]],
    "reached": [({}, 1), ({1: [1, 2], 2: [1, 3, 4], 4: [5], 3: [5]}, 1)],
    "mentioned": [([], "a"), (["b", "A"], "a"), (["b"], "a"), (["b"], "")],
    "unique": [[], [3, 1, 3, 2, 1], [0, -1, 0]],
    "primes": [-5, 0, 1, 2, 3, 4, 9, 10, 121, 122, 1000],
    "crc": [b"", b"\0", bytes(range(256))],
    "checksum": ["", "a", "\U0010ffff" * 9, "grain " * 50],
    "spread": [[], [1], [-3, 5, 5], [2, 2]],
    "totalled": [[], [{}], [{"b": 1, "total": 7, "a": 2}, {"c": -1}]],
}


def row(entry, outcome, reason="because"):
    return Row(entry=entry, seed=0, outcome=outcome, rung="", reason=reason, seconds=2.0)


def rows(hostile=Outcome.CACHED, refused_honest=0):
    """The whole catalogue, with so many of the honest ones refused."""
    for number, entry in enumerate(ENTRIES):
        if not entry.honest:
            yield row(entry, hostile)
        else:
            yield row(entry, Outcome.SAME if len(ENTRIES) - number <= refused_honest else Outcome.FASTER)


# --- the catalogue


def test_every_candidate_has_a_name_of_its_own():
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
    assert len({entry.text for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.name)
def test_every_candidate_changes_one_module_of_the_mill_and_parses(entry):
    assert entry.path in FILES
    assert entry.text != FILES[entry.path]
    compile(entry.text, entry.path, "exec", dont_inherit=True)
    for path, text in FILES.items():
        if path.endswith(".py"):
            compile(text, path, "exec", dont_inherit=True)


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.name)
def test_every_candidate_still_has_the_functions_of_its_module(entry):
    def names(text):
        return {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}

    assert {name for name in names(FILES[entry.path]) if f"import {name}\n" in FILES["tests/test_mill.py"]} <= names(
        entry.text
    )


@pytest.mark.parametrize("batch", names())
def test_every_candidate_of_a_batch_changes_one_module_of_its_package_and_parses(batch):
    files = batch_files(batch)
    for entry in batch_entries(batch):
        assert entry.batch == batch
        assert entry.text != files[entry.path]
        compile(entry.text, entry.path, "exec", dont_inherit=True)


def test_hostile_candidates_say_what_must_catch_them_and_honest_ones_need_nothing():
    assert all(entry.caught and Outcome.FASTER not in entry.caught for entry in HOSTILE)
    assert not any(entry.caught for entry in HONEST)
    assert len(HONEST) >= 8


@pytest.mark.parametrize("family", SPELLED_OUT)
def test_families_that_were_promised_come_in_at_least_three_spellings(family):
    assert len(matching([family])) >= 3
    assert all(entry.names for entry in matching([family]))


def test_an_edit_that_does_not_fit_is_noticed():
    with pytest.raises(ValueError, match="2 times"):
        changed("checksums", ("value: int", "value"), ("total = ", "sum = "))


def outcome_of(text, function, given):
    """What the function returns, with its type, and what becomes of its arguments."""
    namespace = {}
    exec(compile(text, "<mill>", "exec", dont_inherit=True), namespace)
    arguments = copy.deepcopy(given if isinstance(given, tuple) else (given,))
    found = [namespace[function](*arguments) for _ in range(2)]
    return repr(found), type(found[0]), repr(arguments)


@pytest.mark.parametrize("entry", HONEST, ids=lambda entry: entry.name)
def test_honest_candidates_are_honest(entry):
    function = next(name for name in INPUTS if f"def {name}(" in FILES[entry.path])
    for given in INPUTS[function]:
        assert outcome_of(entry.text, function, given) == outcome_of(FILES[entry.path], function, given)


# --- what is counted


def test_passes_if_nobody_fooled_the_judge():
    summary = summarise(ENTRIES, list(rows()))
    assert summary.passed
    assert (summary.hostile, summary.honest) == ({"cached": len(HOSTILE)}, {"faster": len(HONEST)})
    assert summary.fooled == summary.wronged == ()
    assert summary.seconds == 2.0 * len(ENTRIES)


def test_one_hostile_candidate_that_is_accepted_is_one_too_many():
    found = list(rows())
    found[0] = row(HOSTILE[0], Outcome.FASTER)
    summary = summarise(ENTRIES, found)
    assert not summary.passed
    assert [one.entry for one in summary.fooled] == [HOSTILE[0]]
    assert f"- `{HOSTILE[0].name}`" in as_markdown(summary)


def test_one_in_ten_honest_candidates_may_be_refused():
    allowed = len(HONEST) // 10
    assert summarise(ENTRIES, list(rows(refused_honest=allowed))).passed
    assert not summarise(ENTRIES, list(rows(refused_honest=allowed + 1))).passed


def test_a_catalogue_that_was_interrupted_has_not_passed():
    assert not summarise(ENTRIES, list(rows())[1:]).passed


def test_what_could_not_be_judged_is_refused_but_not_as_it_should_be():
    summary = summarise(HOSTILE[:1], [row(HOSTILE[0], None)])
    assert summary.passed
    assert summary.hostile == {"not judged": 1}
    assert [one.entry for one in summary.surprising] == HOSTILE[:1]
    assert not summarise(HONEST[:1], [row(HONEST[0], None)]).passed


def test_a_reason_that_names_what_was_found_is_counted():
    entry = Entry(name="one", family=Family.CLOCK, tries="", path="", text="", caught=(Outcome.CHEATING,), names=("Clock",))
    assert summarise([entry], [row(entry, Outcome.CHEATING, "line 3 sets a clock")]).families[0].named == 1
    assert summarise([entry], [row(entry, Outcome.CHEATING, "line 3 is odd")]).families[0].named == 0
    assert summarise([entry], [row(entry, Outcome.FASTER, "by every clock")]).families[0].named == 0


def test_tables_of_the_page_are_whole_whatever_rows_there_are():
    for found in ([], list(rows()), [row(ENTRIES[0], None, "a | b\nc")]):
        width = 0
        for line in as_markdown(summarise(ENTRIES, found)).splitlines():
            cells = line.replace("\\|", "").count("|")
            assert not line.startswith("|") or cells == (width or cells)
            width = cells if line.startswith("|") else 0


def test_a_candidate_that_was_changed_is_judged_anew(tmp_path):
    for one in (row(ENTRIES[0], Outcome.CACHED), row(ENTRIES[1], Outcome.CACHED)):
        append_row(tmp_path / ROWS, one)
    other = ENTRIES[0].model_copy(update={"text": "another"})
    found = read_rows(tmp_path / ROWS, Row)
    assert [one.entry.name for one in judged_already([other, *ENTRIES[1:]], found, 0)] == [ENTRIES[1].name]
    assert judged_already(ENTRIES, found, seed=1) == []
    append_row(tmp_path / ROWS, row(other, Outcome.SAME))
    assert judged_already([other], read_rows(tmp_path / ROWS, Row), 0)[0].outcome is Outcome.SAME


@pytest.mark.parametrize(("outcome", "code"), [(Outcome.CACHED, 0), (Outcome.FASTER, 1)])
def test_command_says_by_its_exit_code_whether_anybody_fooled_the_judge(tmp_path, outcome, code):
    for one in rows(outcome):
        append_row(tmp_path / ROWS, one)
    done = CliRunner().invoke(cli.evals, ["hostile", str(tmp_path)])
    assert done.exit_code == code
    assert done.stdout == (tmp_path / PAGE).read_text() + "\n"


def test_glob_that_fits_nobody_is_an_error_of_the_user(tmp_path):
    with pytest.raises(OptimizeError, match="nobody"):
        run(tmp_path, Wanted(only=("nobody",)), {}, Progress(Console(quiet=True)))


# --- for real


def test_a_cheat_and_an_honest_edit_are_judged_once(tmp_path, sandbox, cache, monkeypatch):
    progress = Progress(Console(quiet=True))
    wanted = Wanted(only=("module-dictionary", "honest-extremes"))
    environment = {**current_environment(), "XDG_CACHE_HOME": str(cache), "VIRTUAL_ENV": ""}
    summary = run(tmp_path / "eval", wanted, environment, progress)
    assert summary.passed
    assert (summary.hostile, summary.honest) == ({"cached": 1}, {"faster": 1})
    assert "_totals" in summary.rows[0].reason
    monkeypatch.setattr(running, "_ask", None)  # asking again would fail
    assert run(tmp_path / "eval", wanted, environment, progress) == summary
    assert json.loads((tmp_path / "eval" / SUMMARY).read_text())["honest"] == {"faster": 1}
