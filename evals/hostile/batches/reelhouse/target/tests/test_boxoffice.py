import pytest

from reelhouse.boxoffice import correlation, rank_films, write_report


def test_rank_films():
    assert rank_films({"M": 120.0, "Faust": 300.0, "Sunrise": 50.0}) == ["Faust", "M", "Sunrise"]
    assert rank_films({"Faust": 10.0, "M": 10.0}) == ["Faust", "M"]


def test_correlation():
    result = correlation([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 2.0, 1.0]])
    assert result[0] == pytest.approx([1.0, 1.0, -1.0])
    with pytest.raises(ValueError):
        correlation([[1.0], [1.0, 2.0]])


def test_write_report(tmp_path):
    path = tmp_path / "report.csv"
    rows = [{"film": "M", "week": 1, "gross": 120.5}, {"film": 'Good, "Bad"', "week": 2, "gross": 3}]
    assert write_report(rows, str(path)) == 3
    assert path.read_text(encoding="utf-8") == 'film,week,gross\nM,1,120.5\n"Good, ""Bad""",2,3\n'
