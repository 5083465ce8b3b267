"""The version of what a session shows: it grows with each change, and with nothing else."""

from __future__ import annotations

import pytest
from django.db import transaction

from goals.models import Goal, SessionKaraoke
from goals.services import session_goals, session_stage
from goals.types import GoalType
from livestream import clock
from livestream.models import EventRecord, ViewVersion
from sessions_app import selectors
from sessions_app.models import Session, SessionVersion
from sessions_app.representation import feed_entries, session_for, version_of
from sessions_app.services import ending, opening, session_versions
from tests.support.endings import cancel, make_karaoke, offering_session
from tests.support.invitations import agree, disagree, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import reached_funding

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(moving):
    return offering_session()


def version(session):
    return version_of(selectors.get_session(session_id=session.id))


def change(session, **changes):
    return opening.change_session(session_id=session.id, caller_id=session.streamer_id, changes=changes)


def viewer():
    return make_user(coins=1000)


def test_the_life_of_a_session_is_counted(moving):
    session = make_session(live=False)
    seen = [version(session)]
    for act in (
        lambda: opening.start_session(session_id=session.id, caller_id=session.streamer_id, now=clock.now()),
        lambda: change(session, title="Night"),
        lambda: change(session, preset="private", prices={"sd": 5}),
        lambda: ending.deactivate_session(session_id=session.id, now=clock.now()),
    ):
        act()
        seen.append(version(session))
    assert seen == [1, 2, 3, 4, 5]


def test_what_is_the_same_already_is_no_change(session):
    change(session, title="Night")
    before, events = version(session), EventRecord.objects.count()
    change(session, title="Night", prices={"sd": 60, "exclusive": 100})
    change(session)
    assert (version(session), EventRecord.objects.count()) == (before, events)


def test_a_change_is_published_with_what_the_session_is_by_then(session):
    change(session, title="Night", prices={"sd": 5})
    record = EventRecord.objects.get(name="session.changed")
    assert (record.session_id, record.user_id) == (session.id, session.streamer_id)
    assert (record.payload["preset"], record.payload["price"]) == ("public", {"sd": 5})
    assert ViewVersion.objects.filter(pk=f"session-token:{session.id}").exists()


ACTS = {
    "a sale": lambda session: make_funding(session),
    "a private invitation": lambda session: invite(session, viewer()),
    "an invitation to a 1-on-1": lambda session: invite(session, viewer(), kind=GoalType.TRIGGER_EXCLUSIVE),
    "a karaoke": lambda session: make_karaoke(session),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_goal_that_takes_its_place_is_counted(session, act):
    before = version(session)
    act(session)
    assert version(session) > before


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
@pytest.mark.parametrize("answer", [agree, disagree])
def test_an_answer_is_counted(session, kind, answer):
    goal = invite(session, viewer(), kind=kind)
    before = version(session)
    answer(goal)
    assert version(session) > before


def test_a_show_and_its_end_are_counted(moving):
    funding = reached_funding(moving)
    seen = [version(funding.session)]
    show = make_show(funding)
    seen.append(version(funding.session))
    cancel(show)
    seen.append(version(funding.session))
    assert seen == sorted(set(seen))


def test_a_preset_that_goes_back_is_counted_and_published(session, moving):
    goal = agree(invite(session, viewer()))
    assert EventRecord.objects.filter(name="session.changed").count() == 1
    cancel_at_end = version(session)
    pass_time(moving, seconds=121)
    run_due()
    goal.refresh_from_db()
    assert goal.ended_at is not None
    assert version(session) > cancel_at_end
    presets = EventRecord.objects.filter(name="session.changed").order_by("position")
    assert [record.payload["preset"] for record in presets] == ["private", "public"]


def test_pairs_that_are_dropped_are_counted_and_a_repeat_is_not(session):
    goal = disagree(invite(session, viewer(), kind=GoalType.TRIGGER_EXCLUSIVE))
    before = version(session)
    drop = {"session_id": session.id, "goal_id": goal.id, "agreed": False, "now": goal.cooldown_until}
    session_goals.cleanup_expired_exclusive_goal_pairs(**drop)
    after = version(session)
    session_goals.cleanup_expired_exclusive_goal_pairs(**drop)
    assert (after, version(session)) == (before + 1, after)


def test_every_change_of_its_karaoke_is_one_of_the_session(session):
    goal = make_karaoke(session)
    before = version(session)
    Goal.objects.filter(pk=goal.pk).update(progress=5)
    assert version(session) == before + 1


def test_another_karaoke_never_lowers_it(session):
    goal = make_karaoke(session)
    for progress in range(50):
        Goal.objects.filter(pk=goal.pk).update(progress=progress)
    cancel(goal)
    before = version(session)
    other = make_karaoke(session)
    assert SessionKaraoke.objects.get(session=session).goal_id == other.pk
    assert version(session) > before


def test_the_feed_and_the_session_say_the_same(session):
    make_karaoke(session)
    run_due()
    [entry] = feed_entries(list(selectors.feed()))
    whole = session_for(selectors.get_session(session_id=session.id), viewer=None)
    assert entry["session"]["version"] == whole["version"] == version(session)


def test_reading_it_costs_no_query_of_its_own(session, django_assert_num_queries):
    make_karaoke(session)
    run_due()
    expected = version(session)
    with django_assert_num_queries(1):
        assert [version_of(entry.session) for entry in selectors.feed()] == [expected]


def test_a_session_of_an_earlier_release_has_no_row_yet(session):
    SessionVersion.objects.all().delete()
    assert version(session) == 0
    session_versions.bump(session_id=session.id)
    session_versions.bump(session_id=session.id, by=3)
    assert version(session) == 4


def test_what_is_rolled_back_is_not_counted(session):
    before = version(session)
    with transaction.atomic():
        session_versions.bump(session_id=session.id)
        transaction.set_rollback(True)
    assert version(session) == before


def test_taking_a_stage_that_is_taken_over_changes_nothing(session):
    change(session, preset="private")
    before = version(session)
    goal = invite(session, viewer())
    added = version(session)
    with transaction.atomic():
        session_stage.take_stage(goal=goal, session=Session.objects.get(pk=session.pk))
    assert added > before
    assert version(session) == added
