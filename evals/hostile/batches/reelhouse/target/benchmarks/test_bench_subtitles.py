import random

from reelhouse.subtitles import load_srt, parse_srt, word_counts, wrap_caption

WORDS = [a + b for a in ["ba", "ke", "li", "mo", "nu", "ra", "se", "to"] for b in ["", "na", "ther", "ly", "ing", "ver", "st", "men"]]


def make_srt(count, seed):
    rng = random.Random(seed)
    blocks = []
    for number in range(count):
        seconds = number * 4
        stamp = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        text = " ".join(rng.choice(WORDS) for _ in range(7))
        blocks.append(f"{number + 1}\n{stamp},000 --> {stamp},900\n{text}.\n")
    return "\n".join(blocks)


def test_bench_parse_srt(benchmark):
    text = make_srt(1000, 11)
    assert len(benchmark(parse_srt, text)) == 1000


def test_bench_load_srt(benchmark, tmp_path):
    path = tmp_path / "film.srt"
    path.write_text(make_srt(500, 12), encoding="utf-8")
    assert len(benchmark(load_srt, str(path))) == 500


def test_bench_wrap_caption(benchmark):
    rng = random.Random(13)
    text = " ".join(rng.choice(WORDS) for _ in range(2500))
    assert len(benchmark(wrap_caption, text, 40)) > 200


def test_bench_word_counts(benchmark):
    rng = random.Random(14)
    words = [a + b for a in WORDS for b in WORDS[:8]]
    cues = [{"text": " ".join(rng.choice(words) for _ in range(8)) + "!"} for _ in range(250)]
    assert sum(benchmark(word_counts, cues).values()) == 2000
