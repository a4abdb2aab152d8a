import pytest

from harborlog.logbook import count_by_port, write_log


def test_count_by_port(tmp_path):
    path = str(tmp_path / "log.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("2021-03-04;Bergen;arrived;Aurora\n\n2021-03-05;Oslo;left;Berta\n2021-03-06;Bergen;left;Aurora\n")
    assert count_by_port(path) == {"Bergen": 2, "Oslo": 1}


def test_count_by_port_bad_line(tmp_path):
    path = str(tmp_path / "bad.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("nothing here\n")
    with pytest.raises(ValueError):
        count_by_port(path)


def test_write_log(tmp_path):
    path = str(tmp_path / "log.txt")
    assert write_log(path, [("2021-03-04", "Bergen", "arrived", "Aurora")]) == 1
    assert write_log(path, [("2021-03-05", "Oslo", "left", "Berta")]) == 1
    with open(path, encoding="utf-8") as file:
        assert file.read() == "2021-03-04;Bergen;arrived;Aurora\n2021-03-05;Oslo;left;Berta\n"
    with pytest.raises(ValueError):
        write_log(path, [("2021-03-05", "Os;lo", "left", "Berta")])
