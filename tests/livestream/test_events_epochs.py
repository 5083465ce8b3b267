"""Epochs of the event log: after a restore into another server, old and new events are read in order."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from goals import event_log
from livestream import clock
from livestream.events import epochs
from livestream.models import EventRecord
from tests.support.clients import client_of, said
from tests.support.endings import offering_session
from tests.support.invitations import invite
from tests.support.people import make_user
from tests.support.threads import Turnstile, in_thread

pytestmark = pytest.mark.django_db(transaction=True)


def read(user, after=None):
    response = client_of(user).get("/events", {"after": after} if after else {})
    assert response.status_code == 200, response.json()
    return response.json()["results"]


def come_from_a_server_far_ahead():
    """Have the log as it is after a restore: written by a server whose transactions had high numbers."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE livestream_eventrecord DISABLE TRIGGER USER")
        cursor.execute("UPDATE livestream_eventrecord SET transaction = transaction + 1000000000")
        cursor.execute("ALTER TABLE livestream_eventrecord ENABLE TRIGGER USER")


def say(*options):
    out = StringIO()
    call_command("new_event_epoch", *options, stdout=out)
    return out.getvalue()


def test_cursors_of_the_epoch_before_are_refused_and_all_events_are_read_again():
    session, viewer = offering_session(), make_user(coins=1000)
    invite(session, viewer)
    before = read(viewer)
    say("--apply")
    for cursor in (before[0]["cursor"], before[-1]["cursor"], "1.1"):
        assert said(client_of(viewer).get("/events", {"after": cursor})) == (400, "invalid_after")
    again = read(viewer)
    assert [each["id"] for each in again] == [each["id"] for each in before]
    assert read(viewer, again[-1]["cursor"]) == []
    invite(session, viewer)
    assert len(read(viewer, again[-1]["cursor"])) == 1


def test_without_being_told_to_apply_it_the_command_changes_nothing():
    session = offering_session()
    invite(session, make_user(coins=1000))
    assert "All events can be read." in say()
    assert epochs.current_epoch() == epochs.FIRST


def test_a_cursor_of_the_release_before_is_one_of_the_first_epoch():
    session = offering_session()
    invite(session, make_user(coins=1000))
    first = read(session.streamer)[0]["cursor"]
    assert first.startswith("0.")
    assert read(session.streamer, first.removeprefix("0.")) == read(session.streamer, first)


def test_two_restores_of_one_backup_have_different_epochs():
    names = {epochs.start_epoch(now=clock.now()).name for _ in range(3)}
    assert len(names) == 3
    assert epochs.FIRST not in names


@pytest.mark.postgres
def test_a_log_that_another_server_wrote_is_found_and_read_from_the_new_epoch_on():
    session, viewer = offering_session(), make_user(coins=1000)
    invite(session, viewer)
    come_from_a_server_far_ahead()
    invite(session, viewer)
    assert len(read(viewer)) == 1  # the old events are beyond what this server has reached
    assert "Needed" in say()
    say("--apply")
    assert "All events can be read." in say()
    invite(session, viewer)
    positions = EventRecord.objects.filter(name__in=event_log.NAMES).order_by("position")
    shown = [each["id"] for each in read(viewer)]
    assert set(shown) == set(positions.values_list("event_id", flat=True))
    assert shown[-1] == positions.last().event_id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT livestream_event_transaction(), pg_current_xact_id()::text::bigint")
        number, own = cursor.fetchone()
    assert number > own + 1_000_000_000


@pytest.mark.postgres
def test_an_epoch_waits_for_transactions_that_have_published_an_event():
    session, viewer, place = offering_session(), make_user(coins=1000), Turnstile()
    other, late = offering_session(), make_user(coins=1000)

    def publish_slowly():
        with transaction.atomic():
            invite(session, viewer)
            place.stop()

    slow = in_thread(publish_slowly)
    place.wait_until_reached()
    starting = in_thread(lambda: epochs.start_epoch(now=clock.now()))
    starting.wait_until_stuck()
    assert not starting.is_done()
    place.let_on()
    slow()
    epoch = starting()
    invite(other, late)
    created = EventRecord.objects.filter(name="goal.created")
    before, after = (created.get(user_id=each.streamer_id).transaction for each in (session, other))
    assert before < epoch.base < after
