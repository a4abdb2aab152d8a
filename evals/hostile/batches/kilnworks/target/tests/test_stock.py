import pytest

from kilnworks.stock import load_prices, reprice, running_stock, save_prices


def test_running_stock():
    opening = {"stoneware": 100.0}
    moves = [("stoneware", -40.0), ("porcelain", 25.0), ("stoneware", 10.0)]
    assert list(running_stock(moves, opening)) == [("stoneware", 60.0), ("porcelain", 25.0), ("stoneware", 70.0)]
    assert opening["porcelain"] == 25.0


def test_running_stock_out():
    with pytest.raises(ValueError):
        list(running_stock([("raku", -1.0)], {"raku": 0.5}))


def test_reprice():
    prices = {"mug small": 10.0, "mug large": 14.0, "bowl": 30.0}
    assert reprice(prices, [("mug", 10)]) == 2
    assert prices == {"mug small": 11.0, "mug large": 15.4, "bowl": 30.0}


def test_load_prices(tmp_path):
    path = tmp_path / "prices.txt"
    path.write_text("# spring\nmug = 12.5\nbowl = 30  # was 28\n\n", encoding="utf-8")
    assert load_prices(str(path)) == {"mug": 12.5, "bowl": 30.0}
    path.write_text("mug 12\n", encoding="utf-8")
    with pytest.raises(ValueError):
        load_prices(str(path))


def test_save_prices(tmp_path):
    path = tmp_path / "prices.txt"
    assert save_prices(str(path), {"bowl": 30.0, "mug": 12.5}) == 2
    assert path.read_text(encoding="utf-8") == "mug = 12.50\nbowl = 30.00\n"
