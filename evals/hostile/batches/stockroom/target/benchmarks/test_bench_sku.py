from stockroom.sku import group_by_prefix, normalize_sku


def test_bench_normalize_sku(benchmark):
    raw = "-".join(f"part{n}/rev.{n % 7}" for n in range(2500))
    assert benchmark(normalize_sku, raw).startswith("PART0REV0")


def test_bench_group_by_prefix(benchmark):
    skus = [f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}-{n * 37 % 1000}" for n in range(1500)]
    assert len(benchmark(group_by_prefix, skus, 2)) == len({s[:2] for s in skus})
