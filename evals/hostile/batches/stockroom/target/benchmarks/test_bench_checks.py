from stockroom.checks import bad_codes, case_sizes, matching_lots


def test_bench_bad_codes(benchmark):
    codes = [f"{6291041500000 + n * 7919}" for n in range(700)]
    assert len(benchmark(bad_codes, codes)) > 500


def test_bench_case_sizes(benchmark):
    assert benchmark(case_sizes, 75600)[-1] == 75600


def test_bench_matching_lots(benchmark):
    quantities = [n * 7919 % 1009 for n in range(400)]
    assert len(benchmark(matching_lots, quantities, 600)) > 0
