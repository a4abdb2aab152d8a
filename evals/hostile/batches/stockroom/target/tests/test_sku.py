import pytest

from stockroom.sku import group_by_prefix, normalize_sku


def test_normalize():
    assert normalize_sku("ab-12/c") == "AB12C"
    assert normalize_sku("x 9_k.2") == "X9K2"


def test_normalize_bad():
    with pytest.raises(ValueError):
        normalize_sku("a*b")


def test_group():
    assert group_by_prefix(["abc-1", "ABC_2", "xyz9"]) == {"ABC": ["abc-1", "ABC_2"], "XYZ": ["xyz9"]}
