import pytest

from kilnworks.letters import common_words, fill, initials, wrap


def test_fill():
    assert fill("Dear {name}, your {item} is ready.", {"name": "Ada", "item": "mug"}) == "Dear Ada, your mug is ready."
    assert fill("{a} and {b}", {"a": "1"}) == "1 and {b}"


def test_wrap():
    assert wrap("the kiln is still warm", 10) == ["the kiln", "is still", "warm"]
    with pytest.raises(ValueError):
        wrap("x", 0)


def test_common_words():
    assert common_words("Clay, slip, clay; glaze and slip. Clay!", 2) == [("clay", 3), ("slip", 2)]
    assert common_words("one", 3) == [("one", 1)]


def test_initials():
    assert initials(["Ada Byron", "Al Bean", "Cy"]) == ["AB", "AB2", "C"]
