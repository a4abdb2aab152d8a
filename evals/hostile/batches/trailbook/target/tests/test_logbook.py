import pytest

from trailbook.logbook import LogBook, load_log


def make():
    book = LogBook()
    book.add("2024-05-02", "Blue Lake", 12.5)
    book.add("2024-05-01", "Black Hut", 8.0)
    book.add("2024-06-10", "Blue Lake", 11.0)
    return book


def test_add_and_remove():
    book = make()
    assert [entry["place"] for entry in book.entries] == ["Black Hut", "Blue Lake", "Blue Lake"]
    book.remove("2024-05-02", "Blue Lake")
    assert len(book.entries) == 2
    with pytest.raises(LookupError):
        book.remove("2024-05-02", "Blue Lake")


def test_totals_by_month():
    assert make().totals_by_month() == {"2024-05": 20.5, "2024-06": 11.0}
    assert LogBook().totals_by_month() == {}


def test_find():
    book = make()
    assert [entry["date"] for entry in book.find("lake")] == ["2024-05-02", "2024-06-10"]
    assert book.find("Summit") == []


def test_places():
    assert make().places() == ["Black Hut", "Blue Lake"]


def test_streaks():
    assert list(make().streaks()) == [["2024-05-01", "2024-05-02"]]
    assert len(list(make().streaks(1))) == 2


def test_export_csv(tmp_path):
    assert make().export_csv(tmp_path / "log.csv") == 3
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines == ["date;place;km", "2024-05-01;Black Hut;8.0;1", "2024-05-02;Blue Lake;12.5;1", "2024-06-10;Blue Lake;11.0;2"]


def test_load_log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("date;place;km\n2024-07-02;Peak;9\n2024-07-01;Hut;4.5\n")
    assert load_log(path).entries == [{"date": "2024-07-01", "place": "Hut", "km": 4.5}, {"date": "2024-07-02", "place": "Peak", "km": 9.0}]
    make().export_csv(tmp_path / "again.csv")
    assert load_log(tmp_path / "again.csv").entries == make().entries
