from labnotes.tags import invert, similar_pairs


def test_similar_pairs():
    items = {"s1": {"acid", "hot"}, "s2": {"acid", "cold"}, "s3": {"base"}}
    assert similar_pairs(items, 0.3) == [("s1", "s2")]


def test_invert():
    assert invert({"s1": {"hot"}, "s2": {"hot", "acid"}}) == {"acid": ["s2"], "hot": ["s1", "s2"]}
