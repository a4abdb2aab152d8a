import contextlib
import io

from stockroom.report import print_stock, text_table


def test_bench_print_stock(benchmark):
    rows = [(f"item {n}", n * 31 % 700) for n in range(400)]

    def run():
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            print_stock(rows, 40)
        return out.getvalue()
    assert benchmark(run).endswith("--\n")


def test_bench_text_table(benchmark):
    rows = [[f"S{n}", n * 31 % 700, n / 4, "x" * (n % 9)] for n in range(70)]
    assert benchmark(text_table, rows).count("\n") == 69
