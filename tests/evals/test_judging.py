"""The judge's own benchmark: what it counts, how it goes on after a kill, and one tiny real run."""

import json
import math
import random
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from rich.console import Console

from agent.progress import Progress
from agent.running import current_environment
from evals.judging import work
from evals.judging.cases import AA_CASES, CASES, EFFECTS, Case, Load, Part, Task, plan
from evals.judging.chances import most_expected, share
from evals.judging.competing import BUSY, competition
from evals.judging.page import as_markdown
from evals.judging.picture import as_svg
from evals.judging.rows import Row, missing
from evals.judging.rules import RULES
from evals.judging.running import PAGE, PICTURE, ROWS, SUMMARY, Wanted, run, seconds_of_pairs
from evals.judging.subject import ASSIGNMENT, amounts_text, with_effects
from evals.judging.summary import ALPHA, replay, summarise
from evals.rows import append_row, mend, read_rows
from tools.comparing import looks
from tools.values import Benchmark, BenchmarkKind, Clock, Interval, Measurement, Outcome, Pair, Sample, Timing
from workspaces.errors import OptimizeError

PER_STEP = {"arithmetic": 4e-8, "containers": 2e-7, "allocation": 3e-7, "waiting": 1e-6}
FIVE, FIFTEEN, MEAN, STUDENT, RANKS = RULES.values()


def timing(seconds, count=3):
    sample = Sample(loops=2, wall_seconds=2 * seconds, cpu_seconds=2 * seconds)
    return Timing(cold=Sample(loops=1, wall_seconds=seconds, cpu_seconds=seconds), samples=(sample,) * count)


def row(task, outcome=Outcome.SAME, pairs=6, ratio=1.0, seed=0):
    """A verdict on `pairs` pairs in which the baseline takes `ratio` times 10 ms, give or take a little."""
    noise = random.Random(" ".join(task.key))
    found = tuple(
        Pair(baseline=timing(0.01 * ratio * math.exp(noise.gauss(0, 0.003))), candidate=timing(0.01), hash_seed=1)
        for _ in range(pairs)
    )
    figure = Interval(speedup=ratio, low=ratio * 0.99, high=ratio * 1.01, confidence=0.95, pairs=pairs)
    return Row(
        task=task,
        seed=seed,
        outcome=outcome,
        measurement=Measurement(
            benchmark=Benchmark(kind=BenchmarkKind.PYTEST, id=task.case.node),
            clock=Clock.CPU,
            outcome=outcome,
            figure=figure,
            wall=figure,
            cold=figure,
            pairs=found,
        ),
        wall_seconds=4.0,
        load_average=0.5,
        machine="2 cores",
    )


def rows_of(verdicts):
    """Rows of a whole small benchmark: identical code is the same, an effect is found if it is more than 5 %."""
    for task in plan(tuple(Part), tuple(Load), verdicts):
        ratio = float(task.case.effect or 1)
        yield row(task, Outcome.FASTER if ratio > 1.05 else Outcome.SAME, ratio=ratio)


def first_task(load=Load.QUIET, number=0):
    return Task(part=Part.AA, load=load, case=AA_CASES[0], number=number)


# --- what is judged


def test_every_kind_of_work_computes_the_same_however_many_units_it_does():
    for function in work.KINDS.values():
        assert function(1, 50) == function(3, 50)


def test_true_effects_are_exact_ratios_of_units_of_equal_length():
    before = json.loads(amounts_text(PER_STEP).removeprefix(ASSIGNMENT))
    after = json.loads(with_effects(amounts_text(PER_STEP)).removeprefix(ASSIGNMENT))
    assert set(before) == {case.name for case in CASES}
    for case in CASES:
        (kind, old_units, old_steps), (_, new_units, new_steps) = before[case.name], after[case.name]
        assert (kind, old_steps) == (case.kind, new_steps)
        assert old_units * 100 == new_units * (EFFECTS[case.effect] if case.effect else 100)
        assert old_units / new_units == pytest.approx(float(case.effect or 1), abs=1e-12)


def test_functions_take_about_as_long_as_their_name_says():
    units, steps = Case(kind="containers", size="10ms").amounts(PER_STEP)
    assert units * steps * PER_STEP["containers"] == pytest.approx(0.01, rel=0.02)
    assert Case(kind="arithmetic", size="1us").amounts(PER_STEP) == (1, 25)


def test_plan_holds_as_many_verdicts_as_wanted_and_lets_functions_take_turns():
    tasks = list(plan(tuple(Part), tuple(Load), None))
    assert len({task.key for task in tasks}) == len(tasks) == 2 * 200 + len(EFFECTS) * 50
    early = [task.case for task in tasks[: len(AA_CASES)]]
    assert early == list(AA_CASES)
    assert {task.load for task in tasks if task.part is Part.POWER} == {Load.QUIET}
    assert {task.case.name for task in plan((Part.AA,), (Load.QUIET,), 5, "waiting-*")} == {"waiting-1ms", "waiting-10ms"}


# --- competitors


def test_competitors_are_there_while_wanted_and_gone_afterwards():
    known = []

    def interrupted():
        with competition(Load.LOADED, 2) as busy:
            known.extend(busy)
            assert [process.poll() for process in busy] == [None, None]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [process.returncode for process in known] == [-9, -9]
    with competition(Load.QUIET) as busy:
        assert busy == []


def test_competitor_ends_when_we_die_without_a_word():
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", BUSY], stdin=subprocess.PIPE) as process:
        process.stdin.close()  # as the system does for whoever is killed
        assert process.wait(timeout=10) == 0


# --- rows


def test_rows_are_read_back_as_they_were_written(tmp_path):
    rows = [row(first_task()), row(first_task(number=1), Outcome.FASTER, ratio=1.5)]
    for one in rows:
        append_row(tmp_path / ROWS, one)
    assert read_rows(tmp_path / ROWS, Row) == rows


def test_row_torn_by_a_kill_is_asked_for_again(tmp_path):
    file = tmp_path / ROWS
    append_row(file, row(first_task()))
    with file.open("a") as torn:
        torn.write('{"task": {"part": "aa"')
    mend(file)
    append_row(file, row(first_task(number=2)))
    wanted = [first_task(number=number) for number in range(4)]
    assert [task.number for task in missing(wanted, read_rows(file, Row), 0)] == [1, 3]


def test_rows_of_another_seed_are_not_mixed_in():
    with pytest.raises(OptimizeError, match="seed 7: give --seed 7"):
        missing([first_task()], [row(first_task(), seed=7)], 0)


def test_seconds_of_measuring_are_those_of_samples_and_first_calls_of_both_sides():
    one = row(first_task(), pairs=1).model_copy()
    told = sum(side.cold.wall_seconds + sum(s.wall_seconds for s in side.samples) for side in (one.pairs[0].baseline,))
    assert one.measuring_seconds == pytest.approx(told + 0.01 + 3 * 0.02)
    assert one.calls("candidate") == pytest.approx([0.01] * 3)


def test_time_before_the_first_pair_is_over_is_not_held_against_a_verdict():
    assert seconds_of_pairs([100.0, 101.0, 102.0]) == 3.0
    assert seconds_of_pairs([100.0]) is None


# --- the rules of others


def test_minimum_looks_at_the_quickest_samples_only():
    assert FIVE([1.06, 9.0], [1.0, 9.0])
    assert not FIVE([1.05, 9.0], [1.0, 1.0])
    assert not FIFTEEN([1.15, 9.0], [1.0, 1.0])
    assert FIFTEEN([1.16], [1.0])


def test_mean_must_fall_by_two_deviations_of_the_old_samples():
    old = [9.0, 10.0, 11.0]  # deviation 1
    assert MEAN(old, [7.9, 7.9])
    assert not MEAN(old, [8.1, 8.1])
    assert not MEAN([1.0], [0.1])


def test_students_test_agrees_with_a_worked_example():
    old, new = [30.02, 29.99, 30.11, 29.97, 30.01, 29.99], [29.89, 29.93, 29.72, 29.98, 30.02, 29.98]
    assert not STUDENT(old, new)  # t = 1.959 with 10 degrees of freedom, 2.228 is needed
    assert STUDENT(old, [one - 0.02 for one in new])
    assert not STUDENT([one - 0.5 for one in new], old)
    assert not STUDENT([1.0], [0.5])


def test_mann_whitney_wants_the_new_samples_to_be_the_smaller_ones():
    low, high = [1.0, 1.1, 1.2, 1.3, 1.4], [2.0, 2.1, 2.2, 2.3, 2.4]
    assert RANKS(high, low)
    assert not RANKS(low, high)
    assert not RANKS([1.0, 2.0, 3.0], [1.1, 2.1, 2.9])


@pytest.mark.parametrize("name", RULES)
def test_no_rule_calls_equal_samples_faster(name):
    assert not RULES[name]([1.0, 1.1, 1.2, 1.3], [1.0, 1.1, 1.2, 1.3])
    assert not RULES[name]([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])


# --- what is counted


def test_share_comes_with_its_exact_interval():
    none = share(0, 400)
    assert none.low == 0
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 400))
    assert share(0, 0).share == 0
    assert share(0, 0).high == 1


def test_binomial_error_explains_no_more_than_one_in_a_hundred():
    assert most_expected(0.005, 50) == 2
    assert most_expected(0.0, 100) == 0
    for stated, runs in ((0.05, 200), (0.005, 400)):
        most = most_expected(stated, runs)
        above = 1 - sum(math.comb(runs, k) * stated**k * (1 - stated) ** (runs - k) for k in range(most + 1))
        assert above <= 0.01


def test_replay_starts_anew_after_each_verdict_and_never_where_pairs_could_run_out():
    longest = looks(ALPHA)[-1][0]
    faster = replay([math.log(1.5)] * (longest + 9), ALPHA, 0.0)
    assert [outcome for outcome, _ in faster] == [Outcome.FASTER]  # nine pairs are left, too few for any verdict
    assert replay([0.0] * (longest - 1), ALPHA, 0.0) == []
    source = random.Random(3)
    undecided = replay([source.choice((-1, 1)) * 0.01 for _ in range(4 * longest)], ALPHA, 0.0)
    assert 1 <= len(undecided) <= 4


def test_summary_counts_what_the_judge_and_the_others_accept():
    summary = summarise(list(rows_of(46)))
    quiet = summary.identical["quiet"]
    assert (quiet.accepted.count, quiet.verdicts, quiet.outcomes) == (0, 46, {"same": 46})
    assert quiet.pairs.median == 6
    assert set(quiet.rules) == set(RULES)
    assert [group.name for group in summary.power] == list(EFFECTS)
    assert {group.name: group.accepted.share for group in summary.power} == {
        effect: float(float(effect) > 1.05) for effect in EFFECTS
    }
    assert summary.power[2].rules["min of N, 5 %"].count == 46
    assert all(goal.reached for goal in summary.goals if "exclude" not in goal.goal)


def test_goals_are_missed_where_identical_code_is_accepted():
    rows = [row(first_task(number=number), Outcome.FASTER if number < 2 else Outcome.SAME) for number in range(20)]
    missed = [goal.goal for goal in summarise(rows).goals if not goal.reached]
    assert missed == ["at most 1 of 400 identical accepted"]


def test_interval_that_excludes_one_too_often_is_noticed():
    rows = [row(first_task(number=number), ratio=0.9) for number in range(20)]
    held = {one.name: one.held for one in summarise(rows).exclusions if one.of}
    assert len(held) == 3
    assert not any(held.values())


def test_verdict_that_could_not_be_timed_is_counted_and_named():
    failed = row(first_task()).model_copy(
        update={"measurement": None, "outcome": Outcome.UNDECIDED, "failure": "baseline: it ended"}
    )
    summary = summarise([failed])
    assert summary.identical["quiet"].verdicts == 1
    assert "baseline: it ended" in as_markdown(summary)


def test_page_and_picture_are_whole_whatever_rows_there_are():
    for rows in ([], list(rows_of(1)), [row(first_task())]):
        summary = summarise(rows)
        assert ElementTree.fromstring(as_svg(summary)).tag.endswith("svg")
        for line in as_markdown(summary).splitlines():
            assert not line.startswith("|") or line.endswith("|")


# --- for real


def test_two_real_verdicts_are_written_down_and_not_asked_for_twice(tmp_path, sandbox, cache):
    progress = Progress(Console(quiet=True))
    wanted = Wanted(parts=(Part.AA,), loads=(Load.QUIET,), verdicts=2, only="*-1us")
    environment = {**current_environment(), "XDG_CACHE_HOME": str(cache), "VIRTUAL_ENV": ""}
    run(tmp_path / "bench", wanted, environment, progress)
    rows = (tmp_path / "bench" / ROWS).read_text()
    again = run(tmp_path / "bench", wanted, environment, progress)
    assert (tmp_path / "bench" / ROWS).read_text() == rows
    assert again.identical["quiet"].verdicts == 2
    assert not again.failures
    assert all(one.measuring_seconds > 0 for one in read_rows(tmp_path / "bench" / ROWS, Row))
    for name in (SUMMARY, PAGE, PICTURE):
        assert (tmp_path / "bench" / name).stat().st_size > 0
