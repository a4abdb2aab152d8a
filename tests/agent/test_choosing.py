import pytest

from agent.choosing import spent_up
from agent.settings import Settings
from agent.state import first_state
from tools.values import Usage


@pytest.mark.parametrize(("dollars", "over"), [(0.0, False), (0.4, False), (0.5, True), (0.9, True), (None, True)])
def test_cap_on_dollars_holds_and_an_unknown_price_counts_as_over_it(dollars, over):
    state = {**first_state("start"), "spent": Usage(dollars=dollars)}
    assert spent_up(state, Settings(max_cost=0.5)) is over


def test_without_a_cap_nothing_is_over_it():
    state = {**first_state("start"), "spent": Usage(dollars=None)}
    assert not spent_up(state, Settings())
