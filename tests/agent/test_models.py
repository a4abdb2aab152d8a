import json
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from agent.errors import OptimizeError
from agent.models import HostedModel, Message, ModelSettings, ModelUnavailable, ReplyLost, open_model, price_of
from tests.agent.openai_server import Answer, OpenAIServer, error_answer, text_answer

KEY = "sk-secret-0123456789abcdef"
ASKED = [Message(role="system", content="Be brief."), Message(role="user", content="Faster?")]


class FakeSleep:
    def __init__(self):
        self.seconds = []

    def __call__(self, seconds):
        self.seconds.append(seconds)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # a proxy of the machine knows nothing of our server


@pytest.fixture
def sleep():
    return FakeSleep()


def asked(server, sleep, **settings):
    return model_at(server.base, sleep, **settings).complete(ASKED)


def model_at(base, sleep, **settings):
    given = {"api_key": SecretStr(KEY), "api_base": base, "max_tries": 3, **settings}
    return HostedModel("openai/small", ModelSettings(**given), sleep)


def test_answer_arrives_with_its_tokens(sleep):
    with OpenAIServer(text_answer("Yes.")) as server:
        completion = asked(server, sleep)
    assert (completion.text, completion.finish_reason, completion.model) == ("Yes.", "stop", "served")
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (1000, 100)
    assert sleep.seconds == []


def test_price_of_a_server_of_ones_own_is_unknown(sleep):
    with OpenAIServer(text_answer("Yes.")) as server:
        assert asked(server, sleep).usage.dollars is None


def test_request_holds_model_messages_key_and_limits(sleep):
    with OpenAIServer(text_answer("Yes.")) as server:
        asked(server, sleep, max_output_tokens=77, temperature=0.5)
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "small",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Faster?"}],
        "max_tokens": 77,
        "temperature": 0.5,
    }


def test_temperature_is_not_sent_unless_set(sleep):
    with OpenAIServer(text_answer("Yes.")) as server:
        asked(server, sleep)
    assert "temperature" not in server.requests[0].body


def test_local_server_needs_no_key(sleep):
    with OpenAIServer(text_answer("Yes.")) as server:
        model = open_model("openai/small", ModelSettings(api_base=server.base), sleep)
        assert model.complete(ASKED).text == "Yes."


def test_answer_of_two_hundred_kilobytes_arrives(sleep):
    with OpenAIServer(text_answer("é" * 200_000)) as server:
        assert asked(server, sleep).text == "é" * 200_000


def test_missing_usage_is_an_unknown_price(sleep):
    with OpenAIServer(text_answer("Yes.", usage=False)) as server:
        usage = asked(server, sleep).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.dollars) == (0, 0, None)


def test_answer_that_was_cut_off_says_so(sleep):
    with OpenAIServer(text_answer("Ye", finish_reason="length")) as server:
        assert asked(server, sleep).finish_reason == "length"


def test_answer_without_text_is_empty(sleep):
    with OpenAIServer(text_answer(None)) as server:
        assert asked(server, sleep).text == ""


def test_answer_in_parts_is_joined(sleep):
    parts = [{"type": "text", "text": "Y"}, {"type": "text", "text": "es"}]
    with OpenAIServer(Answer(json.dumps({"choices": [{"message": {"content": parts}}]}).encode())) as server:
        assert asked(server, sleep).text == "Yes"


# --- what passes when one waits


def test_too_many_requests_waits_as_long_as_the_server_asks(sleep):
    with OpenAIServer(error_answer(429, "slow down", Retry_After="7"), text_answer("Yes.")) as server:
        assert asked(server, sleep).text == "Yes."
    (seconds,) = sleep.seconds
    assert 7 <= seconds <= 8


def test_wait_until_a_date_is_understood(sleep):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100))
    with OpenAIServer(error_answer(503, "back soon", Retry_After=date), text_answer("Yes.")) as server:
        asked(server, sleep)
    assert 50 < sleep.seconds[0] < 102


def test_unreadable_wait_is_no_wait_of_its_own(sleep):
    with OpenAIServer(error_answer(429, "slow down", Retry_After="soon"), text_answer("Yes.")) as server:
        asked(server, sleep)
    assert 0 < sleep.seconds[0] <= 1


def test_waits_grow_and_are_spread(sleep):
    with OpenAIServer(error_answer(500, "oops")) as server, pytest.raises(ReplyLost):
        HostedModel("openai/small", ModelSettings(api_base=server.base), sleep, jitter=lambda: 0.5).complete(ASKED)
    assert sleep.seconds == [0.75, 1.5, 3.0]


@pytest.mark.parametrize(
    "fault",
    [
        error_answer(500, "oops"),
        Answer(text_answer("Yes.").body, cut_at=40),
        Answer(b'{"choices": [', headers={}),
        Answer(b"<html>Bad gateway</html>", headers={"Content-Type": "text/html"}),
        Answer(b'{"choices": []}'),
        Answer(b'{"choices": null, "error": {"message": "overloaded"}}'),
        Answer(b""),
    ],
    ids=["500", "half a body", "half a JSON", "HTML", "no choices", "error with status 200", "nothing"],
)
def test_passing_fault_is_tried_again(fault, sleep):
    with OpenAIServer(fault, text_answer("Yes.")) as server:
        assert asked(server, sleep).text == "Yes."
    assert len(sleep.seconds) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (error_answer(500, "the disk is full"), r"status 500: the disk is full. \(3 tries\)"),
        (error_answer(429, "slow down"), "status 429"),
        (Answer(text_answer("Yes.").body, cut_at=40), "The connection to openai/small broke"),
        (Answer(b'{"choices": ['), "no chat completion"),
        (Answer(b'{"choices": []}'), "without any choice"),
        (Answer(b'{"error": {"message": "overloaded"}}'), "overloaded"),
    ],
    ids=["500", "429", "half a body", "half a JSON", "no choices", "error with status 200"],
)
def test_fault_that_stays_loses_the_reply_after_all_tries(fault, reason, sleep):
    with OpenAIServer(fault) as server, pytest.raises(ReplyLost, match=reason):
        asked(server, sleep)
    assert len(server.requests) == 3


def test_silence_loses_the_reply(sleep):
    with OpenAIServer(Answer(b"", never=True)) as server, pytest.raises(ReplyLost, match=r"not answer within 0.1 s"):
        asked(server, sleep, timeout_seconds=0.1, max_tries=2)
    assert len(server.requests) == 2


def test_wait_of_an_hour_is_not_waited(sleep):
    fault = error_answer(429, "daily limit", Retry_After="3600")
    with OpenAIServer(fault) as server, pytest.raises(ReplyLost, match="asks to wait 3600 s"):
        asked(server, sleep)
    assert sleep.seconds == []


# --- what no waiting helps


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (error_answer(400, "bad tool"), ReplyLost, r"refused the request \(400\): bad tool"),
        (error_answer(400, "too many tokens", "context_length_exceeded"), ReplyLost, "too long"),
        (error_answer(401, f"Incorrect API key provided: {KEY}"), ModelUnavailable, "refuses the key"),
        (error_answer(403, "no access"), ModelUnavailable, "refuses the key"),
        (error_answer(404, "no such model"), ModelUnavailable, "knows no openai/small .* names look like openai/"),
        (error_answer(402, "pay"), ModelUnavailable, "no credit"),
        (error_answer(429, "pay", "insufficient_quota"), ModelUnavailable, "no credit"),
    ],
)
def test_lasting_fault_is_not_tried_again(fault, error, reason, sleep):
    with OpenAIServer(fault) as server, pytest.raises(error, match=reason):
        asked(server, sleep)
    assert len(server.requests) == 1
    assert sleep.seconds == []


def test_dead_address_is_named_without_its_password(sleep):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with pytest.raises(ModelUnavailable, match=f"No server answers at http://127.0.0.1:{port}/v1: is it") as failure:
        model_at(f"http://me:word@127.0.0.1:{port}/v1", sleep).complete(ASKED)
    assert "word" not in str(failure.value)


def test_unavailable_model_stops_the_run():
    assert issubclass(ModelUnavailable, OptimizeError)
    assert not issubclass(ReplyLost, OptimizeError)


# --- keys


def test_key_stands_in_no_text(sleep):
    with OpenAIServer(error_answer(401, f"Incorrect: {KEY}, sk-proj-another0123456789")) as server:
        model = model_at(server.base, sleep)
        with pytest.raises(ModelUnavailable) as failure:
            model.complete(ASKED)
    for text in (str(failure.value), repr(failure.value), repr(model), model.settings.model_dump_json()):
        assert KEY not in text
        assert "another0123456789" not in text


def test_missing_key_is_said_before_anything_is_asked():
    with pytest.raises(ModelUnavailable, match="OPENAI_API_KEY is not set: export it, or use --model rules"):
        open_model("openai/gpt-4o-mini", ModelSettings())
    with pytest.raises(ModelUnavailable, match="OPENAI_API_KEY is not set"):
        open_model("openai/gpt-4o-mini", ModelSettings(api_key=SecretStr(" ")))


def test_name_without_model_is_refused():
    with pytest.raises(ModelUnavailable, match="names no model"):
        open_model("openai/", ModelSettings(api_key=SecretStr(KEY)))


# --- prices


def test_known_model_has_its_list_price():
    from agent.models import _Tokens, _usage

    usage = _usage("openai/gpt-4o-mini", ModelSettings(), _Tokens(prompt_tokens=1_000_000, completion_tokens=1_000_000))
    assert usage.dollars is not None
    assert 0.1 < usage.dollars < 10


@pytest.mark.parametrize("name", ["openai/no-such-model", "hosted_vllm/gpt-4o-mini", "nonsense"])
def test_unknown_model_has_no_price(name):
    from agent.models import _Tokens, _usage

    assert _usage(name, ModelSettings(), _Tokens(prompt_tokens=1, completion_tokens=1)).dollars is None


# --- other providers, through LiteLLM


@pytest.mark.parametrize("name", ["", "nonsense", "nowhere/model"])
def test_unknown_provider_is_refused_with_the_form_of_names(name, capfd):
    with pytest.raises(ModelUnavailable, match="names look like openai/gpt-4o-mini, anthropic/"):
        open_model(name, ModelSettings())
    assert capfd.readouterr() == ("", "")


def test_missing_key_of_another_provider_is_named(monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_API_KEY is not set"):
        open_model("anthropic/claude-sonnet-4-5", ModelSettings())


@pytest.fixture
def vllm(monkeypatch):
    """A server that LiteLLM finds through its own variable, as it does for every provider but openai/."""

    def at(base):
        monkeypatch.setenv("HOSTED_VLLM_API_BASE", base)
        return ModelSettings(api_key=SecretStr(KEY), api_base="http://127.0.0.1:9/elsewhere", max_tries=2)

    return at


def test_other_provider_answers_and_never_sees_the_openai_key(vllm, sleep, capfd):
    with OpenAIServer(text_answer("Yes.")) as server:
        completion = open_model("hosted_vllm/small", vllm(server.base), sleep).complete(ASKED)
    assert completion.text == "Yes."
    assert completion.usage.completion_tokens == 100
    assert KEY not in str(server.requests)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("fault", "error", "tries"),
    [
        (error_answer(500, "oops"), ReplyLost, 2),
        (error_answer(429, "slow down", Retry_After="7"), ReplyLost, 2),
        (error_answer(401, "bad key"), ModelUnavailable, 1),
        (error_answer(404, "no such model"), ModelUnavailable, 1),
        (error_answer(400, "maximum context length is 10 tokens"), ReplyLost, 1),
        (Answer(b'{"choices": ['), ReplyLost, 2),
    ],
    ids=["500", "429", "401", "404", "too long", "half a JSON"],
)
def test_faults_of_other_providers_are_told_apart_alike(fault, error, tries, vllm, sleep):
    with OpenAIServer(fault) as server, pytest.raises(error):
        open_model("hosted_vllm/small", vllm(server.base), sleep).complete(ASKED)
    assert len(server.requests) == tries
    assert len(sleep.seconds) == tries - 1
    if "Retry-After" in fault.headers:
        assert sleep.seconds[0] >= 7


def test_dead_address_of_another_provider_stops_the_run(vllm, sleep):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    with pytest.raises(ModelUnavailable, match="No server answers"):
        open_model("hosted_vllm/small", vllm(f"http://127.0.0.1:{port}/v1"), sleep).complete(ASKED)


def test_importing_the_module_loads_no_client():
    check = "import agent.models, sys; sys.exit(bool({'openai', 'litellm', 'httpx'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_settings_give_a_price_where_none_is_listed_and_never_make_a_listed_one_smaller():
    own = ModelSettings(prices=(1.0, 2.0), api_base="http://127.0.0.1:9/v1")
    assert price_of("openai/small", own) == (1.0, 2.0)
    listed = price_of("openai/gpt-4o-mini", ModelSettings())
    assert price_of("openai/gpt-4o-mini", ModelSettings(prices=(0.0, 0.0))) == listed
    assert price_of("openai/gpt-4o-mini", ModelSettings(prices=(1.0, 2.0))) == (1.0, 2.0)
