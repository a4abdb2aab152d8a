import pytest

from orchardkit import read_ledger, write_ledger

ROWS = [
    {"date": "2023-09-01", "variety": "Gala", "kilos": 1250.5, "note": "market"},
    {"date": "2023-09-02", "variety": "Fuji", "kilos": 80.0, "note": ""},
]


def test_write_and_read(tmp_path):
    path = tmp_path / "sales.txt"
    assert write_ledger(path, ROWS) == 2
    assert read_ledger(path) == ROWS


def test_read(tmp_path):
    path = tmp_path / "sales.txt"
    path.write_text("2023-09-01;Cox;12 000.00;cider\n\n2023-09-03;Cox;-3.50;returned\n")
    assert [row["kilos"] for row in read_ledger(path)] == [12000.0, -3.5]


def test_bad_rows(tmp_path):
    path = tmp_path / "sales.txt"
    with pytest.raises(ValueError):
        write_ledger(path, [{"date": "x", "variety": "a;b", "kilos": 1.0, "note": ""}])
    path.write_text("2023-09-01;Cox\n")
    with pytest.raises(ValueError):
        read_ledger(path)
