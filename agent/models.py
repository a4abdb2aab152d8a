"""The models that are asked: one protocol, and the models behind a network that speak it.

A request that fails for good is `ReplyLost`, and the run goes on; what would hit every request is
`ModelUnavailable`, and the run stops with a sentence that says what to do. Keys never stand in a text or a repr.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import logging
import os
import random
import re
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError

from agent.budget import Budget, at_most
from agent.errors import OptimizeError
from tools.values import Usage, Value

if TYPE_CHECKING:
    import openai

OPENAI_BASE = "https://api.openai.com/v1"
LONGEST_WAIT_SECONDS = 300.0  # a server that asks for more is not waited for
FIRST_WAIT_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 60.0
TRANSIENT = frozenset({408, 409, 425, 429})  # and everything from 500 up
NAMES = "names look like openai/gpt-4o-mini, anthropic/claude-sonnet-4-5 or ollama/llama3; rules needs no model at all"


class ModelUnavailable(OptimizeError):
    """No request to this model can succeed: no key, a wrong key, an unknown model, a dead address."""


class ReplyLost(Exception):
    """One request failed for good, in a way that may not hit the next one; the text says how."""


class PromptTooLong(ReplyLost):
    """The model takes no prompt of that length; a shorter one may fit."""


class Message(Value):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Completion(Value):
    """A model's answer; `finish_reason` "length" means that it was cut off."""

    text: str
    usage: Usage
    finish_reason: str
    model: str  # as the server calls itself


class ModelSettings(Value):
    """How hosted models are asked.

    Key and address are those of `openai/...` names only. LiteLLM reads the variables of the other providers itself,
    so that no key can reach a server that it was not made for.
    """

    timeout_seconds: float = Field(default=600.0, gt=0)  # reasoning models think for minutes
    max_tries: int = Field(default=4, ge=1)
    api_key: SecretStr | None = None
    api_base: str | None = None
    temperature: float | None = None
    reasoning_effort: str | None = None  # such as "low", where the model has one
    max_output_tokens: int = Field(default=8192, ge=1)
    concurrency: int = Field(default=4, ge=1)  # requests under way at the same time
    prices: tuple[float, float] | None = None  # dollars per prompt and per completion token; None: as listed


class Model(Protocol):
    """Whoever answers a prompt."""

    @property
    def name(self) -> str:
        """The name in `--model`, in commits and in reports."""

    def complete(self, messages: Sequence[Message]) -> Completion:
        """The answer.

        `ReplyLost` where this one request failed, `ModelUnavailable` where all of them would, `CapReached` where it was not
        sent because of what it could cost.
        """


def open_model(
    name: str, settings: ModelSettings, sleep: Callable[[float], None] = time.sleep, budget: Budget | None = None
) -> Model:
    """The hosted model of that name, or `ModelUnavailable` where it is plain beforehand that it cannot answer."""
    if name.startswith("openai/"):
        if not name.removeprefix("openai/"):
            raise ModelUnavailable(f"{name!r} names no model: {NAMES}.")
        if not _has_key(settings) and _is_openai(settings):
            raise ModelUnavailable(
                "OPENAI_API_KEY is not set: export it, or use --model rules, which needs no key "
                "(OPENAI_API_BASE names another server)."
            )
    else:
        _refuse_unknown_provider(name)
    return HostedModel(name, settings, sleep, budget or Budget(), threading.Semaphore(settings.concurrency))


def asked_how(model: Model) -> str:
    """What the answer depends on besides the question, without anything secret."""
    if not isinstance(model, HostedModel):
        return ""
    settings = model.settings
    effort = f" {settings.reasoning_effort}" if settings.reasoning_effort else ""
    return f"{_address(model.name, settings)} {settings.temperature} {settings.max_output_tokens}{effort}"


@dataclass(frozen=True)
class HostedModel:
    """A model behind a network: `openai/...` through the openai package, every other name through LiteLLM."""

    name: str
    settings: ModelSettings
    sleep: Callable[[float], None] = time.sleep
    budget: Budget = field(default_factory=Budget, repr=False)
    slots: threading.Semaphore = field(default_factory=threading.Semaphore, repr=False)
    # Spreads the retries of parallel requests; nothing secret depends on it.
    jitter: Callable[[], float] = field(default=random.random, repr=False)

    def complete(self, messages: Sequence[Message]) -> Completion:
        """The answer, after as many tries as the settings allow."""
        for tries in range(1, self.settings.max_tries + 1):
            answer = self._try(messages)
            if isinstance(answer, Completion):
                return answer
            failure = answer
            if failure.wait_seconds is None or tries == self.settings.max_tries:
                break
            backoff = min(FIRST_WAIT_SECONDS * 2 ** (tries - 1), LONGEST_BACKOFF_SECONDS)
            self.sleep(max(failure.wait_seconds, backoff / 2) + backoff / 2 * self.jitter())
        raise failure.raised(tries) from None  # the cause can hold a key in its text

    def _try(self, messages: Sequence[Message]) -> Completion | _Failure:
        """One request. What it cost is in the budget; a request that may have been answered counts at its most."""
        import openai  # takes a second

        ask = self._ask_openai if self.name.startswith("openai/") else self._ask_litellm
        limit, prices = self.settings.max_output_tokens, price_of(self.name, self.settings)
        with self.slots:
            call = self.budget.reserve(at_most(messages, limit, prices))
            try:
                completion = self._completion(ask(messages))
            except (openai.APIError, ValidationError, _NoChoice) as error:
                failure = _failure(error, self.name, self.settings)
                if failure.was_refused:
                    self.budget.settle(call, Usage())
                return failure
        if completion.usage.prompt_tokens:
            self.budget.settle(call, completion.usage)
        return completion

    def _ask_openai(self, messages: Sequence[Message]) -> _Answer:
        import openai

        settings = self.settings
        # Compatible servers know the older name of the limit, OpenAI's newer models only the newer one.
        limit = "max_completion_tokens" if _is_openai(settings) else "max_tokens"
        body: dict[str, Any] = {limit: settings.max_output_tokens}  # Any: the body of a request is free-form JSON
        if settings.temperature is not None:
            body["temperature"] = settings.temperature
        if settings.reasoning_effort is not None:
            body["reasoning_effort"] = settings.reasoning_effort
        client = openai.OpenAI(
            api_key=_key(settings) or "none",  # local servers want none, but the client insists
            base_url=settings.api_base or OPENAI_BASE,
            timeout=settings.timeout_seconds,
            max_retries=0,
        )
        with client:
            reply = client.chat.completions.with_raw_response.create(
                model=self.name.removeprefix("openai/"),
                messages=[message.model_dump() for message in messages],  # type: ignore[misc]  # roles are checked by us
                extra_body=body,
            )
            return _Answer.model_validate_json(reply.content)

    def _ask_litellm(self, messages: Sequence[Message]) -> _Answer:
        reply = _litellm().completion(
            model=self.name,
            messages=[message.model_dump() for message in messages],
            max_tokens=self.settings.max_output_tokens,
            temperature=self.settings.temperature,
            reasoning_effort=self.settings.reasoning_effort,
            timeout=self.settings.timeout_seconds,
            num_retries=0,
            max_retries=0,
            drop_params=True,
        )
        return _Answer.model_validate(reply.model_dump(warnings=False))

    def _completion(self, answer: _Answer) -> Completion:
        if not answer.choices:
            raise _NoChoice(answer.error)
        choice = answer.choices[0]
        return Completion(
            text=choice.message.text,
            usage=_usage(self.name, self.settings, answer.usage),
            finish_reason=choice.finish_reason or "",
            model=answer.model or self.name,
        )


# --- what servers send -------------------------------------------------------------------------------------------


class _Part(BaseModel):
    text: str = ""


class _Said(BaseModel):
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Tokens(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Answer(BaseModel):
    """The parts of a chat completion that are read; servers differ in all the others."""

    choices: list[_Choice] | None = None
    usage: _Tokens | None = None
    model: str | None = None
    error: object = None  # some servers report a failure with status 200


class _NoChoice(Exception):
    """A well-formed answer without any text to choose."""


# --- what goes wrong ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Failure:
    """Why a request failed; `wait_seconds` is None where trying again cannot help."""

    kind: type[ModelUnavailable | ReplyLost]
    sentence: str
    wait_seconds: float | None = None
    was_refused: bool = False  # the server said so, or there is none: nothing was answered, and nothing is paid

    def raised(self, tries: int) -> ModelUnavailable | ReplyLost:
        return self.kind(self.sentence if tries == 1 else f"{self.sentence} ({tries} tries)")


def _failure(error: openai.APIError | ValidationError | _NoChoice, name: str, settings: ModelSettings) -> _Failure:
    import openai

    said = _said(error, settings)
    if isinstance(error, ValidationError):
        return _Failure(ReplyLost, f"{name} answered something that is no chat completion.", 0.0)
    if isinstance(error, _NoChoice):
        return _Failure(ReplyLost, f"{name} answered without any choice{said}.", 0.0)
    if isinstance(error, openai.APITimeoutError):
        return _Failure(ReplyLost, f"{name} did not answer within {settings.timeout_seconds:g} s.", 0.0)
    if any(isinstance(cause, ConnectionRefusedError | socket.gaierror) for cause in _causes(error)):
        sentence = f"No server answers at {_address(name, settings)}: is it running?"
        return _Failure(ModelUnavailable, sentence, 0.0, was_refused=True)
    status = getattr(error, "status_code", None)
    if status == 200:  # LiteLLM's way to say that the body could not be read
        return _Failure(ReplyLost, f"{name} answered something that is no chat completion.", 0.0)
    if status is None:
        return _Failure(ReplyLost, f"The connection to {name} broke{said}.", 0.0)
    return replace(_status_failure(int(status), error, name, settings), was_refused=True)


def _status_failure(status: int, error: openai.APIError, name: str, settings: ModelSettings) -> _Failure:
    said, code = _said(error, settings), getattr(error, "code", None)
    if status in (401, 403):
        return _Failure(ModelUnavailable, f"{_address(name, settings)} refuses the key for {name} ({status}){said}.")
    if status == 404:
        return _Failure(ModelUnavailable, f"{_address(name, settings)} knows no {name} (404){said}; {NAMES}.")
    if status == 402 or code == "insufficient_quota":
        return _Failure(ModelUnavailable, f"There is no credit left for {name} ({status}){said}.")
    if status in TRANSIENT or status >= 500:
        wait_seconds = _retry_after(error)
        if wait_seconds > LONGEST_WAIT_SECONDS:
            return _Failure(ReplyLost, f"{name} asks to wait {wait_seconds:.0f} s ({status}){said}.")
        return _Failure(ReplyLost, f"{name} failed with status {status}{said}.", wait_seconds)
    if code == "context_length_exceeded" or type(error).__name__ == "ContextWindowExceededError":
        return _Failure(PromptTooLong, f"The prompt is too long for {name}{said}.")
    return _Failure(ReplyLost, f"{name} refused the request ({status}){said}.")


def _said(error: Exception, settings: ModelSettings) -> str:
    """The server's own words, short and without keys: ": ..." or nothing."""
    body = getattr(error, "body", None)
    text = str(body.get("message") or "") if isinstance(body, dict) else ""
    text = " ".join((text or str(error)).partition("Traceback (most recent call last)")[0].split())
    key = _key(settings)
    text = text.replace(key, "***") if key else text
    text = re.sub(r"\b(?:(?:sk|pk|key|gsk|xai|hf)[-_]|AIza)[A-Za-z0-9*_-]{8,}", "***", text)
    return f": {text[:300].rstrip('.')}" if text and text != "None" else ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _retry_after(error: openai.APIError) -> float:
    """Seconds that the server asks to wait; 0 where it says nothing that can be read."""
    response = getattr(error, "response", None)
    headers = getattr(error, "litellm_response_headers", None) or getattr(response, "headers", None) or {}
    value = str(headers.get("retry-after", "")).strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _address(name: str, settings: ModelSettings) -> str:
    """Where the request went, without user and password."""
    if not name.startswith("openai/"):
        return f"the provider of {name}"
    parts = urlsplit(settings.api_base or OPENAI_BASE)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


# --- keys, providers and prices ----------------------------------------------------------------------------------


def _key(settings: ModelSettings) -> str:
    return settings.api_key.get_secret_value().strip() if settings.api_key else ""


def _has_key(settings: ModelSettings) -> bool:
    return bool(_key(settings))


def _is_openai(settings: ModelSettings) -> bool:
    return urlsplit(settings.api_base or OPENAI_BASE).hostname == urlsplit(OPENAI_BASE).hostname


def _refuse_unknown_provider(name: str) -> None:
    """`ModelUnavailable` for a name without a known provider, or a provider whose API key is not set."""
    litellm = _litellm()
    try:
        litellm.get_llm_provider(name)
    except litellm.BadRequestError:
        raise ModelUnavailable(f"{name!r} is no model that LiteLLM knows: {NAMES}.") from None
    missing = litellm.validate_environment(name)["missing_keys"]
    # Other kinds of credentials (a cloud role, say) are not always variables, so only plain keys are asked for.
    if missing and all(key.endswith("_API_KEY") for key in missing):
        raise ModelUnavailable(f"{' or '.join(missing)} is not set: export it, or use --model rules, which needs no key.")


def _litellm() -> Any:  # noqa: ANN401  litellm's own annotations do not hold under --strict
    """The litellm module, made quiet; the first call takes 3 s."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or the import fetches a price list
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
    # Its types make pydantic warn at the first request; the user can do nothing about that.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"pydantic\.")
    return litellm


def _usage(name: str, settings: ModelSettings, tokens: _Tokens | None) -> Usage:
    """What the answer cost, at list prices; no dollars where the server or the price list is silent."""
    if tokens is None or tokens.prompt_tokens is None:
        return Usage(dollars=None)
    prompt, completion = tokens.prompt_tokens, tokens.completion_tokens or 0
    prices = price_of(name, settings)
    dollars = None if prices is None else prompt * prices[0] + completion * prices[1]
    return Usage(prompt_tokens=prompt, completion_tokens=completion, dollars=dollars)


def price_of(name: str, settings: ModelSettings) -> tuple[float, float] | None:
    """Dollars per prompt and per completion token: as listed, or as the settings say; None where nobody knows.

    Settings may come with somebody else's repository: they cannot make a listed price smaller, or a cap would mean nothing.
    """
    listed = None if name.startswith("openai/") and not _is_openai(settings) else _prices(name)
    if settings.prices is None or listed is None:
        return settings.prices or listed
    return max(listed[0], settings.prices[0]), max(listed[1], settings.prices[1])


def price_of_model(model: Model) -> tuple[float, float] | None:
    """The same for one that is open; None too where it is no hosted one."""
    return price_of(model.name, model.settings) if isinstance(model, HostedModel) else None


def _prices(name: str) -> tuple[float, float] | None:
    """Dollars per prompt and per completion token, without discounts; None where the list does not know the model."""
    provider, _, plain = name.partition("/")
    listed = _price_list()
    entry = listed.get(name)
    if entry is None and listed.get(plain, {}).get("litellm_provider") == provider:
        entry = listed[plain]
    if entry is None or "input_cost_per_token" not in entry:
        return None
    return float(entry["input_cost_per_token"]), float(entry.get("output_cost_per_token") or 0.0)


@functools.cache
def _price_list() -> dict[str, dict[str, Any]]:  # Any: the entries hold numbers, texts and lists
    """LiteLLM's price list, read from its file: importing litellm for it would take 3 s."""
    found = importlib.util.find_spec("litellm")
    folders = list(found.submodule_search_locations or ()) if found else []
    paths = [Path(folder, "model_prices_and_context_window_backup.json") for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    prices: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path else {}
    return prices
