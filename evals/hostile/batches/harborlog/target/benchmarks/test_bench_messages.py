from harborlog.messages import spell, unique_lines, word_counts


def test_bench_word_counts(benchmark):
    text = " ".join("word%d" % (i * i % 311) for i in range(4000))
    result = benchmark(word_counts, text)
    assert sum(result.values()) == 4000


def test_bench_spell(benchmark):
    text = "Vessel requests pilot at the southern mole " * 200
    result = benchmark(spell, text)
    assert result.startswith("Victor Echo")


def test_bench_unique_lines(benchmark):
    lines = ["Report %d of the Watch" % (i * i % 1201) for i in range(2400)]

    def run():
        return list(unique_lines(lines))

    result = benchmark(run)
    assert result[0] == (1, "Report 0 of the Watch") and len(result) > 300
