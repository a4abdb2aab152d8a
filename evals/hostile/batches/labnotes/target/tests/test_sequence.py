import pytest

from labnotes.sequence import common_run, edit_distance, kmers


def test_edit_distance():
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("", "ab") == 2


def test_kmers():
    assert kmers("ACAC", 2) == {"AC": 2, "CA": 1}
    with pytest.raises(ValueError):
        kmers("A", 0)


def test_common_run():
    assert common_run("sample 12", "a sample") == "sample"
