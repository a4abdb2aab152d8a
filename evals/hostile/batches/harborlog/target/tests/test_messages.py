import pytest

from harborlog.messages import spell, unique_lines, word_counts


def test_word_counts():
    assert word_counts("Ship to shore ship to quay") == {"ship": 2, "to": 2, "shore": 1, "quay": 1}
    assert word_counts("mayday Mayday MAYDAY") == {"mayday": 3}


def test_spell():
    assert spell("ab") == "Alfa Bravo"
    assert spell("Go on") == "Golf Oscar (break) Oscar November"
    with pytest.raises(ValueError):
        spell("a?")


def test_unique_lines():
    assert list(unique_lines(["Wind NW 4", "wind nw 4 ", "Calm"])) == [(1, "Wind NW 4"), (3, "Calm")]
    assert list(unique_lines(["Fog", "Fog", "Rain"])) == [(1, "Fog"), (3, "Rain")]
