import pytest
from pydantic import SecretStr

from agent.estimating import TOKENS_PER_ANSWER, estimate, prompt_tokens
from agent.manual import ManualModel
from agent.models import HostedModel, ModelSettings
from tests.agent.values import hotspot, question


def test_estimate_counts_plans_and_edits_of_every_function():
    asked = [question(), question(hotspot=hotspot(0.1))]
    model = HostedModel("openai/a", ModelSettings(api_key=SecretStr("k"), api_base="http://x", prices=(1e-6, 4e-6)))
    found = estimate(asked, {"openai/a": model}, 3)
    tokens = 4 * prompt_tokens(asked[0]) + 3 * prompt_tokens(asked[1])
    assert (found.functions, found.requests, found.prompt_tokens) == (2, 7, tokens)
    assert found.dollars == pytest.approx(tokens * 1e-6 + 7 * TOKENS_PER_ANSWER * 4e-6)
    assert "up to 7 requests" in str(found)
    assert "about $0.0" in str(found)


def test_estimate_of_a_model_whose_price_nobody_knows_says_so(tmp_path):
    found = estimate([question()], {"manual": ManualModel(tmp_path, print)}, 1)
    assert found.dollars is None
    assert "1 request with" in str(found)
    assert "price unknown" in str(found)
