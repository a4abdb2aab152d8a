from fieldkit import streams
def drain(function, *arguments):
    return list(function(*arguments))
def test_chunks(benchmark):
    result = benchmark(drain, streams.chunks, range(6000), 5)
    assert len(result) == 1200
def test_fresh(benchmark):
    result = benchmark(drain, streams.fresh, [i * 31 % 350 for i in range(1000)])
    assert len(result) == 350
def test_close_pairs(benchmark):
    result = benchmark(drain, streams.close_pairs, [i * i * 31 % 10007 for i in range(350)], 5)
    assert len(result) > 10
def test_flatten(benchmark):
    result = benchmark(streams.flatten, [[i, [i, (i,)]] for i in range(500)])
    assert len(result) == 1500
