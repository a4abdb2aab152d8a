import pytest

from stockroom.checks import bad_codes, case_sizes, check_digit, matching_lots


def test_check_digit():
    assert check_digit("629104150021") == 3
    with pytest.raises(ValueError):
        check_digit("62a")


def test_bad_codes():
    assert bad_codes(["6291041500213", "6291041500214"]) == ["6291041500214"]


def test_case_sizes():
    assert case_sizes(12) == [1, 2, 3, 4, 6, 12]
    with pytest.raises(ValueError):
        case_sizes(0)


def test_matching_lots():
    assert matching_lots([1, 4, 6, 9], 10) == [(0, 3), (1, 2)]
