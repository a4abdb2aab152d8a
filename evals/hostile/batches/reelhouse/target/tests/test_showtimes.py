from reelhouse.showtimes import find_clashes, insert_showings, upcoming


def show(film, screen, start, end):
    return {"film": film, "screen": screen, "start": start, "end": end}


def test_find_clashes():
    showings = [show("Metropolis", 1, 600, 750), show("Nosferatu", 1, 700, 800), show("M", 2, 700, 800)]
    assert find_clashes(showings) == [(0, 1)]
    assert find_clashes(showings[1:]) == []


def test_insert_showings():
    schedule = [show("Metropolis", 1, 600, 750), show("M", 2, 700, 800)]
    extra = [show("Nosferatu", 3, 650, 750), show("M", 2, 700, 800)]
    assert insert_showings(schedule, extra) == 1
    assert [s["film"] for s in schedule] == ["Metropolis", "Nosferatu", "M"]


def test_upcoming():
    showings = [show("M", 2, 700, 800), show("Metropolis", 1, 600, 750), show("Early", 1, 500, 590)]
    assert [s["film"] for s in upcoming(showings, 600)] == ["Metropolis", "M"]
    assert list(upcoming(showings, 900)) == []
