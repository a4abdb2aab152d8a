"""What real models send, over a real connection: what means one edit becomes it, all else is a notice, nothing crashes."""

import json
import textwrap

import pytest
from pydantic import SecretStr

from agent.asking import propose_with_model
from agent.budget import Budget
from agent.models import HostedModel, ModelSettings, ModelUnavailable
from tests.agent.openai_server import Answer, OpenAIServer, text_answer
from tests.agent.values import FUNCTION, SOURCE, question
from tools.editing import UnapplicableEdit, apply_edits

OLD, NEW = "        result = sum([item for item in items])\n", "        result = sum(items)\n"
RIGHT = SOURCE.replace(OLD.encode(), NEW.encode())
BLOCK = f"<<<<<<< SEARCH\n{OLD}=======\n{NEW}>>>>>>> REPLACE\n"
GOOD = f"TITLE: Sum without a list\nWHY: No list is made.\n\nsrc/shop.py\n```python\n{BLOCK}```\n"
HUNK = f"@@ -2,3 +2,3 @@\n     def total(self, items):\n-{OLD}+{NEW}         return result\n"
ELIDED = "        # ... existing code ...\n"
METHOD = f"    def total(self, items):\n{NEW}        return result\n"

READ = {  # reply -> the right edit
    "as asked": GOOD,
    "no title": GOOD.partition("\n")[2],
    "no path": GOOD.replace("src/shop.py\n", ""),
    "wrong folder in the path": GOOD.replace("src/shop.py", "./shop.py"),
    "path of a diff": GOOD.replace("src/shop.py", "a/src/shop.py"),
    "bold path": GOOD.replace("src/shop.py", "**`src/shop.py`**:"),
    "no fence": GOOD.replace("```python\n", "").replace("```\n", ""),
    "fence of another language": GOOD.replace("```python", "```diff"),
    "fences inside the markers": GOOD.replace(OLD, f"```python\n{OLD}```\n").replace(NEW, f"```python\n{NEW}```\n"),
    "long prose before and after": "Certainly! " * 9_000 + "\n\n" + GOOD + "\n\nLet me know. " * 9_000,
    "thoughts": f"<think>\nMaybe {BLOCK}</think>\n{GOOD}",
    "thoughts without their beginning": f"Maybe a set.\n</think>\n{GOOD}",
    "lost indentation": GOOD.replace(OLD, OLD.lstrip()).replace(NEW, NEW.lstrip()),
    "indented as a whole": GOOD.replace("src/shop.py", "1. src/shop.py").replace(
        BLOCK, "".join(f"   {line}\n" for line in BLOCK.splitlines())
    ),
    "trailing blanks": GOOD.replace("in items])\n", "in items])   \n"),
    "windows line ends": GOOD.replace("\n", "\r\n"),
    "longer markers": GOOD.replace("<<<<<<<", "<<<<<<<<<").replace(">>>>>>>", ">>>>>>>>>").replace("=======", "========="),
    "lower-case markers": GOOD.replace("SEARCH", "search").replace("REPLACE", "replace"),
    "told twice": GOOD + "\n" + GOOD,
    "a second edit that changes nothing": GOOD + f"\nsrc/shop.py\n{BLOCK.replace(NEW, OLD)}",
    "whole function": f"Here:\n```python\n{METHOD}```\n",
    "whole function without its indentation": f"```python\n{textwrap.dedent(METHOD)}```",
    "class with the function": f"```python\nclass Shop:\n{METHOD}```\n",
    "whole file": f"```python\n{RIGHT.decode()}```\n",
    "diff": f"--- a/src/shop.py\n+++ b/src/shop.py\n{HUNK}",
    "diff in a fence": f"```diff\n@@ -3 +3 @@\n-{OLD}+{NEW}```\n",
    "null character in the prose": GOOD.replace("No list", "No \0 list"),
}
REFUSED = {  # no edit, or one that cannot be applied
    "nothing": "",
    "null": None,
    "blanks": " \n\t\n",
    "prose": "I would sum without a list.",
    "200 KB of prose": "I would sum without a list. " * 7_200,
    "prose that repeats itself": "the the the " * 20_000,
    "apology": "I'm sorry, but I can't help with that.",
    "JSON": json.dumps({"search": OLD, "replace": NEW}),
    "half of JSON": '{"edits": [{"path": "src/shop.py", "sea',
    "HTML": "<html><body><h1>502 Bad Gateway</h1></body></html>",
    "a call of a tool": '<tool_call>{"name": "edit", "arguments": {}}</tool_call>',
    "empty fence": "```python\n```",
    "cut off in the search": GOOD[: GOOD.index("for item")],
    "cut off in the replacement": GOOD[: GOOD.index(">>>>>>>")],
    "cut off before the replacement": GOOD[: GOOD.index("=======")],
    "cut off in its thoughts": "<think>\nThe list is",
    "no divider": GOOD.replace("=======\n", ""),
    "two dividers": GOOD.replace("=======\n", "=======\n=======\n"),
    "only markers": "<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n",
    "the same twice": GOOD.replace(NEW, OLD),
    "elided search": GOOD.replace(OLD, "    def total(self, items):\n        ...\n"),
    "elided replacement": GOOD.replace(NEW, "        # ... rest of the function unchanged\n"),
    "text that is not there": GOOD.replace("for item in items", "for one in items"),
    "line numbers in the search": GOOD.replace(OLD, f"3: {OLD}"),
    "no search": GOOD.replace(OLD, ""),
    "another file": GOOD.replace("src/shop.py", "tests/test_shop.py"),
    "absolute path": GOOD.replace("src/shop.py", "/home/ada/shop/src/shop.py"),
    "a path out of the repository": GOOD.replace("src/shop.py", "../../etc/passwd.py"),
    "a new file": "src/fast.py\n<<<<<<< SEARCH\n=======\nimport os\n>>>>>>> REPLACE\n",
    "an edit inside an edit": GOOD.replace("=======\n", "<<<<<<< SEARCH\n=======\n"),
    "two whole functions": f"```python\n{METHOD}```\nor\n```python\n{METHOD.replace('sum(', 'math.fsum(')}```\n",
    "whole function with a part left out": f"```python\n{METHOD.replace(NEW, ELIDED)}```",
    "whole function that does not parse": "```python\ndef total(self, items):\n    return sum(\n```",
    "another function": "```python\ndef other(self):\n    return 1\n```",
    "a script that calls it": f"```python\n{METHOD}\nprint(Shop().total([1]))\n```",
    "diff without a place": "@@ -0,0 +1 @@\n+import os\n",
    "diff of what is not there": f"@@ -1 +1 @@\n-        result = 3\n+{NEW}",
    "shell commands": "```sh\nsed -i s/a/b/ src/shop.py\n```",
    "only the heading": "TITLE: Sum without a list\nWHY: No list is made.\n",
    "markers of git": "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch\n",
    "binary rubbish": "\x00\x01\x02\x7f" * 500,
    "no change": "NO CHANGE: it is fast already.",
    "no change in bold": "**NO CHANGE**: it is fast already.",
}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def asked(server, **more):
    settings = ModelSettings(api_key=SecretStr("sk-0"), api_base=server.base, max_tries=2, **more)
    return propose_with_model(question(), HostedModel("openai/small", settings, lambda seconds: None, Budget()))


def outcome(found):
    """The file with what was proposed in it; None where nothing could be put there."""
    if not found.candidates:
        return None
    (candidate,) = found.candidates
    try:
        return apply_edits({FUNCTION.path: SOURCE}, candidate.edits, allowed=(FUNCTION.path,))[FUNCTION.path]
    except UnapplicableEdit:
        return None


@pytest.mark.parametrize("reply", READ.values(), ids=READ)
def test_reply_that_means_one_edit_becomes_it(reply):
    with OpenAIServer(text_answer(reply)) as server:
        found = asked(server)
    assert outcome(found) == RIGHT
    assert len(server.requests) == 1
    assert 0 < len(found.candidates[0].title) <= 60


@pytest.mark.parametrize("reply", REFUSED.values(), ids=REFUSED)
def test_reply_that_means_nothing_or_too_much_changes_nothing_and_is_said(reply):
    with OpenAIServer(text_answer(reply)) as server:
        found = asked(server)
    assert outcome(found) is None
    assert found.notices or found.candidates  # one that cannot be applied is refused by the judge, in words
    assert len(server.requests) <= 2  # asked once more, with what is wrong
    assert found.spent.prompt_tokens == 1000 * len(server.requests)


BODIES = {  # what is no chat completion, though the status says 200
    "no JSON": b"Internal error",
    "half of JSON": text_answer(GOOD).body[:80],
    "an empty body": b"",
    "another object": b'{"object": "list", "data": []}',
    "no choices": b'{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}',
    "choices of another type": b'{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": 7}',
    "a list": b"[]",
    "null": b"null",
    "rubbish": b"\xff\xfe\x00",
    "half of a surrogate pair": text_answer(GOOD.replace("No list", "No \ud800 list")).body,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_answer_that_is_no_completion_is_a_notice(body):
    with OpenAIServer(Answer(body)) as server:
        found = asked(server)
    assert (outcome(found), len(found.candidates)) == (None, 0)
    assert found.notices


def test_wrong_key_is_final():
    answer = Answer(b'{"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}', 401)
    with OpenAIServer(answer) as server, pytest.raises(ModelUnavailable):
        asked(server)
    assert len(server.requests) == 1
