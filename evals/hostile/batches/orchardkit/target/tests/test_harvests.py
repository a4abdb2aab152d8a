import pytest

from orchardkit import merge_harvests, rank_pickers, running_median, totals_by_variety

RECORDS = [
    {"id": 1, "variety": "Fuji", "picker": "Ana", "kilos": 10.0},
    {"id": 2, "variety": "Gala", "picker": "Ben", "kilos": 25.5},
    {"id": 3, "variety": "Fuji", "picker": "Ana", "kilos": 4.5},
]


def test_merge_harvests():
    records = [dict(record) for record in RECORDS]
    updates = [{"id": 2, "kilos": 26.0}, {"id": 4, "variety": "Cox", "picker": "Eva", "kilos": 3.0}]
    assert merge_harvests(records, updates) == 1
    assert len(records) == 4
    assert records[1] == {"id": 2, "variety": "Gala", "picker": "Ben", "kilos": 26.0}


def test_totals_by_variety():
    assert totals_by_variety(RECORDS) == {"Fuji": 14.5, "Gala": 25.5}
    assert totals_by_variety(RECORDS[:1]) == {"Fuji": 10.0}


def test_rank_pickers():
    assert rank_pickers(RECORDS) == [(1, "Ben", 25.5), (2, "Ana", 14.5)]
    assert rank_pickers(RECORDS[2:]) == [(1, "Ana", 4.5)]


def test_running_median():
    assert running_median([3.0, 1.0, 2.0, 9.0], 3) == [2.0, 2.0]
    assert running_median([4.0, 2.0, 8.0], 2) == [3.0, 5.0]
    with pytest.raises(ValueError):
        running_median([1.0], 2)
