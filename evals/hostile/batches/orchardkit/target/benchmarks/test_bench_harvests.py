from orchardkit import merge_harvests, rank_pickers, running_median, totals_by_variety

VARIETIES = ["variety %d" % (i * 7 % 60) for i in range(60)]
RECORDS = [
    {"id": i, "variety": VARIETIES[i * 11 % 60], "picker": "picker %d" % (i * i % 67), "kilos": (i * 37 % 101) / 4 + 1}
    for i in range(3000)
]
UPDATES = [{"id": i * 3, "kilos": i / 2} for i in range(400)]
VALUES = [(i * 7919 % 1009) / 8 for i in range(700)]


def test_merge_harvests(benchmark):
    def run():
        records = [dict(record) for record in RECORDS[:800]]
        return merge_harvests(records, UPDATES), records

    added, records = benchmark(run)
    assert len(records) == 800 + added


def test_totals_by_variety(benchmark):
    result = benchmark(totals_by_variety, RECORDS)
    assert len(result) == 60


def test_rank_pickers(benchmark):
    result = benchmark(rank_pickers, RECORDS)
    assert result[0][0] == 1


def test_running_median(benchmark):
    result = benchmark(running_median, VALUES, 25)
    assert len(result) == 676
