from orchardkit import group_by_prefix, normalise_label, wrap_label

TEXT = "Cox's Orange-Pippin, row_12/b (grafted 1998);  MM.106 -- sunny SIDE! " * 700
LABELS = ["%s No. %d/%d" % (name, i % 17, i) for i in range(85) for name in ("Gala", "Fuji", "Idared", "Boskoop", "Elstar", "Topaz")]
WORDS = " ".join("apple pear quince medlar plum cherry".split()[i % 6] for i in range(2500))


def test_normalise_label(benchmark):
    result = benchmark(normalise_label, TEXT)
    assert result.startswith("coxs orange pippin")


def test_group_by_prefix(benchmark):
    result = benchmark(group_by_prefix, LABELS, 4)
    assert len(result) == 6


def test_wrap_label(benchmark):
    result = benchmark(wrap_label, WORDS, 40)
    assert max(len(line) for line in result) <= 40
