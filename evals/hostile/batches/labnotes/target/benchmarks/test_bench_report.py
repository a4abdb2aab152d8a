import contextlib
import io

from labnotes.report import histogram, print_table

ROWS = [[i, f"sample {i % 13}", i * 37 % 101 / 4] for i in range(60)]


def test_print_table(benchmark):
    def run():
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            print_table(["id", "name", "mass"], ROWS)
        return out.getvalue()

    assert benchmark(run).count("\n") == 61


def test_histogram(benchmark):
    values = [(i * 37 % 1009) / 3 for i in range(400)]
    assert sum(benchmark(histogram, values, 12)) == 400
