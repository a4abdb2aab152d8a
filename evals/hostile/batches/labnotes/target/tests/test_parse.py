import pytest

from labnotes.parse import evaluate, parse_table


def test_evaluate():
    assert evaluate("2 * (3 + 4)") == 14
    assert evaluate("-3 + 1.5") == -1.5
    with pytest.raises(ValueError):
        evaluate("2 +")


def test_parse_table():
    assert parse_table("name,mass\nA,3\nB,2.5\n") == [{"name": "A", "mass": 3}, {"name": "B", "mass": 2.5}]
    with pytest.raises(ValueError):
        parse_table("a,b\n1")
