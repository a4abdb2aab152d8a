"""Which calls are newly dangerous."""

from __future__ import annotations

import pytest

from tools.dangers import ScanFailed, dangers

OLD = b"import yaml\n\n\ndef read(text):\n    return yaml.safe_load(text)\n"
V311 = (3, 11, 7)


def edited(body: str, above: str = "") -> bytes:
    return f"{above}{OLD.decode()}".replace("return yaml.safe_load(text)", body).encode()


@pytest.mark.parametrize(
    ("body", "above", "said"),
    [
        ("return yaml.load(text)", "", "line 5: Probable use of unsafe `yaml.load`"),
        ("return eval(text)", "", "(S307, suspicious-eval-usage)"),
        ("return pickle.loads(text)", "import pickle\n", "(S301, "),
        ("return hashlib.md5(text)", "import hashlib\n", "(S324, "),
        ("return os.chmod(text, 0o777)", "import os\n", "(S103, "),
        ("return subprocess.run(text, shell=True)", "import subprocess\n", "(S602, "),
        ("return random.random()", "import random\n", "(S311, "),
        ("return yaml.load(text)  # noqa: S506", "# ruff: noqa\n", "line 6: Probable use of unsafe"),
    ],
)
def test_newly_dangerous_call_is_named_with_its_line_and_rule(body: str, above: str, said: str) -> None:
    found = dangers(OLD, edited(body, above), V311)
    assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize(
    "body",
    [
        "return yaml.safe_load(text or '')",
        "assert text\n    return yaml.safe_load(text)",
        "try:\n        return yaml.safe_load(text)\n    except ValueError:\n        pass",
        "token = '('\n    return yaml.safe_load(token)",
    ],
)
def test_what_is_no_danger_passes(body: str) -> None:
    assert dangers(OLD, edited(body), V311) == ()


def test_danger_that_was_there_may_stay_but_not_grow() -> None:
    old = edited("return yaml.load(text)")
    assert dangers(old, edited("text = text or ''\n    return yaml.load(text)"), V311) == ()
    (said,) = dangers(old, edited("return yaml.load(text) or yaml.load(text * 2)"), V311)
    assert "S506" in said


def test_random_numbers_may_be_drawn_otherwise_where_they_are_drawn_already() -> None:
    old = edited("return random.random()", "import random\n")
    assert dangers(old, edited("return random.random() + random.random()", "import random\n"), V311) == ()


def test_text_that_ruff_cannot_read_as_the_targets_python_is_no_success() -> None:
    matching = edited("match text:\n        case _:\n            return text")
    assert dangers(OLD, matching, V311) == ()
    (said,) = dangers(OLD, matching, (3, 9, 1))
    assert "invalid-syntax" in said


def test_text_in_another_encoding_is_read_as_it_declares() -> None:
    cookie = "# coding: latin-1\n"
    (said,) = dangers(cookie.encode() + OLD, f"{cookie}x = '\xe9'\n".encode("latin-1") + edited("return eval(text)"), V311)
    assert "S307" in said


def test_ruff_that_does_not_run_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.dangers.find_ruff_bin", lambda: "/nonexistent/ruff")
    with pytest.raises(ScanFailed, match="cannot look for dangerous calls"):
        dangers(OLD, edited("return text"), V311)
