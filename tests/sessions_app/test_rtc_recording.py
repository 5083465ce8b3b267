"""A show is recorded while it runs, however the vendor behaves."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import transaction

from livestream.models import OutboxMessage
from livestream.outbox import Delivery, enqueue
from sessions_app.models import Recording, RtcCall
from sessions_app.rtc.contract import LONGEST_RECORDING
from sessions_app.services.recording import start_record, stop_record
from tests.sessions_app.recordings import ROOM, Show, broadcast_through_byteplus, until, work

pytestmark = pytest.mark.django_db

LONGEST = configured.SESSION_MAX_DURATION + configured.SHOW_END_GRACE
IDLE = configured.SHOW_MAX_WAIT + 300


@pytest.fixture
def show(at_eight, session):
    """A show of 601 seconds in a room of BytePlus, not started yet."""
    broadcast_through_byteplus(session.streamer_id)
    return Show(session)


def store(task, show):
    """Store a call as a release before this one did."""
    with transaction.atomic():
        enqueue(task, Delivery(key=show.id), **show.kwargs)


def test_a_started_show_is_recorded_under_its_goals_id_and_for_no_longer_than_it_may_take(byteplus_server, show):
    show.start()
    work()
    (asked,) = byteplus_server.calls("StartRecord")
    assert (asked["RoomId"], asked["TaskId"]) == (f"{ROOM}.{show.id}", show.id)
    assert asked["Control"] == {"MaxRecordTime": LONGEST_RECORDING, "MaxIdleTime": IDLE}
    assert show.recording.state == "recording"


@pytest.mark.parametrize("end", [Show.complete, Show.miss])
def test_it_is_stopped_when_the_show_ends_one_way_or_the_other(byteplus_server, show, end):
    show.start()
    work()
    end(show)
    work()
    assert byteplus_server.running == {}
    assert len(byteplus_server.calls("StopRecord")) == 1
    assert show.recording.state == "stopped"


def test_whatever_is_told_twice_is_asked_once(byteplus_server, show):
    for tell in (show.start, show.start, show.complete, show.complete, show.start):
        tell()
        work()
    assert [action for action, _ in byteplus_server.bodies] == ["StartRecord", "StopRecord"]


def test_a_streamer_without_a_source_of_the_vendor_is_not_recorded(byteplus_server, at_eight, session):
    show = Show(session)
    show.start()
    work()
    show.complete()
    work()
    assert byteplus_server.bodies == []
    assert (show.recording.state, show.recording.note) == (
        "not recorded",
        "The streamer has no BytePlus source.",
    )


def test_a_streamer_whose_source_names_no_room_is_recorded_in_the_sessions(byteplus_server, at_eight, session):
    broadcast_through_byteplus(session.streamer_id, room_id=None)
    show = Show(session)
    show.start()
    work()
    assert byteplus_server.calls("StartRecord")[0]["RoomId"] == f"{session.id}.{show.id}"


def test_a_vendor_that_is_away_for_longer_than_the_outbox_tries_is_asked_again(byteplus_server, show, at_eight):
    byteplus_server.away = "503 in html"
    show.start()
    for _ in range(configured.OUTBOX_MAX_ATTEMPTS + 2):
        work(at_eight, after=300)
    assert OutboxMessage.objects.filter(actor="StartRecord", failed_at__isnull=False).exists()
    byteplus_server.away = None
    work(at_eight, after=60)
    assert byteplus_server.running == {show.id: LONGEST_RECORDING - 4 * 300 - 60}
    show.complete()
    byteplus_server.away = "reset"
    for _ in range(configured.OUTBOX_MAX_ATTEMPTS + 2):
        work(at_eight, after=30)
    byteplus_server.away = None
    work(at_eight, after=60)
    assert byteplus_server.running == {}


def test_nothing_is_started_once_the_show_can_run_no_more(byteplus_server, show, at_eight):
    byteplus_server.away = "500"
    show.start()
    work()
    byteplus_server.away = None
    work(at_eight, after=LONGEST)
    assert byteplus_server.ever_started == []
    assert show.recording.state == "ran into its limit"


def test_what_the_vendors_own_limit_ended_is_not_stopped_any_more(byteplus_server, show, at_eight):
    show.start()
    work()
    work(at_eight, after=LONGEST)
    show.complete()
    work()
    assert byteplus_server.calls("StopRecord") == []
    assert until(show.recording) == LONGEST


def test_a_show_that_goes_on_after_the_longest_recording_is_recorded_by_further_tasks(byteplus_server, show, at_eight):
    show.start()
    for part in (1, 2, 3):
        work()
        assert byteplus_server.running == {show.id if part == 1 else f"{show.id}.{part}": limit(part)}
        work(at_eight, after=limit(part) - 1)
        assert len(byteplus_server.calls("StartRecord")) == part
        byteplus_server.running.clear()  # the vendor's own limit
        at_eight.advance(seconds=1)
    work()
    assert [asked["TaskId"] for asked in byteplus_server.calls("StartRecord")][-1] == f"{show.id}.3"
    assert show.recording.state == "ran into its limit"


def limit(part):
    """Return how long a part of the longest recording may be."""
    return min(LONGEST_RECORDING, LONGEST - (part - 1) * LONGEST_RECORDING)


def test_the_part_that_runs_is_stopped_when_the_show_ends(byteplus_server, show, at_eight):
    show.start()
    work()
    byteplus_server.running.clear()
    work(at_eight, after=LONGEST_RECORDING)
    assert list(byteplus_server.running) == [f"{show.id}.2"]
    show.complete()
    work()
    assert byteplus_server.running == {}
    assert (show.recording.state, show.recording.part) == ("stopped", 2)


def test_a_show_that_ended_within_a_part_gets_no_further_one(byteplus_server, show, at_eight):
    show.start()
    work()
    show.miss()
    work(at_eight, after=LONGEST_RECORDING)
    assert byteplus_server.ever_started == [show.id]


def test_a_part_whose_start_got_no_answer_is_not_started_twice(byteplus_server, show, at_eight):
    show.start()
    work()
    byteplus_server.running.clear()
    byteplus_server.faults.append("done, reset")
    work(at_eight, after=LONGEST_RECORDING)
    work(at_eight, after=60)
    assert byteplus_server.ever_started == [show.id, f"{show.id}.2"]
    second = byteplus_server.calls("StartRecord")[1:]
    assert [asked["TaskId"] for asked in second] == [f"{show.id}.2"] * 2
    assert [asked["Control"]["MaxRecordTime"] for asked in second] == [LONGEST_RECORDING, LONGEST_RECORDING - 60]


def test_a_recording_that_an_earlier_release_started_ends_with_its_limit(byteplus_server, show, at_eight):
    show.start()
    work()
    Recording.objects.update(part_until=None, until=at_eight.at + timedelta(seconds=2000))
    work(at_eight, after=2000)
    assert byteplus_server.ever_started == [show.id]
    assert show.recording.state == "ran into its limit"


def test_a_pause_is_shorter_than_what_ends_a_recording(byteplus_server, show, settings):
    settings.SHOW_MAX_WAIT = 200_000
    show.start()
    work()
    assert byteplus_server.calls("StartRecord")[0]["Control"]["MaxIdleTime"] == 86_400  # the vendor takes no more


def test_what_is_refused_is_noted_and_not_asked_again(byteplus_server, show, at_eight, settings):
    settings.BYTEPLUS_RECORD_STORAGE = {}
    show.start()
    work()
    work(at_eight, after=60)
    show.complete()
    work()
    assert show.recording.state == "refused"
    assert "StorageConfig" in show.recording.note
    assert RtcCall.objects.get().outcome == "refused"
    assert not OutboxMessage.objects.filter(actor__in=("StartRecord", "StopRecord")).exists()


def test_a_start_stored_by_an_earlier_release_is_carried_out(byteplus_server, show):
    store(start_record, show)
    work()
    assert byteplus_server.running == {show.id: LONGEST_RECORDING}


@pytest.mark.parametrize("order", [(start_record, stop_record), (stop_record, start_record)])
def test_a_show_that_ended_under_an_earlier_release_is_not_recorded_now(byteplus_server, show, order):
    show.miss()
    OutboxMessage.objects.all().delete()
    Recording.objects.all().delete()
    for task in order:
        store(task, show)
        work()
    assert byteplus_server.bodies == []
    assert show.recording.state == "not recorded"


def test_each_call_is_kept_without_what_opens_the_storage(byteplus_server, show, settings):
    settings.BYTEPLUS_RECORD_STORAGE = {"Type": 2, "CustomConfig": {"SecretKey": "open sesame"}}
    byteplus_server.faults.append("500")
    show.start()
    work()
    work()
    first, second = RtcCall.objects.filter(subject=show.id).order_by("id")
    assert (first.outcome, first.said) == ("unavailable", "InternalError: because")
    assert (second.outcome, second.said, second.provider) == ("done", "ok", "byteplus")
    assert second.asked == {
        "room_id": f"{ROOM}.{show.id}",
        "task_id": show.id,
        "max_seconds": LONGEST_RECORDING,
        "idle_seconds": IDLE,
    }
    assert not [row for row in RtcCall.objects.values_list("asked", "said") if "sesame" in str(row)]


def test_without_an_account_every_call_is_kept_and_nothing_is_sent(show):
    show.start()
    work()
    assert show.recording.state == "recording"
    show.complete()
    work()
    kept = RtcCall.objects.order_by("id").values_list("action", "provider", "outcome")
    assert list(kept) == [("StartRecord", "local", "done"), ("StopRecord", "local", "done")]
    assert show.recording.state == "stopped"
