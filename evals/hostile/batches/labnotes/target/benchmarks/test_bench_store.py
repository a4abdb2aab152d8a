from labnotes.store import latest, load_records, write_records

RECORDS = [(f"key{i * 7 % 150}", f"value {i}") for i in range(900)]


def test_write_records(benchmark, tmp_path):
    path = tmp_path / "w.txt"

    def run():
        if path.exists():
            path.unlink()
        return write_records(path, RECORDS[:120])

    assert benchmark(run) == 120


def test_load_records(benchmark, tmp_path):
    path = tmp_path / "l.txt"
    path.write_text("".join(f"{k}\t{v}\n" for k, v in RECORDS), encoding="utf-8")
    assert len(benchmark(load_records, path)) == 900


def test_latest(benchmark, tmp_path):
    path = tmp_path / "l.txt"
    path.write_text("".join(f"{k}\t{v}\n" for k, v in RECORDS), encoding="utf-8")
    assert len(benchmark(latest, path)) == 150
