from labnotes.units import normalise, sort_readings, total_mass

UNITS = ["ug", "t", "mg", "g", "kg"]


def test_normalise(benchmark):
    def run():
        return normalise([{"value": i * 0.5, "unit": UNITS[i % 5]} for i in range(4000)])

    assert benchmark(run) == 3200


def test_sort_readings(benchmark):
    def run():
        return sort_readings([{"value": i * 71 % 307, "unit": UNITS[i % 5]} for i in range(200)])

    assert len(benchmark(run)) == 200


def test_total_mass(benchmark):
    texts = [f"{i * 37 % 1000 + 0.25} {UNITS[i % 4]}" for i in range(900)]
    assert benchmark(total_mass, texts) > 0
