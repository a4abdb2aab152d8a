import pytest

from reelhouse.catalogue import group_by_director, merge_catalogues, related_films, slug


def test_slug():
    assert slug("The  Third Man!") == "the-third-man"
    assert slug("M") == "m"


def test_group_by_director():
    films = [
        {"title": "M", "year": 1931, "director": "Lang"},
        {"title": "Nosferatu", "year": 1922, "director": "Murnau"},
        {"title": "Metropolis", "year": 1927, "director": "Lang"},
        {"title": "M", "year": 1931, "director": "Lang"},
    ]
    assert group_by_director(films) == {"Lang": ["M", "Metropolis"], "Murnau": ["Nosferatu"]}


def test_merge_catalogues():
    base = [{"title": "The Third Man", "year": 1949}]
    merged = merge_catalogues(base, [{"title": "The third man", "year": 1949, "stars": 5}, {"title": "M", "year": 1931}])
    assert merged is base
    assert base == [{"title": "The third man", "year": 1949, "stars": 5}, {"title": "M", "year": 1931}]


def test_related_films():
    links = [("M", "Metropolis"), ("Metropolis", "Nosferatu"), ("Faust", "Sunrise")]
    assert related_films(links, "M") == ["Metropolis", "Nosferatu"]
    with pytest.raises(LookupError):
        related_films(links, "Alien")
