import pytest

from trailbook.notes import find_mentions, keyword_counts, wrap_note


def test_wrap_note():
    assert wrap_note("From the hut go up to the pass", 12) == ["From the hut", "go up to the", "pass"]
    assert wrap_note("short  note", 40) == ["short note"]
    with pytest.raises(ValueError):
        wrap_note("x", 0)


def test_keyword_counts():
    notes = ["Steep path, loose rock.", "Rock and snow; steep!"]
    assert keyword_counts(notes, ["and"]) == {"steep": 2, "path": 1, "loose": 1, "rock": 2, "snow": 1}
    assert keyword_counts(["Café at the hut"], ["at", "the"]) == {"cafe": 1, "hut": 1}


def test_find_mentions():
    assert find_mentions("Up to Grey Pass, then down to the hut.", ["Hut", "grey pass"]) == [(6, "grey pass"), (34, "Hut")]
    assert find_mentions("nothing here", ["lake"]) == []
