"""Telling a crowd through the pusher package to a real server, also one that is away or refuses."""

import time
from collections import Counter

import pytest

from livestream.models import OutboxMessage
from livestream.outbox import performing
from notifications import audience_selectors
from notifications.channels import QUALITIES
from notifications.models import Admission, Audience, Push
from notifications.provider import CALLS_AT_A_TIME, LocalProvider, PusherProvider, Unavailable
from notifications.services import admission
from tests.notifications.audiences import heard, ids_of, let_in
from tests.notifications.shows import buy, pushed, running_show
from tests.support.desk import at_the_desk, page_of, staff
from tests.support.outbox import run_due, run_receivers
from tests.support.people import make_user
from wallet.services import early_refunds

pytestmark = pytest.mark.django_db


@pytest.fixture
def holders(db):
    return [make_user(coins=1000) for _ in range(23)]


@pytest.fixture
def audience(session, moving, holders):
    running_show(session, moving, *holders)
    run_receivers()
    return Audience.objects.get()


def admit(audience, now, provider=None, seconds=60, size=10):
    until = time.monotonic() + seconds
    provider = provider or PusherProvider()
    return admission.admit_page(audience_id=audience.id, provider=provider, until=until, now=now, size=size)


def admit_all(audience, now, **options):
    while admit(audience, now, **options):
        pass


def times_heard(server):
    return Counter({key: len(told) for key, told in heard(server).items()})


def test_a_crowd_is_told_page_by_page_in_the_order_of_ids(audience, moving, holders, pusher_server):
    assert admit(audience, moving.at)
    assert let_in() == ids_of(*holders)[:10]
    admit_all(audience, moving.at)
    assert let_in() == ids_of(*holders)
    assert set(times_heard(pusher_server).values()) == {1}
    audience.refresh_from_db()
    assert (audience.walked_at, audience.closed_at, audience.data["exp"]) == (
        moving.at,
        None,
        int(audience.exp.timestamp()),
    )


def test_an_outage_stops_it_and_what_was_told_is_not_told_again(audience, moving, holders, pusher_server):
    pusher_server.answers = [200, 200, 503]
    with pytest.raises(Unavailable):
        admit(audience, moving.at, size=1000)
    told = times_heard(pusher_server)
    assert 0 < len(told) < 2 * len(holders)
    assert let_in() == sorted({viewer for viewer, _ in told})
    admit_all(audience, moving.at)
    assert let_in() == ids_of(*holders)
    assert set(times_heard(pusher_server).values()) == {1}


def test_a_provider_that_is_away_is_asked_again_by_the_outbox(audience, moving, holders, pusher_server):
    pusher_server.answers = [500] * CALLS_AT_A_TIME
    message = OutboxMessage.objects.get(actor="send_stream_authorized")
    performing.perform(message_id=message.id)
    message.refresh_from_db()
    assert (message.attempts, message.failed_at, let_in()) == (1, None, [])
    assert "Unavailable" in message.error
    pusher_server.answers = []
    performing.perform(message_id=message.id)
    assert let_in() == ids_of(*holders)
    assert not OutboxMessage.objects.filter(pk=message.id).exists()


def test_time_that_is_up_leaves_the_rest_for_later(audience, moving, holders, pusher_server):
    assert admit(audience, moving.at, seconds=0)
    assert let_in() == []
    assert pusher_server.calls == []
    admit_all(audience, moving.at)
    assert let_in() == ids_of(*holders)


def test_a_refused_event_is_its_viewers_alone(audience, moving, holders, streamer, pusher_server):
    bad = ids_of(*holders)[7]
    pusher_server.refuse = f"presence-stream-viewer@{streamer.pk}.sd.{bad}"
    admit_all(audience, moving.at)
    assert let_in() == [each for each in ids_of(*holders) if each != bad]
    refused = Admission.objects.get(viewer_id=bad)
    assert (refused.told_at, refused.failed_at) == (None, moving.at)
    assert "400" in refused.error
    assert list(audience_selectors.audiences_to_notify()) == []


def test_who_waits_is_told_before_the_walk_goes_on_and_only_once(session, audience, moving, holders, pusher_server):
    last = max(holders, key=lambda each: each.pk)
    Admission.objects.create(audience=audience, viewer_id=last.pk)
    assert admit(audience, moving.at)
    assert let_in() == [last.pk]
    admit_all(audience, moving.at)
    assert let_in() == ids_of(*holders)
    assert set(times_heard(pusher_server).values()) == {1}


def test_a_process_that_died_before_it_noted_repeats_under_the_same_event_id(audience, moving, pusher_server):
    admit_all(audience, moving.at)
    Admission.objects.filter(viewer_id=let_in()[0]).delete()
    Audience.objects.update(walked_upto="", walked_at=None)
    admit_all(audience, moving.at)
    repeated = [told for told in heard(pusher_server).values() if len(told) > 1]
    assert len(repeated) == 2
    assert all(first["event_id"] == second["event_id"] for first, second in repeated)


def test_the_local_provider_keeps_whom_it_was_asked_to_tell_and_what(audience, moving, holders):
    admit_all(audience, moving.at, provider=LocalProvider())
    assert Admission.objects.filter(told_at=moving.at, provider="local").count() == len(holders)
    audience.refresh_from_db()
    assert audience.data["goal"]["id"] == audience.goal_id


def test_locally_the_events_of_each_viewer_are_kept_as_pushes_that_were_sent(audience, moving, holders, streamer):
    admit_all(audience, moving.at, provider=LocalProvider())
    kept = pushed("stream.authorized")
    names = [f"presence-stream-viewer@{streamer.pk}.{quality}.{each.pk}" for each in holders for quality in QUALITIES]
    assert sorted(channel for channel, _ in kept) == sorted(names)
    for channel, data in kept:
        assert (data["event_id"], "token" in data) == (audience.event_id, ".sd." in channel)
    rows = Push.objects.filter(event="stream.authorized")
    assert set(rows.values_list("sent_at", "provider", "subject")) == {(moving.at, "local", audience.subject)}
    admit_all(audience, moving.at, provider=LocalProvider())
    assert len(pushed("stream.authorized")) == 2 * len(holders)


def test_what_the_local_realtime_server_was_sent_is_kept_as_well(audience, moving, holders, pusher_server, settings):
    settings.REALTIME_SERVER = True
    admit_all(audience, moving.at, provider=PusherProvider())
    assert len(heard(pusher_server)) == len(pushed("stream.authorized")) == 2 * len(holders)
    kept = Push.objects.filter(event="stream.authorized")
    assert set(kept.values_list("provider", flat=True)) == {"pusher"}


def test_what_a_provider_sent_is_kept_nowhere(audience, moving, pusher_server):
    admit_all(audience, moving.at)
    assert pushed("stream.authorized") == []


def test_support_sees_the_kept_events_without_their_tokens(audience, moving, holders):
    admit_all(audience, moving.at, provider=LocalProvider())
    rows = Push.objects.filter(event="stream.authorized")
    [push] = [each for each in rows if f"sd.{holders[0].pk}" in each.channels[0]]
    page = at_the_desk(staff("support-lead")).get(page_of(push)).content.decode()
    assert holders[0].pk in page
    assert push.data["token"] not in page
    assert push.data["byteplus_token"] not in page


def test_the_story_of_a_goal_tells_of_the_kept_events(audience, moving, holders):
    admit_all(audience, moving.at, provider=LocalProvider())
    desk = at_the_desk(staff("support-lead"))
    page = desk.get(f"/admin/goals/goal/{audience.goal_id}/story/").content.decode()
    assert "stream.authorized" in page


def test_whose_payment_was_given_back_meanwhile_is_not_let_in(session, audience, moving, holders, pusher_server):
    escrow_id = audience.escrow_id
    early_refunds.refund_payers(escrow_id=escrow_id, payers=[holders[0].pk], reason="refunded", now=moving.at)
    Admission.objects.create(audience=audience, viewer_id=holders[0].pk)
    admit_all(audience, moving.at)
    assert let_in() == ids_of(*holders[1:])
    assert Admission.objects.get(viewer_id=holders[0].pk).error == "The payment was given back."


def test_nobody_looks_for_tickets_bought_after_the_walk(session, audience, moving, holders):
    run_due()
    show_buyer = buy(session.goals.get(type="funding"))
    assert Admission.objects.count() == len(holders)
    run_due()
    assert let_in() == ids_of(show_buyer, *holders)
