import json

import pytest

from agent.report import Report, as_json, as_markdown, headline, terminal
from tests.agent.values import PASSED, hotspot, interval, verdict
from tools.values import Combined, Commit, Outcome, Usage

SHA = "c" * 40


def report(*, commits=0, rejected=(), **more):
    made = tuple(Commit(sha=SHA[:-1] + str(number), verdict=verdict(title=f"Change {number}")) for number in range(commits))
    shas = tuple(commit.sha for commit in made)
    whole = Combined(
        commits=shas, tests=PASSED, figure=interval(1.5, 1.5), benchmarks={"a": interval(1.5, 1.5)}, reason="together: fine"
    )
    given = {
        "run": "20250101-000000-abcd",
        "repository": "/home/ada/shop",
        "subfolder": "",
        "branch": "optimize/20250101-000000-abcd",
        "start": "b" * 40,
        "interpreter": "cpython 3.12.1 (.venv of the repository)",
        "sandbox": "bubblewrap",
        "models": ("rules",),
        "min_gain": 0.05,
        "benchmarks": ("benchmarks/test_shop.py::test_bench",),
        "hotspots": (hotspot(),),
        "commits": made,
        "rejected": tuple(rejected),
        "combined": whole if commits else None,
        "spent": Usage(prompt_tokens=100, completion_tokens=20, dollars=0.5),
        "notices": ("1 tests are flaky: tests/test_a.py::test_b",),
        "seconds": 12.34,
    }
    return Report(**{**given, **more})


def test_json_can_be_written_and_names_every_commit():
    found = json.loads(json.dumps(as_json(report(commits=2))))
    assert [commit["title"] for commit in found["commits"]] == ["Change 0", "Change 1"]
    first = found["commits"][0]
    assert (first["interval"], first["pairs"], first["model"]) == ([1.9, 2.1], 8, "rules")
    assert (found["branch"], found["cost"], found["tokens"], found["seconds"]) == (
        "optimize/20250101-000000-abcd",
        0.5,
        120,
        12.3,
    )


def test_json_holds_the_keys_that_programs_rely_on():
    keys = {"schema", "run", "branch", "commits", "rejected", "combined", "cost", "seconds", "hotspots", "notices"}
    assert keys <= set(as_json(report()))


def test_run_without_commits_has_no_branch():
    found = as_json(report())
    assert (found["branch"], found["commits"], found["combined"]) == (None, [], None)
    assert "optimize/2025" not in terminal(report())


def test_unknown_price_is_said_to_be_unknown():
    unknown = report(spent=Usage(prompt_tokens=7, completion_tokens=0, dollars=None))
    assert as_json(unknown)["cost"] is None
    assert "7 tokens, price unknown" in terminal(unknown)
    assert "7 tokens, price unknown" in as_markdown(unknown)


def test_refused_candidate_keeps_its_reason_and_its_figure():
    slow = verdict(Outcome.SLOWER, low=0.4, high=0.6)
    (refused,) = as_json(report(rejected=[slow]))["rejected"]
    assert (refused["outcome"], refused["reason"], refused["interval"]) == ("slower", slow.reason, [0.4, 0.6])


def test_candidate_that_was_never_timed_has_no_figure():
    broken = verdict().model_copy(update={"outcome": Outcome.BROKEN, "measurements": ()})
    (refused,) = as_json(report(rejected=[broken]))["rejected"]
    assert (refused["speedup"], refused["interval"]) == (None, None)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (report(), "Nothing worth changing was found: no candidate was proposed"),
        (report(rejected=[verdict(Outcome.SAME)]), "Nothing worth changing was found: 1 candidate was judged"),
        (report(rejected=[verdict(Outcome.SAME)] * 2), "Nothing worth changing was found: 2 candidates were judged"),
        (report(commits=1), "1 verified speedup; the whole workload is 1.50x [1.50, 1.50] as fast"),
        (report(commits=2), "2 verified speedups; "),
        (report(commits=1, combined=None), "1 verified speedup"),
    ],
)
def test_headline_says_what_came_out(found, sentence):
    assert headline(found).startswith(sentence)
    assert terminal(found).startswith(sentence)
    assert as_markdown(found).startswith(f"# {sentence}")


def test_text_cannot_break_out_of_a_table():
    nasty = verdict(Outcome.SAME, title="one | two\nthree").model_copy(update={"reason": "x | y\r\n| z |"})
    rows = [line for line in as_markdown(report(rejected=[nasty])).splitlines() if "one \\| two three" in line]
    (row,) = rows
    assert row.replace("\\|", "").count("|") == 5


def test_every_row_has_the_cells_of_its_table():
    markdown = as_markdown(report(commits=2, rejected=[verdict(Outcome.SAME)]))
    cells = 0
    for line in markdown.splitlines():
        if line.startswith("|"):
            count = line.replace("\\|", "").count("|")
            assert cells in (0, count)
            cells = count
        else:
            cells = 0


def test_markdown_names_commit_evidence_and_circumstances():
    markdown = as_markdown(report(commits=1, subfolder="services/x"))
    for part in ("`ccccccc", "**2.00x**", "git notes --ref=optimize show", "folder `services/x`", "cpython 3.12.1", "flaky"):
        assert part in markdown


def test_terminal_counts_refusals_by_outcome():
    refused = [verdict(Outcome.SAME), verdict(Outcome.SLOWER), verdict(Outcome.SAME)]
    assert "refused: 2 same, 1 slower" in terminal(report(rejected=refused))


def test_function_that_takes_all_the_time_has_a_ceiling_that_is_no_number():
    everything = report(hotspots=(hotspot(1.0),))
    assert "over 100x" in as_markdown(everything)
    (found,) = as_json(everything)["hotspots"]
    assert found["ceiling"] is None
    json.dumps(as_json(everything), allow_nan=False)


def test_cost_is_set_against_what_was_gained():
    refused = verdict(Outcome.BROKEN)
    refused = refused.model_copy(update={"candidate": refused.candidate.model_copy(update={"model": "openai/a"})})
    paid = report(commits=1, rejected=[refused])
    assert as_json(paid)["gain_per_dollar"] == pytest.approx(1.0)  # 1.5x for half a dollar
    assert "120 tokens, $0.5000 for 1 edits of models, 0 of them committed; 100.0% faster per dollar" in as_markdown(paid)
    assert as_json(report(commits=1, spent=Usage()))["gain_per_dollar"] is None
    assert as_json(report())["gain_per_dollar"] is None
