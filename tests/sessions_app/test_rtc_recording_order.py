"""Calls that overtake each other, answers that are lost, and workers that die: nothing runs on."""

from datetime import timedelta

import pytest

from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.rtc.byteplus import BytePlusProvider
from sessions_app.rtc.providers import PROVIDERS
from sessions_app.services import recording as recordings
from tests.sessions_app.recordings import Show, broadcast_through_byteplus, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(at_eight, session):
    """A show of 601 seconds in a room of BytePlus, not started yet."""
    broadcast_through_byteplus(session.streamer_id)
    return Show(session)


@pytest.mark.parametrize("end", [Show.reach, Show.miss])
def test_a_stop_that_overtakes_the_start_keeps_it_from_ever_starting(byteplus_server, show, end):
    byteplus_server.away = "500"
    show.start()
    work()
    byteplus_server.away = None
    end(show)
    OutboxMessage.objects.filter(actor="StartRecord").update(eta=clock.now() + timedelta(seconds=5))
    work()
    OutboxMessage.objects.filter(actor="StartRecord").update(eta=clock.now())
    work()
    assert byteplus_server.ever_started == []


@pytest.mark.parametrize("fault", ["done, 500", "done, reset", "done, silence"])
def test_a_start_whose_answer_was_lost_is_stopped(byteplus_server, show, fault):
    byteplus_server.faults.append(fault)
    show.start()
    work()
    assert list(byteplus_server.running) == [show.id]
    show.miss()
    work()
    assert byteplus_server.running == {}


def test_a_start_that_arrives_after_the_stop_is_stopped_again(byteplus_server, show, at_eight):
    byteplus_server.faults.append("done later")
    show.start()
    work()
    show.miss()
    work()
    byteplus_server.deliver_late()
    assert list(byteplus_server.running) == [show.id]
    assert show.recording.state == "stopping"
    work(at_eight, after=recordings.SETTLING.total_seconds())
    assert byteplus_server.running == {}
    assert show.recording.state == "stopped"


class EndsMeanwhile(BytePlusProvider):
    """The show ends, and is stopped, while the call to start is answered."""

    def __init__(self, show):
        self.show = show

    def start_record(self, **asked):
        said = super().start_record(**asked)
        self.show.miss()
        work()
        # As if the vendor did it in the other order.
        super().start_record(**asked)
        return said


def test_a_show_that_ends_while_its_start_is_answered_is_stopped_after_it(byteplus_server, show, monkeypatch):
    show.start()
    with monkeypatch.context() as meanwhile:
        meanwhile.setitem(PROVIDERS, "byteplus", lambda: EndsMeanwhile(show))
        recordings.start_record(**show.kwargs, now=clock.now())
    assert list(byteplus_server.running) == [show.id]
    work()
    assert byteplus_server.running == {}
    assert show.recording.state == "stopped"


class DiesAfterwards(BytePlusProvider):
    """The worker is killed once the vendor has done what it was asked."""

    def start_record(self, **asked):
        super().start_record(**asked)
        raise KeyboardInterrupt


def test_what_a_killed_worker_had_started_is_stopped(byteplus_server, show, monkeypatch):
    show.start()
    with monkeypatch.context() as meanwhile:
        meanwhile.setitem(PROVIDERS, "byteplus", DiesAfterwards)
        with pytest.raises(KeyboardInterrupt):
            recordings.start_record(**show.kwargs, now=clock.now())
    assert list(byteplus_server.running) == [show.id]
    show.miss()
    work()
    assert byteplus_server.running == {}
