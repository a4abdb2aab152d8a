"""A real server of chat completions on loopback that gives recorded answers, and counts those that were answered in full."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
HOST = "127.0.0.1"


class RecordedModels:
    """Answers while it is open; `answered` counts replies that were written to their last byte.

    Where `reply_to` raises StopIteration nothing was recorded (400), where it raises ConnectionError the line is cut.
    """

    def __init__(self, reply_to: Callable[[str, str], str]) -> None:
        self._reply_to = reply_to
        self._lock = threading.Lock()
        self.answered = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer._answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def base(self) -> str:
        """For OPENAI_API_BASE."""
        return f"http://{HOST}:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        prompt = "\n".join(message["content"] for message in asked["messages"])
        try:
            status, body = 200, _completion(asked["model"], self._reply_to(prompt, asked["model"]))
        except StopIteration:
            status, body = 400, {"error": {"message": "no answer to that was recorded", "type": "error", "code": None}}
        except ConnectionError:
            return
        content = json.dumps(body).encode()
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
            handler.wfile.flush()
        except OSError:  # whoever asked was killed
            return
        with self._lock:
            self.answered += status == 200


def _completion(model: str, text: str) -> dict[str, Any]:  # Any: JSON
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": USAGE}
