from fieldkit import records
def test_dedupe(benchmark):
    result = benchmark(records.dedupe, [i * 37 % 300 for i in range(900)])
    assert len(result) == 300 and result[1] == 37
def test_group_by(benchmark):
    rows = [{"team": "t%d" % (i % 20), "n": i} for i in range(240)]
    result = benchmark(records.group_by, rows, "team")
    assert len(result) == 20 and len(result["t3"]) == 12
def test_merge_into(benchmark):
    base = [{"id": i, "n": i} for i in range(400)]
    updates = [{"id": i * 3 % 400, "n": -i} for i in range(400)]
    result = benchmark(records.merge_into, base, updates)
    assert result == 0 and base[3]["n"] == -1
def test_left_join(benchmark):
    left = [{"k": i, "a": i} for i in range(250)]
    right = [{"k": i * 2, "b": i} for i in range(250)]
    result = benchmark(records.left_join, left, right, "k")
    assert len(result) == 250 and result[2] == {"k": 2, "a": 2, "b": 1}
def test_drop_empty(benchmark):
    rows = [{"a": 0, "b": "", "c": i} for i in range(1, 5000)]
    result = benchmark(records.drop_empty, rows)
    assert result == [] and len(rows) == 4999
