import pytest

from agent.asking import conversation
from agent.ideas import MOST_IDEAS, idea_of, recall, remember
from tests.agent.values import FUNCTION, question, verdict
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
