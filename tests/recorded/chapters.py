"""Plays the world in two chapters. In each, every request is sent twice: the second time, the caches are filled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.core.cache import cache

from livestream import clock
from tests.recorded import world
from tests.recorded.maker import Maker, fixed_ids
from tests.recorded.questions import documents, questions
from tests.recorded.recording import Answers, Asker

BEGIN = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


def play() -> Iterator[tuple[str, Answers]]:
    """Build the world in an empty database; yield the name of each chapter and its answers, twice."""
    cache.clear()
    with clock.frozen(BEGIN) as moving, fixed_ids(moving) as steps:
        maker = Maker(moving, steps)
        asker = Asker(maker)
        world.build(maker)
        for _ in range(2):
            yield "at first", asker.ask_all(questions(maker))
        world.go_on(maker)
        maker.goals = [name for name in maker.goals if name not in world.FINISHED]
        for _ in range(2):
            yield "later", asker.ask_all(documents(maker))
