import pytest

from reelhouse.subtitles import SubtitleError, load_srt, parse_srt, parse_time, word_counts, wrap_caption

SRT = """1
00:00:01,000 --> 00:00:02,500
Good evening.

2
00:01:00,250 --> 00:01:03,000
We have been
expecting you.
"""
CUES = [
    {"start": 1000, "end": 2500, "text": "Good evening."},
    {"start": 60250, "end": 63000, "text": "We have been\nexpecting you."},
]


def test_parse_time():
    assert parse_time("01:02:03,456") == 3723456
    with pytest.raises(SubtitleError):
        parse_time("soon")


def test_parse_srt():
    assert parse_srt(SRT) == CUES
    with pytest.raises(SubtitleError):
        parse_srt("1\nno times here\n")


def test_load_srt(tmp_path):
    path = tmp_path / "film.srt"
    path.write_text(SRT, encoding="utf-8")
    assert load_srt(str(path)) == CUES


def test_wrap_caption():
    assert wrap_caption("We have been expecting you", 12) == ["We have been", "expecting", "you"]
    assert wrap_caption("Run!", 20) == ["Run!"]


def test_word_counts():
    assert word_counts([{"text": "No, no. Never!"}, {"text": "Never say no"}]) == {"no": 3, "never": 2, "say": 1}
