import threading

import pytest

from agent.manual import ManualModel
from agent.models import Message
from agent.running import open_models
from agent.settings import Settings, hosted

ASKED = [Message(role="system", content="Be brief."), Message(role="user", content="Faster?")]


def test_person_answers_in_the_file_that_is_named(tmp_path):
    said, told = [], threading.Event()
    model = ManualModel(tmp_path / "manual", lambda text: (said.append(text), told.set()))
    answers = []
    asking = threading.Thread(target=lambda: answers.append(model.complete(ASKED)), daemon=True)
    asking.start()
    assert told.wait(20)
    (question,) = (tmp_path / "manual").glob("*-question.md")
    assert "Be brief." in question.read_text()
    assert "Faster?" in question.read_text()
    answer = question.with_name(question.name.replace("question", "answer"))
    assert str(answer) in said[0]
    answer.write_text("NO CHANGE: it is fast.")
    asking.join(20)
    assert (answers[0].text, answers[0].usage.dollars) == ("NO CHANGE: it is fast.", 0.0)


def test_answer_is_taken_when_nobody_writes_it_any_more(tmp_path):
    model = ManualModel(tmp_path, lambda text: None)
    written = iter(["", " \n", "NO CH", "NO CHANGE: fast"])

    def write(seconds):
        (answer,) = [file.with_name(file.name.replace("question", "answer")) for file in tmp_path.glob("*-question.md")]
        answer.write_text(next(written, "NO CHANGE: fast"))

    assert ManualModel(tmp_path, model.say, write).complete(ASKED).text == "NO CHANGE: fast"


def test_answer_of_an_earlier_run_is_not_asked_for_again(tmp_path):
    said = []
    test_answer_is_taken_when_nobody_writes_it_any_more(tmp_path)
    assert ManualModel(tmp_path, said.append).complete(ASKED).text == "NO CHANGE: fast"
    assert said == []


@pytest.mark.parametrize("cap", [{"max_cost": 0}, {"max_tokens": 0}, {}])
def test_person_costs_nothing_and_needs_no_key(tmp_path, cap):
    settings = Settings(model=("manual",), **cap)
    assert hosted(settings) == ("manual",)
    assert list(open_models(settings, {}, None, ManualModel(tmp_path, print))) == ["manual"]
    assert open_models(settings, {}) == {}
