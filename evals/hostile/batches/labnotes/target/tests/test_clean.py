import pytest

from labnotes.clean import redact, squeeze, wrap


def test_squeeze():
    assert squeeze("a  b\n\tc") == "a b c"
    assert squeeze("  a ") == " a "


def test_redact():
    assert redact("Ann met Bob", ["Ann", "Bob"]) == "*** met ***"
    with pytest.raises(ValueError):
        redact("x", [""])


def test_wrap():
    assert wrap("one two three", 7) == ["one two", "three"]
    with pytest.raises(ValueError):
        wrap("x", 0)
