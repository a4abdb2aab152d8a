from labnotes.journal import Journal


def make(count=120):
    j = Journal()
    for i in range(count):
        j.add(f"Run {i}: flask {i % 9} heated to {i * 7 % 90} degrees", [f"t{i % 23}", f"u{i % 31}"])
    return j


def test_find(benchmark):
    j = make()
    assert len(benchmark(j.find, "FLASK 3")) > 5


def test_tag_totals(benchmark):
    j = make(700)
    assert len(benchmark(j.tag_totals)) == 54


def test_archive(benchmark):
    def run():
        j = Journal()
        j.entries.extend([("entry", ("t",))] * 2500)
        return j.archive(2000)

    assert len(benchmark(run)) == 2000
