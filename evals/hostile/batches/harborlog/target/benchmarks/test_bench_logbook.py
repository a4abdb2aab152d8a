from harborlog.logbook import count_by_port, write_log


def test_bench_count_by_port(benchmark, tmp_path):
    path = str(tmp_path / "log.txt")
    with open(path, "w", encoding="utf-8") as file:
        for i in range(1000):
            file.write("2021-03-04;Port %d;arrived;Ship %d\n" % (i * i % 83, i))
    result = benchmark(count_by_port, path)
    assert sum(result.values()) == 1000


def test_bench_write_log(benchmark, tmp_path):
    path = str(tmp_path / "log.txt")
    entries = [("2021-03-04", "Bergen", "arrived", "Ship %d" % i) for i in range(400)]
    assert benchmark(write_log, path, entries) == 400
