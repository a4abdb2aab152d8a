import pytest

from labnotes.journal import Journal


def make():
    j = Journal()
    j.add("Calibrated scale", ["scale", "am"])
    j.add("Washed flask", ["glass"])
    j.add("Scale drifts", ["scale"])
    return j


def test_find():
    assert make().find("SCALE") == ["Calibrated scale", "Scale drifts"]
    assert make().find("acid") == []


def test_tag_totals():
    assert make().tag_totals() == {"scale": 2, "am": 1, "glass": 1}


def test_archive_and_undo():
    j = make()
    assert j.archive(1) == [("Calibrated scale", ("scale", "am"))]
    assert len(j.entries) == 2
    assert j.undo() == ("Scale drifts", ("scale",))
    with pytest.raises(ValueError):
        j.add("")
