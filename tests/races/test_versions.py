"""Two who change what a session or a goal shows at once: both are counted, and no reader sees a step back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from goals import selectors
from goals.models import Goal
from goals.services import creation, lifecycle, progress
from goals.types import GoalType
from livestream import clock, ids
from sessions_app import selectors as sessions
from sessions_app.models import Session, SessionVersion
from sessions_app.representation import session_for, version_of
from sessions_app.services import ending, opening, session_versions
from tests.races.rounds import ROUNDS, do_what_is_due, make_viewers, open_session, race, to_agree, to_decline, to_invite
from tests.support.endings import make_karaoke
from tests.support.people import make_funding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
WRITERS = 4


def version(session: Session) -> int:
    return version_of(sessions.get_session(session_id=session.id))


def test_two_first_changes_of_a_session_are_both_counted(moving) -> None:
    for _ in range(ROUNDS):
        session = open_session()
        SessionVersion.objects.all().delete()
        race(*[partial(session_versions.bump, session_id=session.id)] * WRITERS)
        assert version(session) == WRITERS


def test_all_who_write_a_goal_at_once_are_counted(moving) -> None:
    goal = make_funding(open_session())
    for _ in range(ROUNDS):
        before = Goal.objects.get(pk=goal.pk).version
        race(*[partial(Goal.objects.filter(pk=goal.pk).update, level=1)] * WRITERS)
        assert Goal.objects.get(pk=goal.pk).version == before + WRITERS


def test_what_happens_to_a_session_at_once_has_one_order_for_every_reader(moving) -> None:
    for _ in range(ROUNDS):
        session = open_session()
        karaoke = make_karaoke(session)
        invitation = to_invite(session, make_viewers(1)[0], GoalType.TRIGGER_EXCLUSIVE)()
        seen: list[list[dict]] = [[], []]
        race(
            *(partial(look, session, each) for each in seen),
            to_retitle(session),
            to_invite(session, make_viewers(1)[0], GoalType.TRIGGER_PRIVATE),
            to_agree(invitation),
            to_sing(karaoke),
        )
        for documents in seen:
            check_order([*documents, document(session)])
        do_what_is_due()


def test_a_karaoke_that_takes_the_place_of_another_never_lowers_the_version(moving) -> None:
    for _ in range(ROUNDS):
        session = open_session()
        first = make_karaoke(session)
        before = version(session)
        seen: list[dict] = []
        race(partial(look, session, seen), to_sing(first), partial(replace_karaoke, session, first))
        check_order([*seen, document(session)])
        assert version(session) > before
        do_what_is_due()


def test_an_end_and_an_answer_both_raise_it(moving) -> None:
    for _ in range(ROUNDS):
        session = open_session()
        invitation = to_invite(session, make_viewers(1)[0], GoalType.TRIGGER_PRIVATE)()
        before = version(session)
        race(
            to_decline(invitation),
            partial(ending.deactivate_session, session_id=session.id, now=clock.now()),
        )
        assert version(session) == before + 2
        do_what_is_due()


def to_retitle(session: Session) -> Callable[[], Session]:
    """Return the streamer's act of giving a session another title."""
    changes = {"title": ids.new_id()}
    return partial(opening.change_session, session_id=session.id, caller_id=session.streamer_id, changes=changes)


def to_sing(karaoke: Goal) -> Callable[[], bool]:
    """Return the act of performing a second of a karaoke."""
    key = ids.new_id()
    return partial(progress.increment_goal_progress, goal_id=karaoke.id, amount=1, key=key, now=clock.now())


def replace_karaoke(session: Session, karaoke: Goal) -> Goal:
    """End a karaoke, and make the next one."""
    lifecycle.cancel_goal(goal_id=karaoke.id, caller_id=session.streamer_id, triggerer=None, now=clock.now())
    levels = [{"title": "Song", "target": 10}]
    return creation.create_karaoke_goal(
        streamer_id=session.streamer_id, session_id=session.id, levels=levels, nbf=None, now=clock.now()
    )


def document(session: Session) -> dict:
    return dict(session_for(sessions.get_session(session_id=session.id), viewer=session.streamer))


def look(session: Session, seen: list[dict]) -> None:
    """Read the session several times, and its goals along with it."""
    for _ in range(5):
        seen.append(document(session))
        assert all(goal.version >= 1 for goal in selectors.active_goals_of_session(session_id=session.id))


def check_order(documents: list[dict]) -> None:
    versions = [each["version"] for each in documents]
    assert versions == sorted(versions)
