import os
import tempfile

from stockroom.storage import load_stock, save_stock


def test_bench_save_stock(benchmark):
    stock = {f"S{n * 31 % 1000}": n for n in range(150)}
    with tempfile.TemporaryDirectory() as folder:
        assert benchmark(save_stock, os.path.join(folder, "stock.txt"), stock) == 150


def test_bench_load_stock(benchmark):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "stock.txt")
        with open(path, "w", encoding="utf-8") as out:
            for n in range(6000):
                out.write(f"S{n * 31 % 4000}\t{n % 50}\n")
        assert len(benchmark(load_stock, path)) == 4000
