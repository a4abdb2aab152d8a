from fieldkit import text
NOTE = " ".join("word%d" % (i * 7 % 90) for i in range(450))
def test_word_counts(benchmark):
    result = benchmark(text.word_counts, NOTE)
    assert len(result) == 90 and result["word7"] == 5
SPACED = "  ".join("item%d" % i for i in range(900))
def test_squeeze_spaces(benchmark):
    result = benchmark(text.squeeze_spaces, SPACED)
    assert result == " ".join("item%d" % i for i in range(900))
def test_wrap_words(benchmark):
    result = benchmark(text.wrap_words, " ".join("w" * (1 + i % 9) for i in range(3000)), 300)
    assert max(len(r) for r in result) <= 300 and len(result) > 55
def test_is_anagram(benchmark):
    a = "abcdefghij klmnop" * 400
    result = benchmark(text.is_anagram, a, a[::-1])
    assert result is True
