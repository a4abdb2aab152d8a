"""What a commit says of its speedup."""

from agent.committing import MOST_OTHERS, message
from tests.agent.values import interval, verdict
from tools.values import Outcome


def said(**more):
    found = verdict(Outcome.FASTER)
    measured = found.measurements[0].model_copy(update=more)
    return " ".join(message(found.model_copy(update={"measurements": (measured,)})).split())


def test_what_is_paid_once_stands_there_with_the_calls_that_earn_it_back():
    text = said(one_off_seconds=0.02, break_even=16.2)
    assert "Paid once, by importing and the first call: 20 ms, earned back after 17 calls." in text
    assert "Paid once" not in said(one_off_seconds=0.0, break_even=0.0)


def test_why_the_clock_decided_and_what_else_was_counted_stands_there():
    text = said(busy=0.97, instructions=interval(1.4, 1.5))
    assert "the unchanged code is on the CPU for 97% of its time, so CPU time decides" in text
    assert "instructions: 1.45" in text
    assert "instructions" not in said()


def test_gain_for_each_size_stands_there():
    sizes = {f"test_sizes[{size}]": interval(size / 10, size / 9) for size in (10, 100)}
    text = message(verdict().model_copy(update={"elsewhere": sizes}))
    assert (
        "Other benchmarks that execute it:\n- 1.05x [1.00, 1.11] test_sizes[10]\n- 10.54x [10.00, 11.11] test_sizes[100]\n"
        in text
    )
    many = {str(number): interval(1, 2) for number in range(MOST_OTHERS + 3)}
    assert "- and 3 more\n" in message(verdict().model_copy(update={"elsewhere": many}))
