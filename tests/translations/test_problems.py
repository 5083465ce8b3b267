"""Problems are answered in the language of the client, in their details too."""

from __future__ import annotations

import pytest

from livestream import clock
from tests.translations.chinese import mistakes_of, said_by
from tests.translations.provocations import PROVOCATIONS, World


@pytest.fixture
def world(db, settings):
    with clock.frozen() as moving:
        yield World(moving, settings)


@pytest.mark.parametrize("code", PROVOCATIONS)
def test_a_problem_is_in_chinese_throughout(world, code):
    response = PROVOCATIONS[code](world)
    problem = response.json()
    assert problem["code"] == code
    assert response["Content-Language"] == "zh-hant"
    assert [mistake for text in said_by(problem) for mistake in mistakes_of(text)] == []


def test_a_problem_has_the_same_code_in_every_language(world):
    english, chinese = (world.stranger.get(f"/nowhere?lang={lang}").json() for lang in ("en", "zh-hant"))
    assert (english["title"], chinese["title"]) == ("Not found", "找不到")
    assert english["code"] == chinese["code"] == "not_found"
