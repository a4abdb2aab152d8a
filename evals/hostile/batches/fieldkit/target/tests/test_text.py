import pytest
from fieldkit import text
def test_word_counts(): assert text.word_counts("The cat, the dog") == {"the": 2, "cat": 1, "dog": 1}
def test_squeeze(): assert text.squeeze_spaces("  a  b c ") == "a b c"
def test_wrap(): assert text.wrap_words("aa bb cc", 5) == ["aa bb", "cc"]
def test_anagram():
    assert text.is_anagram("Listen", "Silent")
    assert not text.is_anagram("abc", "abd")
