from fieldkit import records
def test_dedupe(): assert records.dedupe([3, 1, 3, 2]) == [3, 1, 2]
def test_group(): assert records.group_by([{"k": 1, "v": 1}, {"k": 2, "v": 2}, {"k": 1, "v": 3}], "k") == {1: [{"k": 1, "v": 1}, {"k": 1, "v": 3}], 2: [{"k": 2, "v": 2}]}
def test_merge():
    base = [{"id": 1, "n": "a"}]
    assert records.merge_into(base, [{"id": 1, "n": "b"}, {"id": 2, "n": "c"}]) == 1
    assert base == [{"id": 1, "n": "b"}, {"id": 2, "n": "c"}]
def test_join(): assert records.left_join([{"k": 1, "a": 1}, {"k": 2, "a": 2}], [{"k": 1, "b": 5}], "k") == [{"k": 1, "a": 1, "b": 5}, {"k": 2, "a": 2}]
def test_drop():
    rows = [{"a": 1}, {"a": 0}, {"a": 2}]
    assert records.drop_empty(rows) == [{"a": 0}]
    assert rows == [{"a": 1}, {"a": 2}]
