import pytest

from labnotes.units import factor, normalise, parse_quantity, sort_readings, total_mass


def test_normalise():
    readings = [{"value": 2.0, "unit": "kg"}, {"value": 5.0, "unit": "g"}]
    assert normalise(readings) == 1
    assert readings == [{"value": 2000.0, "unit": "g"}, {"value": 5.0, "unit": "g"}]
    with pytest.raises(ValueError):
        factor("lb")


def test_sort_readings():
    assert sort_readings([{"value": 3, "unit": "g"}, {"value": 1, "unit": "kg"}]) == ["kg", "g"]


def test_quantities():
    assert parse_quantity("12.5 mg") == (12.5, "mg")
    assert total_mass(["1 kg", "500 g"]) == 1500.0
    with pytest.raises(ValueError):
        parse_quantity("mg")
