from labnotes.words import split_words, top_words, word_counts

TEXT = " ".join(f"Sample{i * 37 % 211} was weighed, and it wasn't {i * 13 % 97} mg." for i in range(160))


def test_split_words(benchmark):
    assert len(benchmark(split_words, TEXT)) == 1280


def test_word_counts(benchmark):
    assert benchmark(word_counts, TEXT)["mg"] == 160


def test_top_words(benchmark):
    assert len(benchmark(top_words, TEXT, 25)) == 25
