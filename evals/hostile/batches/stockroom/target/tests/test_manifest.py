import pytest

from stockroom.manifest import ManifestError, parse_manifest, split_fields


def test_split_fields():
    assert split_fields('A1;3;"big; red"') == ["A1", "3", "big; red"]


def test_parse_manifest():
    text = "# head\nA1;3;\n\nB2 ; 12 ; fragile\n"
    assert parse_manifest(text) == [
        {"sku": "A1", "quantity": 3, "note": ""},
        {"sku": "B2", "quantity": 12, "note": "fragile"},
    ]


def test_parse_bad():
    with pytest.raises(ManifestError):
        parse_manifest("A1;x;")
    with pytest.raises(ManifestError):
        parse_manifest("A1;3")
