from orchardkit import read_ledger, write_ledger

ROWS = [
    {"date": "2023-%02d-%02d" % (i % 12 + 1, i % 28 + 1), "variety": "variety %d" % (i % 9), "kilos": i * 37.25, "note": "sold at the market, stand %d" % (i % 40)}
    for i in range(1400)
]


def test_write_ledger(benchmark, tmp_path):
    result = benchmark(write_ledger, tmp_path / "sales.txt", ROWS[:250])
    assert result == 250


def test_read_ledger(benchmark, tmp_path):
    path = tmp_path / "sales.txt"
    write_ledger(path, ROWS)
    result = benchmark(read_ledger, path)
    assert len(result) == 1400
