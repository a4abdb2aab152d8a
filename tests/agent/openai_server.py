"""A real HTTP server on loopback that speaks chat completions from a script, with every fault that servers have."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True)
class Answer:
    """One scripted answer. `cut_at` closes the connection after so many bytes of the body."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    never: bool = False  # hold the answer back until the server is closed


def text_answer(
    text: str | None, *, usage: bool = True, finish_reason: str = "stop", tokens: tuple[int, int] = (1000, 100)
) -> Answer:
    """A well-formed completion; `tokens` of prompt and answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    body: dict[str, object] = {"id": "1", "object": "chat.completion", "created": 1, "model": "served", "choices": [choice]}
    if usage:
        body["usage"] = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return Answer(json.dumps(body).encode())


def error_answer(status: int, message: str, code: str = "", **headers: str) -> Answer:
    """A failure in the words of OpenAI's API."""
    error = {"message": message, "type": "error", "code": code or None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(json.dumps({"error": error}).encode(), status, named)


@dataclass(frozen=True)
class Request:
    """What the client sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, object]

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation, the oldest part first."""
        found = self.body["messages"]
        assert isinstance(found, list)
        return found


class OpenAIServer:
    """Gives the scripted answers in order, the last one again and again; `requests` holds what was asked.

    An answer may be a function of the request, where several are asked at the same time.
    """

    def __init__(self, *answers: Answer | Callable[[Request], Answer]) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name in the base class
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False  # joined on close: no thread outlives its test
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self._lock:
            headers = {name.lower(): value for name, value in handler.headers.items()}
            request = Request(handler.path, headers, body)
            self.requests.append(request)
            scripted = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer = scripted if isinstance(scripted, Answer) else scripted(request)
        if answer.never:
            self.closing.wait()
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body[: answer.cut_at])
        handler.close_connection = True
