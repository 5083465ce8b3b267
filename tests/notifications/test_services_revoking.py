"""Who loses access is told so, let in nowhere, put out of the rooms and off their connections (spec section 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from goals.types import GoalType
from livestream import clock, ids, users
from livestream.events import publish
from livestream.events.contracts import USER_BLOCKED, UserBlocked
from livestream.models import EventRecord, OutboxMessage
from livestream.outbox import enqueue, performing
from notifications.models import Admission, Audience, Push
from notifications.provider import PusherProvider, Refused
from notifications.services import revoking
from tests.notifications.audiences import ids_of, let_in
from tests.notifications.shows import buy, pushed, running_show
from tests.notifications.stream_tokens import claims_of
from tests.sessions_app.recordings import ROOM, broadcast_through_byteplus, work
from tests.support.clients import client_of, said
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due, run_receivers
from tests.support.people import make_session, make_user
from wallet.services import early_refunds

pytestmark = pytest.mark.django_db

HOUR = 3600


@pytest.fixture
def session(session, offers_invitations):
    broadcast_through_byteplus(session.streamer_id)
    return session


@pytest.fixture
def other(db):
    return make_user(coins=10_000)


def block(streamer, viewer):
    """Block a viewer, of which one hears once."""
    users.block(streamer_id=streamer.pk, user_id=viewer.pk, now=clock.now())
    with transaction.atomic():
        if not EventRecord.objects.filter(name=USER_BLOCKED.name).exists():
            publish(USER_BLOCKED, UserBlocked(streamer_id=streamer.pk, user_id=viewer.pk))


def revoked():
    """Return who was told to leave, of which session and why."""
    return [
        (channel.removeprefix("private-user@"), data["session_id"], data["reason"])
        for channel, data in pushed("stream.revoked")
    ]


def ask(session, user, quality="sd"):
    return said(client_of(user).get(f"/sessions/{session.id}/token?quality={quality}"))


def show_of(session, moving, *viewers):
    return running_show(session, moving, *viewers, target=HOUR)


def test_a_viewer_who_is_blocked_during_the_show_they_paid_for_leaves_it(
    session, streamer, moving, viewer, other, byteplus_server
):
    show = show_of(session, moving, viewer, other)
    work()
    assert ask(session, viewer) == (200, None)
    block(streamer, viewer)
    work()
    assert revoked() == [(viewer.pk, session.id, "blocked")]
    assert ask(session, viewer) == ask(session, viewer, "preview") == (403, "blocked_by_streamer")
    assert ask(session, other) == (200, None)
    assert set(byteplus_server.kicked) == {(f"{ROOM}.{show.id}", viewer.pk), (ROOM, viewer.pk)}
    forbidden = {each["RoomId"]: each["ForbiddenInterval"] for each in byteplus_server.calls("BanRoomUser")}
    assert forbidden == {f"{ROOM}.{show.id}": HOUR + 60, ROOM: 300 + 60}


def test_a_viewer_of_the_public_stream_who_is_blocked_leaves_it(session, streamer, viewer, byteplus_server):
    block(streamer, viewer)
    work()
    assert revoked() == [(viewer.pk, session.id, "blocked")]
    assert byteplus_server.kicked == [(ROOM, viewer.pk)]


def test_the_push_names_session_streamer_and_reason_and_is_the_viewers_own(session, streamer, viewer):
    block(streamer, viewer)
    run_due()
    [(channel, data)] = pushed("stream.revoked")
    assert channel == f"private-user@{viewer.pk}"
    assert data | {"event_id": "", "push_id": ""} == {
        "session_id": session.id,
        "streamer_id": streamer.pk,
        "reason": "blocked",
        "event_id": "",
        "push_id": "",
    }


@pytest.mark.parametrize("kind", [GoalType.TRIGGER_PRIVATE, GoalType.TRIGGER_EXCLUSIVE])
def test_a_payer_of_a_private_show_or_a_1_on_1_leaves_its_room_or_finds_it_over(
    session, streamer, viewer, other, byteplus_server, kind
):
    goal = agree(invite(session, viewer, kind=kind))
    if kind == GoalType.TRIGGER_EXCLUSIVE:
        goal = exclusive_of(goal)
    work()
    with transaction.atomic():
        revoking.revoke_from_blocked(event=blocked(streamer, viewer), now=clock.now())
    work()
    assert (f"{ROOM}.{goal.id}", viewer.pk) in byteplus_server.kicked


def blocked(streamer, viewer):
    users.block(streamer_id=streamer.pk, user_id=viewer.pk, now=clock.now())
    return UserBlocked(streamer_id=streamer.pk, user_id=viewer.pk)


def test_who_was_unblocked_before_anything_was_done_stays(session, streamer, viewer):
    event = blocked(streamer, viewer)
    users.unblock(streamer_id=streamer.pk, user_id=viewer.pk)
    revoking.revoke_from_blocked(event=event, now=clock.now())
    assert revoked() == []


def test_a_block_by_another_streamer_takes_nothing_back(session, viewer):
    revoking.revoke_from_blocked(event=blocked(make_session().streamer, viewer), now=clock.now())
    assert session.id not in {session_id for _, session_id, _ in revoked()}


def test_whoever_waits_to_be_let_in_is_not(session, streamer, moving, viewer, other):
    show = show_of(session, moving, viewer, other)
    run_receivers()
    audience = Audience.objects.get(goal_id=show.id)
    Admission.objects.create(audience=audience, viewer_id=viewer.pk)
    revoking.revoke_from_blocked(event=blocked(streamer, viewer), now=clock.now())
    waiting = Admission.objects.get(viewer_id=viewer.pk)
    assert (waiting.failed_at, waiting.error) == (moving.at, "The streamer blocked this viewer.")
    run_due()
    assert let_in() == ids_of(other)


def test_a_session_and_a_show_that_outlived_the_one_before_are_told_apart(session, streamer, moving, viewer):
    show_of(session, moving, viewer)
    session.active, session.ended_at = False, moving.at
    session.save()
    moving.advance(seconds=1)
    second = make_session(streamer)
    event = blocked(streamer, viewer)
    for _ in range(2):
        revoking.revoke_from_blocked(event=event, now=clock.now())
    assert [session_id for _, session_id, _ in revoked()] == [second.id, session.id] * 2
    # A repeat has the id that the first had, and another push has another.
    assert len(set(Push.objects.filter(event="stream.revoked").values_list("event_id", flat=True))) == 2
    assert all(ids.is_valid(each) for each in Push.objects.values_list("event_id", flat=True))


def test_a_closed_account_leaves_all_that_it_paid_for(session, moving, viewer, other, byteplus_server):
    show = show_of(session, moving, viewer, other)
    invite(make_session(), viewer)  # not answered: there is nothing to watch
    work()
    users.close_account(user_id=viewer.pk, now=clock.now())
    work()
    assert revoked() == [(viewer.pk, session.id, "account_closed")]
    assert (f"{ROOM}.{show.id}", viewer.pk) in byteplus_server.kicked
    assert ask(session, viewer)[0] == 401


def test_whose_payment_is_given_back_early_leaves_what_it_was_for_and_may_watch_the_preview(
    session, moving, viewer, other, byteplus_server
):
    show = show_of(session, moving, viewer, other)
    work()
    assert ask(session, viewer) == (200, None)
    give_back(show, viewer, reason="refunded")
    work()
    assert revoked() == [(viewer.pk, session.id, "refunded")]
    assert byteplus_server.kicked == [(f"{ROOM}.{show.id}", viewer.pk)]
    assert (ask(session, viewer), ask(session, viewer, "preview")) == ((403, "not_authorized_for_quality"), (200, None))
    assert ask(session, other) == (200, None)


def give_back(goal, *viewers, reason):
    payers = [each.pk for each in viewers]
    early_refunds.refund_payers(escrow_id=goal.escrow_id, payers=payers, reason=reason, now=clock.now())


@pytest.mark.parametrize("reason", ["blocked", "account_closed"])
def test_what_a_block_and_a_closed_account_take_back_is_told_once(session, moving, viewer, reason):
    show = show_of(session, moving, viewer)
    run_due()
    give_back(show, viewer, reason=reason)
    run_due()
    assert revoked() == []


def test_a_payment_that_is_given_back_before_anything_runs_takes_nothing_back(session, moving, viewer, other):
    show = show_of(session, moving, viewer, other)
    sale = show.funding_goal
    run_due()
    type(show).objects.filter(pk=show.pk).update(active=False)
    give_back(sale, viewer, reason="withdrawn")
    run_due()
    assert revoked() == []


def test_who_still_holds_another_ticket_stays(session, moving, viewer, other):
    show = show_of(session, moving, viewer, other)
    run_due()
    give_back(show, viewer, reason="refunded")
    buy(show.funding_goal, viewer)
    run_due()
    assert revoked() == []
    assert ask(session, viewer) == (200, None)


def test_a_cached_token_is_gone_and_another_names_no_goal_after_the_show(session, moving, viewer, other):
    show = show_of(session, moving, viewer, other)
    run_due()
    token = client_of(viewer).get(f"/sessions/{session.id}/token?quality=sd").json()["token"]
    assert claims_of(token)["goal_id"] == show.id
    moving.advance(seconds=1)
    give_back(show, viewer, reason="refunded")
    run_due()
    assert ask(session, viewer) == (403, "not_authorized_for_quality")


def test_the_connections_end_once_the_viewer_has_heard_why(session, streamer, moving, viewer, other, pusher_server):
    show_of(session, moving, viewer, other)
    block(streamer, viewer)
    run_due()
    assert [channel for channel, _ in pushed("stream.revoked")] == [f"private-user@{viewer.pk}"]
    assert f"private-user@{viewer.pk}" in [channel for channel, _ in pushed("escrow.refunded")]
    assert pusher_server.ended == []
    pass_time(moving, seconds=2)
    assert pusher_server.ended == [viewer.pk]


def test_two_losses_at_once_end_the_connections_once(session, streamer, moving, viewer, pusher_server):
    block(streamer, viewer)
    run_due()
    moving.advance(seconds=1)
    users.close_account(user_id=viewer.pk, now=clock.now())
    run_due()
    pass_time(moving, seconds=10)
    assert pusher_server.ended == [viewer.pk]


def test_nobody_can_take_a_streamer_off_their_stage_by_blocking_them(session, streamer, moving, viewer, pusher_server):
    users.block(streamer_id=viewer.pk, user_id=streamer.pk, now=clock.now())
    run_due()
    pass_time(moving, seconds=10)
    assert pusher_server.ended == []
    users.close_account(user_id=streamer.pk, now=clock.now())
    run_due()
    pass_time(moving, seconds=10)
    assert pusher_server.ended == [streamer.pk]


def test_a_server_that_is_away_is_asked_again_and_one_that_refuses_is_not(viewer, pusher_server):
    with transaction.atomic():
        enqueue(revoking.end_connections, user_id=viewer.pk)
    message = OutboxMessage.objects.get(actor="end_connections")
    pusher_server.answers = [503, 400]
    performing.perform(message_id=message.id)
    assert "Unavailable" in OutboxMessage.objects.get(pk=message.id).error
    performing.perform(message_id=message.id)
    assert not OutboxMessage.objects.filter(actor="end_connections").exists()
    assert pusher_server.ended == []


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_cannot_end_connections_is_not_asked_again(viewer, pusher_server, status):
    pusher_server.answers = [status]
    with pytest.raises(Refused):
        PusherProvider().end_connections(user_id=viewer.pk)


def test_the_package_names_the_user_alone(viewer, pusher_server):
    PusherProvider().end_connections(user_id=viewer.pk)
    assert pusher_server.ended == [viewer.pk]


def test_a_streamer_without_a_source_has_no_room_that_anybody_is_put_out_of(moving, viewer):
    session = make_session()
    with transaction.atomic():
        revoking.revoke_from_blocked(event=blocked(session.streamer, viewer), now=moving.at + timedelta(seconds=1))
    assert not OutboxMessage.objects.filter(actor="BanRoomUser").exists()
