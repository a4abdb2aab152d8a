from harborlog.quays import Quay, overlaps


def test_bench_overlaps(benchmark):
    visits = [("S%d" % i, i * 37 % 4000, i * 37 % 4000 + 5 + i % 20) for i in range(450)]
    result = benchmark(overlaps, visits)
    assert len(result) > 100


def test_bench_busy_hours(benchmark):
    quay = Quay("North")
    for i in range(100):
        quay.book("S%d" % i, i * 53 % 900, i * 53 % 900 + 10 + i % 25)
    assert benchmark(quay.busy_hours) > 500


def test_bench_serve(benchmark):
    requests = [("S%d" % i, 2 + i % 7) for i in range(500)]

    def run():
        quay = Quay("South")
        return quay.serve(list(requests))

    assert benchmark(run) == sum(hours for ship, hours in requests)
