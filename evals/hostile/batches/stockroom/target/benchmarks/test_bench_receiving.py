from stockroom.receiving import apply_receipts, remove_expired, sort_lots


def test_bench_apply_receipts(benchmark):
    receipts = [(f"S{n * 31 % 500}", n % 9) for n in range(1000)]
    assert benchmark(lambda: apply_receipts({}, receipts)) > 0


def test_bench_remove_expired(benchmark):
    lots = [(f"S{n}", n * 7919 % 1009) for n in range(2500)]
    assert len(benchmark(lambda: remove_expired(list(lots), 700))) > 1000


def test_bench_sort_lots(benchmark):
    lots = [(f"S{n}", n * 7919 % 1009) for n in range(300)]

    def run():
        copy = list(lots)
        sort_lots(copy)
        return copy
    assert len(benchmark(run)) == 300
