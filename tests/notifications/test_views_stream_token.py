"""GET /sessions/{id}/token: who may watch what, until when, and that no cache says otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing

from goals.models import Goal
from goals.types import GoalType
from livestream import clock, ids, users
from notifications.services.stream_tokens import SALT
from sessions_app.services import ending
from tests.notifications.shows import buy, enter_stage, funded, running_show
from tests.support.clients import client_of, said
from tests.support.endings import cancel
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_show, make_user

pytestmark = pytest.mark.django_db

FIVE_MINUTES, HOUR = 300, 3600
GIVEN, UNPAID = (200, None), (403, "not_authorized_for_quality")


@pytest.fixture
def session(session):
    session.prices = {"sd": 60, "exclusive": 100}
    session.save()
    return session


@pytest.fixture
def stranger(db):
    return make_user(coins=10_000)


def ask(session, user, quality="preview"):
    return client_of(user).get(f"/sessions/{session.id}/token?quality={quality}")


def rights(session, user):
    """Return what the user is answered for the preview and for sd."""
    return said(ask(session, user)), said(ask(session, user, "sd"))


def seconds_left(response):
    return response.json()["exp"] - clock.to_epoch(clock.now())


def test_a_token_says_who_may_watch_what_until_when(session, viewer):
    answer = ask(session, viewer).json()
    exp = clock.to_epoch(clock.now()) + FIVE_MINUTES
    about = {"session_id": session.id, "quality": "preview", "exp": exp}
    assert {name: answer[name] for name in about} == about
    assert signing.loads(answer["token"], salt=SALT) == {**about, "user_id": viewer.pk}


def test_the_preview_is_for_everybody_and_the_streamer_sees_all(session, viewer, streamer):
    assert rights(session, viewer) == (GIVEN, UNPAID)
    assert rights(session, streamer) == (GIVEN, GIVEN)


def test_whom_the_streamer_blocked_watches_nothing_also_where_it_was_cached(session, moving, viewer, streamer):
    running_show(session, moving, viewer)
    assert rights(session, viewer) == (GIVEN, GIVEN)
    users.block(streamer_id=streamer.pk, user_id=viewer.pk)
    assert set(rights(session, viewer)) == {(403, "blocked_by_streamer")}
    users.unblock(streamer_id=streamer.pk, user_id=viewer.pk)
    assert rights(session, viewer) == (GIVEN, GIVEN)


def test_nobody_watches_a_session_that_is_over_also_where_it_was_cached(session, viewer, streamer):
    assert ask(session, viewer).status_code == 200
    ending.deactivate_session(session_id=session.id, now=clock.now())
    assert set(rights(session, viewer) + rights(session, streamer)) == {(409, "session_not_active")}


def test_ticket_holders_watch_a_show_from_its_start_to_its_end(session, moving, viewer, stranger):
    show = make_show(funded(session, moving, viewer), target=60, nbf=clock.now() + timedelta(seconds=30))
    run_due()
    assert rights(session, viewer) == (GIVEN, UNPAID)
    pass_time(moving, seconds=30)
    assert (rights(session, viewer), rights(session, stranger)) == ((GIVEN, GIVEN), (GIVEN, UNPAID))
    assert seconds_left(ask(session, viewer, "sd")) == 60
    enter_stage(show)
    pass_time(moving, seconds=60)
    assert rights(session, viewer) == (GIVEN, UNPAID)


def test_a_late_ticket_counts_at_once(session, moving, viewer, stranger):
    show = running_show(session, moving, viewer)
    run_due()
    assert said(ask(session, stranger, "sd")) == UNPAID
    buy(show.funding_goal, stranger)
    assert said(ask(session, stranger, "sd")) == GIVEN


def test_payers_watch_a_private_show_from_the_agreement_to_its_exp(session, moving, viewer, stranger):
    goal, second = invite(session, viewer), make_user(coins=1000)
    invite(session, second)
    assert rights(session, viewer) == (GIVEN, UNPAID)
    agree(goal)
    for payer in (viewer, second):
        assert seconds_left(ask(session, payer, "sd")) == 120
    assert rights(session, stranger) == (GIVEN, UNPAID)
    moving.advance(seconds=120)  # and the task that ends it is late
    assert rights(session, viewer) == (GIVEN, UNPAID)


def test_a_1_on_1_is_for_one(session, moving, viewer, stranger, streamer):
    trigger, rejected = (invite(session, each, kind=GoalType.TRIGGER_EXCLUSIVE) for each in (viewer, stranger))
    agree(trigger)
    assert rights(session, viewer) == rights(session, streamer) == (GIVEN, GIVEN)
    assert rights(session, stranger) == (UNPAID, UNPAID)
    run_due()
    rejected.refresh_from_db()
    assert rejected.outcome == "refunded"
    cancel(exclusive_of(trigger))
    assert rights(session, viewer) == rights(session, stranger) == (GIVEN, UNPAID)


def test_a_grant_is_for_an_hour_at_most(session, moving, viewer):
    running_show(session, moving, viewer, target=5 * HOUR)
    assert seconds_left(ask(session, viewer, "sd")) == HOUR


def a_show_is_added(session, moving, viewer):
    make_show(Goal.objects.get(type="funding"), nbf=clock.now() + timedelta(seconds=30))


def a_show_starts(session, moving, viewer):
    make_show(Goal.objects.get(type="funding"))


def a_private_show_is_agreed_to(session, moving, viewer):
    agree(invite(session, viewer))


def a_1_on_1_is_agreed_to(session, moving, viewer):
    agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))


def an_invitation_is_declined(session, moving, viewer):
    disagree(invite(session, viewer))


HAPPENINGS = [a_show_is_added, a_show_starts, a_private_show_is_agreed_to, a_1_on_1_is_agreed_to]


@pytest.mark.parametrize("happen", [*HAPPENINGS, an_invitation_is_declined])
def test_an_answer_is_cached_until_something_begins_or_ends(session, moving, viewer, happen):
    funded(session, moving, viewer)
    first = ask(session, viewer).json()
    moving.advance(seconds=5)
    assert ask(session, viewer).json() == first
    happen(session, moving, viewer)
    run_due()
    assert ask(session, viewer).json() != first


def finish_show(moving, goal):
    enter_stage(goal)
    pass_time(moving, seconds=goal.target)


@pytest.mark.parametrize("finish", [finish_show, lambda _, goal: cancel(goal)], ids=["completed", "missed"])
def test_the_end_of_a_show_is_the_end_of_the_cached_token(session, moving, viewer, finish):
    show = running_show(session, moving, viewer, target=60)
    run_due()
    assert said(ask(session, viewer, "sd")) == GIVEN
    finish(moving, show)
    assert said(ask(session, viewer, "sd")) == UNPAID


def test_a_cached_token_is_not_given_out_after_its_grant(session, moving, viewer):
    agree(invite(session, viewer))
    assert seconds_left(ask(session, viewer, "sd")) == 120
    moving.advance(seconds=119)
    assert seconds_left(ask(session, viewer, "sd")) == 1
    moving.advance(seconds=1)
    assert said(ask(session, viewer, "sd")) == UNPAID


@pytest.mark.parametrize("quality", ["", "hd", "exclusive", "SD", "sd ", "sd\x00"])
def test_a_quality_is_preview_or_sd(session, viewer, quality):
    assert said(client_of(viewer).get(f"/sessions/{session.id}/token", {"quality": quality})) == (
        400,
        "invalid_quality",
    )


def test_the_address_is_checked_as_well(session, viewer):
    client = client_of(viewer)
    assert said(client.get(f"/sessions/{session.id}/token")) == (400, "invalid_quality")
    assert said(client.get(f"/sessions/{session.id}/token?quality=sd&user={'a' * 24}")) == (400, "unknown_parameter")
    assert said(client.get(f"/sessions/{ids.new_id()}/token?quality=sd")) == (404, "session_not_found")
    assert said(client_of().get(f"/sessions/{session.id}/token?quality=sd")) == (401, "not_authenticated")
