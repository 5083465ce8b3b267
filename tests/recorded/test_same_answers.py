"""This release answers as the one before reads were compiled and cached, but for what was meant to change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from livestream import clock
from livestream.api import known_tokens
from tests.recorded import chapters, recording
from tests.recorded.questions import SAME_ETAG
from tests.recorded.recording import Answer, Answers

BEFORE = recording.read(Path(__file__).with_name("answers_of_557e441.json"))
OF_PAYERS = ("breakdown", "breakdown_names")


def without_other_payers(question: str, reader: str, before: Answers) -> Answer:
    """Lists of goals show the reader's own coins only: a list would have a thousand payers for each goal."""
    answer = before[question][reader]
    if not question.startswith("GET /goals?") or answer.status != 200:
        return answer
    page = json.loads(answer.body)
    for goal in page["results"]:
        for name in set(OF_PAYERS) & set(goal):
            goal[name] = {who: said for who, said in goal[name].items() if who == f"{{{reader}}}"}
            if not goal[name]:
                del goal[name]
    return Answer(answer.status, answer.headers, json.dumps(page, ensure_ascii=False))


def head_as_get(question: str, reader: str, before: Answers) -> Answer:
    """A HEAD request with the current ETag is answered with 304, as GET is (RFC 9110, section 13.1.2)."""
    is_conditional_head = question.startswith("HEAD ") and question.endswith(SAME_ETAG)
    return before[question.replace("HEAD ", "GET ") if is_conditional_head else question][reader]


# All that was meant to change.
INTENDED: tuple[Callable[[str, str, Answers], Answer], ...] = (without_other_payers, head_as_get)


def changed(before: Answers, change: Callable[[str, str, Answers], Answer]) -> Answers:
    """Return the recorded answers as they are after a change."""
    return {
        question: {reader: change(question, reader, before) for reader in by_reader}
        for question, by_reader in before.items()
    }


@pytest.fixture
def tokens_are_remembered(settings, monkeypatch):
    """Cache the users of tokens for a second, as in production, by the world's clock."""
    settings.TOKEN_REMEMBERED = 1
    monkeypatch.setattr(known_tokens, "now", lambda: clock.now().timestamp())


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("tokens_are_remembered")
def test_each_answer_is_the_recorded_one_also_when_it_comes_from_a_cache():
    differing = []
    for number, (chapter, answers) in enumerate(chapters.play()):
        expected = BEFORE[chapter]
        for change in INTENDED:
            expected = changed(expected, change)
        assert answers.keys() == expected.keys()
        found = recording.differences(expected, answers)
        differing += [f"{chapter}, asked {('first', 'again')[number % 2]}: {each}" for each in found]
    assert not differing, "\n".join([f"{len(differing)} answers differ", *differing[:10]])


@pytest.mark.parametrize("change", INTENDED)
def test_each_intended_change_changes_something(change):
    assert changed(BEFORE["at first"], change) != BEFORE["at first"]


def test_what_is_recorded_has_all_kinds_of_answers():
    answers = [answer for by_reader in BEFORE["at first"].values() for answer in by_reader.values()]
    assert {answer.status for answer in answers} == {200, 304, 400, 401, 403, 404, 405}
    assert BEFORE["later"]["GET /feed"] != BEFORE["at first"]["GET /feed"]
