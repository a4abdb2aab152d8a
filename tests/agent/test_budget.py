"""Caps on what models may cost: they hold whatever happens, with calls at the same time and after kills."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.budget import Budget, CapReached, at_most
from agent.models import HostedModel, Message, ModelSettings, ReplyLost
from tests.agent.openai_server import OpenAIServer, error_answer, text_answer
from tools.values import Usage

ASKED = [Message(role="user", content="é" * 100)]
PRICES = (1e-6, 2e-6)
calls = st.lists(
    st.tuples(st.integers(1, 2000), st.integers(1, 2000), st.floats(0, 1), st.sampled_from(["answered", "refused", "lost"])),
    max_size=25,
)


def usage(prompt, completion):
    return Usage(prompt_tokens=prompt, completion_tokens=completion, dollars=prompt * PRICES[0] + completion * PRICES[1])


@given(calls, st.integers(0, 20_000), st.floats(0, 0.03))
@settings(max_examples=60, deadline=None)
def test_caps_hold_whatever_calls_cost_and_however_many_run_at_once(wanted, tokens, dollars):
    budget, paid, lock = Budget(dollars, tokens), [], threading.Lock()

    def call(one):
        prompt, completion, share, end = one
        try:
            number = budget.reserve(usage(prompt, completion))
        except CapReached:
            return
        real = usage(int(prompt * share), int(completion * share)) if end != "refused" else Usage()
        with lock:
            paid.append(real)
        if end != "lost":
            budget.settle(number, real)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(call, wanted))
    assert sum(one.prompt_tokens + one.completion_tokens for one in paid) <= tokens
    assert sum(one.dollars for one in paid) <= dollars + 1e-12
    assert budget.spent.prompt_tokens >= sum(one.prompt_tokens for one in paid)


def test_call_that_was_under_way_at_a_kill_counts_as_what_it_could_have_cost(tmp_path):
    ledger = tmp_path / "spending.jsonl"
    first = Budget(1.0, None, ledger)
    first.settle(first.reserve(usage(1000, 1000)), usage(10, 10))
    first.reserve(usage(500, 500))
    assert Budget(1.0, None, ledger).spent.prompt_tokens == 510


def test_line_that_a_kill_cut_off_is_left_out_and_the_next_one_is_whole(tmp_path):
    ledger = tmp_path / "spending.jsonl"
    first = Budget(1.0, None, ledger)
    first.reserve(usage(1000, 1000))
    with ledger.open("a") as file:
        file.write('{"call": 1, "prompt_to')
    second = Budget(1.0, None, ledger)
    assert second.spent.prompt_tokens == 1000
    second.reserve(usage(1, 1))
    assert Budget(1.0, None, ledger).spent.prompt_tokens == 1001


def test_price_that_nobody_knows_goes_over_any_cap_on_dollars():
    unknown = Usage(prompt_tokens=1, completion_tokens=1, dollars=None)
    with pytest.raises(CapReached, match="price of an answer is unknown"):
        Budget(5.0).reserve(unknown)
    Budget(None, 100).reserve(unknown)


def test_no_cap_is_no_limit():
    budget = Budget()
    for _ in range(3):
        budget.settle(budget.reserve(usage(10**9, 10**9)), usage(10**9, 10**9))
    assert budget.refused == ""


def model_at(server, budget, **more):
    given = {"api_base": server.base, "prices": PRICES, "max_output_tokens": 200, "max_tries": 2, "concurrency": 8, **more}
    return HostedModel("openai/m", ModelSettings(**given), lambda _: None, budget, threading.Semaphore(8))


def test_requests_at_the_same_time_never_go_over_the_cap():
    most = at_most(ASKED, 200, PRICES)
    assert most.prompt_tokens == 216
    with OpenAIServer(text_answer("Yes.", tokens=(216, 200))) as server:
        budget = Budget(most.dollars * 3.5)
        model = model_at(server, budget)

        def ask(_):
            try:
                return model.complete(ASKED).text
            except CapReached as error:
                return str(error)

        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(ask, range(12)))
    assert said.count("Yes.") == len(server.requests) == 3
    assert "--max-cost" in budget.refused
    assert budget.spent.dollars == pytest.approx(most.dollars * 3)


def test_request_that_the_server_refused_costs_nothing_and_one_that_was_lost_all_that_it_could():
    with OpenAIServer(error_answer(429, "slow down"), text_answer("Yes.", tokens=(5, 5))) as server:
        budget = Budget(1.0)
        model_at(server, budget).complete(ASKED)
        assert budget.spent.prompt_tokens == 5
    with OpenAIServer(text_answer("Yes.").__class__(b"", never=True)) as server:
        budget = Budget(1.0)
        with pytest.raises(ReplyLost):
            model_at(server, budget, timeout_seconds=0.2).complete(ASKED)
        assert budget.spent.prompt_tokens == 2 * 216


def test_answer_without_usage_counts_at_its_most():
    with OpenAIServer(text_answer("Yes.", usage=False)) as server:
        budget = Budget(None, 1000)
        model_at(server, budget).complete(ASKED)
        assert budget.spent.prompt_tokens == 216
