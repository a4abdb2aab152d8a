from labnotes.clean import redact, squeeze, wrap

TEXT = "".join(f"step {i}:\t  stir{'  ' * (i % 3)}\n then rest {i % 7} min " for i in range(500))
NAMES = ["Miller", "Okafor", "Sato"]
NOTE = " ".join(("Miller weighed", "the sample of", "Okafor with", "Sato near")[i % 4] for i in range(600))


def test_squeeze(benchmark):
    assert "  " not in benchmark(squeeze, TEXT)


def test_redact(benchmark):
    assert "Sato" not in benchmark(redact, NOTE, NAMES)


def test_wrap(benchmark):
    assert benchmark(wrap, TEXT[:9000], 60)
