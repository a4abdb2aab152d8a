import pytest

from stockroom.storage import load_stock, save_stock


def test_save_stock(tmp_path):
    path = tmp_path / "stock.txt"
    assert save_stock(path, {"b": 2, "a": 10}) == 2
    assert path.read_text(encoding="utf-8") == "a\t10\nb\t2\n"


def test_load_stock(tmp_path):
    path = tmp_path / "stock.txt"
    path.write_text("a\t10\nb\t2\na\t1\n", encoding="utf-8")
    assert load_stock(path) == {"a": 11, "b": 2}
    with pytest.raises(FileNotFoundError):
        load_stock(tmp_path / "none.txt")
