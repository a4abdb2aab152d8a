from labnotes.words import split_words, top_words, word_counts


def test_split_words():
    assert split_words("The pH isn't 7.") == ["the", "ph", "isn't", "7"]


def test_word_counts():
    counts = word_counts("Mix the salt, the water.")
    assert counts == {"mix": 1, "the": 2, "salt": 1, "water": 1}
    assert list(counts) == ["mix", "the", "salt", "water"]


def test_top_words():
    assert top_words("b a b c", 1) == [("b", 2)]
    assert top_words("a a b", 5) == [("a", 2), ("b", 1)]
