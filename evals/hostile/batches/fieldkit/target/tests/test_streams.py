from fieldkit import streams
def test_chunks(): assert list(streams.chunks([1, 2, 3], 2)) == [[1, 2], [3]]
def test_fresh(): assert list(streams.fresh("abac")) == ["a", "b", "c"]
def test_pairs(): assert list(streams.close_pairs([1, 5, 2], 1)) == [(1, 2)]
def test_flatten(): assert streams.flatten([1, [2, (3, 4)], 5]) == [1, 2, 3, 4, 5]
