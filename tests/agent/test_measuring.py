import pytest

from agent.measuring import preferred
from tests.agent.values import FUNCTION
from tools.values import Candidate, Edit, Interval, Survivor


def survivor(title, low, high, lines=1):
    edit = Edit(path=FUNCTION.path, search="a\n", replace="b\n" * lines)
    rough = Interval(speedup=(low * high) ** 0.5, low=low, high=high, confidence=0.95, pairs=6)
    candidate = Candidate(hotspot=FUNCTION, edits=(edit,), model="rules", title=title)
    return Survivor(candidate=candidate, commit="c" * 40, checks=(), seconds=1.0, screened=rough)


@pytest.mark.parametrize(
    ("others", "chosen"),
    [
        ([survivor("small", 1.9, 2.2)], "small"),
        ([survivor("small", 1.5, 1.7)], "fastest"),  # really slower
        ([survivor("small", 1.0, 2.6)], "fastest"),  # nothing is known of it
        ([survivor("larger", 2.0, 2.2, lines=30)], "fastest"),
        ([survivor("as large", 2.0, 2.15, lines=9)], "fastest"),
        ([survivor("small", 2.0, 2.2), survivor("smaller", 1.2, 1.3)], "small"),
    ],
)
def test_smaller_change_is_preferred_where_its_gain_is_within_noise(others, chosen):
    found = preferred([*others, survivor("fastest", 2.0, 2.3, lines=9)])
    assert found.candidate.title == chosen
