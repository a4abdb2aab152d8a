from stockroom.tags import clean_tags, likeness, similar_pairs


def test_clean_tags():
    assert clean_tags([" Red", "red ", "BLUE", ""]) == ["red", "blue"]


def test_likeness():
    assert likeness({"a", "b"}, {"b"}) == 0.5


def test_similar_pairs():
    catalog = {"x": {"a", "b"}, "y": {"a", "b", "c"}, "z": {"q"}}
    assert similar_pairs(catalog, 0.5) == [("x", "y")]
