import pytest

from kilnworks.glaze import UnknownMaterial, analyse, blend, similar

MATERIALS = {
    "silica": {"SiO2": 100.0},
    "chalk": {"CaO": 56.0},
    "feldspar": {"K2O": 17.0, "Al2O3": 18.0, "SiO2": 65.0},
}


def test_analyse():
    result = analyse({"silica": 50.0, "feldspar": 50.0}, MATERIALS)
    assert result == pytest.approx({"SiO2": 82.5, "K2O": 8.5, "Al2O3": 9.0})
    assert analyse({"silica": 10.0}, MATERIALS) == {"SiO2": 100.0}


def test_analyse_unknown():
    with pytest.raises(UnknownMaterial):
        analyse({"ash": 5.0}, MATERIALS)


def test_similar():
    recipes = [{"silica": 30.0, "chalk": 20.0}, {"silica": 31.0, "chalk": 20.0}, {"feldspar": 50.0}]
    assert similar(recipes, 2.0) == [(0, 1)]
    assert similar(recipes, 0.5) == []


def test_blend():
    assert blend([[0.5, 0.5], [1.0, 0.0]], [[10.0, 20.0], [30.0, 40.0]]) == [[20.0, 30.0], [10.0, 20.0]]
    with pytest.raises(ValueError):
        blend([[1.0]], [[1.0], [2.0]])
