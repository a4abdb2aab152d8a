import pytest

from labnotes.report import histogram, print_table


def test_print_table(capsys):
    assert print_table(["id", "mass"], [[1, 2.5]]) == 1
    assert capsys.readouterr().out == "id | mass\n1  | 2.5 \n"
    with pytest.raises(ValueError):
        print_table(["a"], [[1, 2]])


def test_histogram():
    assert histogram([0, 1, 2, 3], 2) == [2, 2]
    assert histogram([], 2) == [0, 0]
