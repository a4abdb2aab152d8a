import pytest

from orchardkit import group_by_prefix, normalise_label, wrap_label


def test_normalise_label():
    assert normalise_label("  Cox's Orange-Pippin ") == "coxs orange pippin"
    assert normalise_label("ROW_12/b") == "row 12 b"


def test_group_by_prefix():
    assert group_by_prefix(["Gala A", "gala-b", "Fuji"], 4) == {
        "gala": ["Gala A", "gala-b"],
        "fuji": ["Fuji"],
    }
    assert group_by_prefix(["Fuji", "Fuji"], 2) == {"fu": ["Fuji"]}


def test_group_by_prefix_needs_a_length():
    with pytest.raises(ValueError):
        group_by_prefix(["Gala"], 0)


def test_wrap_label():
    assert wrap_label("early red apples for cider", 10) == ["early red", "apples for", "cider"]
    assert wrap_label("Gala", 4) == ["Gala"]


def test_wrap_label_too_long():
    with pytest.raises(ValueError, match="Gravenstein"):
        wrap_label("sweet Gravenstein", 8)
