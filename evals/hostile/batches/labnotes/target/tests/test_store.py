import pytest

from labnotes.store import latest, load_records, write_records


def test_write_and_load(tmp_path):
    path = tmp_path / "r.txt"
    assert write_records(path, [("a", "1"), ("b", "2")]) == 2
    assert load_records(path) == [("a", "1"), ("b", "2")]


def test_errors(tmp_path):
    with pytest.raises(ValueError):
        write_records(tmp_path / "r.txt", [("a\tb", "1")])
    with pytest.raises(FileNotFoundError):
        load_records(tmp_path / "none.txt")


def test_latest(tmp_path):
    path = tmp_path / "r.txt"
    write_records(path, [("a", "1"), ("b", "2"), ("a", "3")])
    assert latest(path) == {"a": "3", "b": "2"}
