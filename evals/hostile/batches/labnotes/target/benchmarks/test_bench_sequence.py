from labnotes.sequence import common_run, edit_distance, kmers

A = "".join("ACGT"[(i * i + i // 3) % 4] for i in range(130))
B = A[:40] + "TT" + A[42:90] + A[93:] + "G"
GENE = "".join("ACGT"[(i * 7 + i * i // 5) % 4] for i in range(500))


def test_edit_distance(benchmark):
    assert benchmark(edit_distance, A, B) < 10


def test_kmers(benchmark):
    assert len(benchmark(kmers, GENE, 4)) > 10


def test_common_run(benchmark):
    assert len(benchmark(common_run, A, B)) > 30
