from stockroom.manifest import parse_manifest


def test_bench_parse_manifest(benchmark):
    lines = ["# manifest"]
    for n in range(600):
        note = '"left; top"' if n % 50 == 0 else f"shelf {n % 9}"
        lines.append(f"SKU{n:05d};{n % 40};{note}")
    assert len(benchmark(parse_manifest, "\n".join(lines))) == 600
