import pytest

from trailbook.weather import daylight_table, moving_extremes, parse_table, pivot


def test_parse_table():
    text = "date; place; temp\n2024-05-01; Hut; 7\n2024-05-01; Peak; -2\n"
    assert parse_table(text) == [{"date": "2024-05-01", "place": "Hut", "temp": "7"}, {"date": "2024-05-01", "place": "Peak", "temp": "-2"}]
    with pytest.raises(ValueError, match="line 3 has 1 fields, not 2"):
        parse_table("a;b\n1;2\n3\n")


def test_pivot():
    readings = [
        {"day": "Mon", "place": "Hut", "temp": 7.0},
        {"day": "Mon", "place": "Peak", "temp": -2.0},
        {"day": "Tue", "place": "Hut", "temp": 9.0},
    ]
    assert pivot(readings, "day", "place", "temp") == (["Mon", "Tue"], ["Hut", "Peak"], [[7.0, -2.0], [9.0, None]])


def test_moving_extremes():
    assert moving_extremes([3.0, 1.0, 4.0, 1.5], 2) == [(1.0, 3.0), (1.0, 4.0), (1.5, 4.0)]
    assert moving_extremes([3, 1, 4], 3) == [(1, 4)]


def test_daylight_table():
    assert 718 < daylight_table(0, 1)[0] < 722
    table = daylight_table(47, 3)
    assert table[0] < table[2] < 600
