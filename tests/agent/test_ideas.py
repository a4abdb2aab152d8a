import pytest

from agent.asking import conversation
from agent.ideas import LONGEST_SIDE, MOST_IDEAS, accepted_pairs, idea_of, keep_pair, recall, remember
from tests.agent.values import FUNCTION, candidate, question, verdict
from tools.values import Outcome
from workspaces.errors import OptimizeError

TEXT = "def total(self): ..."


def test_refused_idea_is_known_to_later_runs_as_long_as_the_function_is_the_same(tmp_path):
    refused = verdict(Outcome.SAME, "Rename it")
    remember(tmp_path / "ideas", FUNCTION, TEXT, [refused])
    assert recall(tmp_path / "ideas", FUNCTION, TEXT) == (idea_of(refused),)
    assert recall(tmp_path / "ideas", FUNCTION, TEXT + " ") == ()
    assert recall(tmp_path / "ideas", FUNCTION.model_copy(update={"name": "Shop.other"}), TEXT) == ()


def test_idea_is_kept_once_and_the_newest_are_told(tmp_path):
    refused = [verdict(Outcome.SAME, f"Idea {number}") for number in range(MOST_IDEAS + 3)]
    for known in range(1, len(refused) + 1):
        remember(tmp_path, FUNCTION, TEXT, refused[max(0, known - 3) : known])
    assert [idea.title for idea in recall(tmp_path, FUNCTION, TEXT)] == [
        f"Idea {number}" for number in range(3, MOST_IDEAS + 3)
    ]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"title": 1}\n'])
def test_file_that_cannot_be_read_is_no_reason_to_stop(tmp_path, content):
    remember(tmp_path, FUNCTION, TEXT, [verdict(Outcome.SAME)])
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert recall(tmp_path, FUNCTION, TEXT) == ()


def test_folder_that_cannot_be_written_is_named_with_the_remedy(tmp_path):
    (tmp_path / "ideas").write_text("a file")
    with pytest.raises(OptimizeError, match="XDG_STATE_HOME"):
        remember(tmp_path / "ideas", FUNCTION, TEXT, [verdict(Outcome.SAME)])


def test_prompt_tells_what_earlier_runs_tried():
    idea = idea_of(verdict(Outcome.SLOWER, "Add a cache"))
    prompt = conversation(question(ideas=(idea,)))[-1].content
    assert f"- Add a cache: slower. {idea.reason}" in prompt


SLOW = "def total(self, items):\n    result = 0\n    for item in items:\n        result += item\n    return result\n"
FAST = "def total(self, items):\n    return sum(items)\n"


def test_accepted_edit_is_shown_in_later_questions_about_the_same_repository_alone(tmp_path):
    for _ in range(2):
        keep_pair(tmp_path / "ideas", tmp_path / "shop", candidate("Sum in C"), SLOW, FAST)
    (pair,) = accepted_pairs(tmp_path / "ideas", tmp_path / "shop")
    assert (pair.title, pair.slow, pair.fast) == ("Sum in C", SLOW, FAST)
    assert accepted_pairs(tmp_path / "ideas", tmp_path / "other") == ()
    source = b"class Shop:\n" + "".join(f"    {line}\n" for line in SLOW.splitlines()).encode()
    function = question().hotspot.function.model_copy(update={"last_line": 6})
    asked = question(source=source, hotspot=question().hotspot.model_copy(update={"function": function}), pairs=(pair,))
    assert "## Sum in C" in conversation(asked)[-1].content


def test_long_function_is_not_kept_as_an_example(tmp_path):
    keep_pair(tmp_path, tmp_path, candidate(), SLOW + "#" * LONGEST_SIDE, FAST)
    assert accepted_pairs(tmp_path, tmp_path) == ()


@pytest.mark.parametrize("content", ["{", "[]\n", '{"name": 1}\n', "7\n"])
def test_pairs_that_cannot_be_read_are_none(tmp_path, content):
    keep_pair(tmp_path, tmp_path, candidate(), SLOW, FAST)
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    assert accepted_pairs(tmp_path, tmp_path) == ()
