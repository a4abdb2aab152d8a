"""Units of readings."""

FACTORS = [
    ("pg", 1e-12), ("ng", 1e-9), ("dg", 0.1), ("cg", 0.01), ("dag", 10.0), ("hg", 100.0),
    ("ct", 0.2), ("gr", 0.06479891), ("oz", 28.349523125), ("Mg", 1e6), ("kt", 1e9), ("Mt", 1e12),
    ("t", 1e6), ("kg", 1000.0), ("mg", 0.001), ("ug", 1e-6), ("g", 1.0),
]


def factor(unit):
    for name, value in FACTORS:
        if name == unit:
            return value
    raise ValueError(f"unknown unit {unit!r}")


def normalise(readings: list) -> int:
    """Change readings {"value", "unit"} in place to grams; return how many changed."""
    changed = 0
    i = 0
    while i < len(readings):
        reading = readings[i]
        scale = factor(reading["unit"])
        if reading["unit"] != "g":
            for key in list(reading):
                if key == "value":
                    reading["value"] = reading["value"] * scale
                    reading["unit"] = "g"
                    changed += 1
        i += 1
    return changed


def sort_readings(readings: list) -> list:
    """Sort readings in place by value and return the units in that order."""
    for i in range(1, len(readings)):
        j = i
        while j > 0 and readings[j - 1]["value"] > readings[j]["value"]:
            readings[j - 1], readings[j] = readings[j], readings[j - 1]
            j -= 1
    return [reading["unit"] for reading in readings]


def parse_quantity(text: str):
    """Split a quantity such as "12.5 mg" into number and unit.

    >>> parse_quantity("12.5 mg")
    (12.5, 'mg')
    """
    number = ""
    rest = text.strip()
    while rest and (rest[0].isdigit() or rest[0] in "+-."):
        number += rest[0]
        rest = rest[1:]
    if not number:
        raise ValueError(f"no number in {text!r}")
    return float(number), rest.strip()


def total_mass(texts) -> float:
    """Sum of quantities in grams."""
    total = 0.0
    for i in range(len(texts)):
        value, unit = parse_quantity(texts[i])
        total += value * factor(unit)
    return total
