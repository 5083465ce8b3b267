"""Whatever the vendor does, every show pays or refunds, and nothing is recorded in the end.

`RTC_EVENINGS=500` plays five hundred evenings; without it a few.
"""

from __future__ import annotations

import os

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import lifecycle
from livestream import clock
from livestream.models import OutboxMessage
from sessions_app.models import Recording
from sessions_app.rtc.contract import LONGEST_RECORDING
from sessions_app.services.recording import SETTLING
from tests.sessions_app.recordings import RTC, Show, broadcast_through_byteplus, work
from tests.support.broker import eventually, relay
from tests.support.byteplus_server import FAULTS
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.rounds import rounds
from tests.support.shows import buy
from tests.support.stage import PATIENCE, go_on_stage
from tests.support.threads import at_once
from wallet.models import Escrow
from wallet.selectors import balance_of

pytestmark = pytest.mark.slow

EVENINGS = int(os.environ.get("RTC_EVENINGS") or rounds(5, few=2))
TARGET, TICKET = 10, 200
ACTS = ("work", "work", "a moment", "a minute", "late ones arrive", "one is performed", "one is missed")


def funded_show():
    """Make a show that one viewer paid for, whose streamer broadcasts through the vendor."""
    session = make_session()
    broadcast_through_byteplus(session.streamer_id)
    funding, viewer = make_funding(session, target=TICKET), make_user(coins=TICKET)
    buy(funding, viewer)
    work()
    return make_show(funding, target=TARGET), viewer


def perform_to_the_end(show, moving):
    go_on_stage(show)
    work()
    work(moving, after=TARGET + PATIENCE)


def miss(show):
    lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.SESSION_ENDED, now=clock.now())


def escrow_of(show):
    return Escrow.objects.get(pk=Goal.objects.get(pk=show.id).funding_goal.escrow_id)


class Evening:
    """Two shows, one of which is performed to its end and the other never, and a vendor in between."""

    def __init__(self, server, moving):
        self.server, self.moving = server, moving
        self.shows = [funded_show(), funded_show()]
        self.running = {show.id for show, _ in self.shows}

    def act(self, act):
        {
            "work": self.work,
            "a moment": lambda: self.moving.advance(seconds=1),
            "a minute": self.a_minute,
            "late ones arrive": self.server.deliver_late,
            "one is performed": lambda: self.end(0),
            "one is missed": lambda: self.end(1),
        }[act]()

    def a_minute(self):
        self.server.deliver_late()  # nothing is under way for longer than it takes to settle
        self.moving.advance(seconds=61)

    def work(self):
        reachable = not self.server.faults
        work()
        if reachable:
            # Reached once, the vendor records whatever runs.
            assert self.running <= set(self.server.running)

    def end(self, number):
        show, _ = self.shows[number]
        if show.id in self.running:
            self.running.discard(show.id)
            self.server.deliver_late()
            miss(show) if number else perform_to_the_end(show, self.moving)

    def settle(self):
        """End both shows, give the vendor its health back, and let two minutes pass."""
        self.end(0)
        self.end(1)
        self.work()
        self.assert_money_moved()
        self.server.faults.clear()
        self.server.deliver_late()
        for _ in range(3):
            work(self.moving, after=SETTLING.total_seconds())

    def assert_money_moved(self):
        """Whatever became of the recordings: one streamer is paid, the other's viewer has it all back."""
        (performed, payer), (missed, refunded) = self.shows
        assert [escrow_of(performed).state, escrow_of(missed).state] == ["completed", "refunded"]
        people = [performed.streamer_id, payer.pk, missed.streamer_id, refunded.pk]
        assert [balance_of(user_id=each) for each in people] == [TICKET, 0, 0, TICKET]

    def assert_nothing_is_recorded(self):
        assert self.server.running == {}
        assert not OutboxMessage.objects.filter(actor__in=RTC).exclude(failed_at__isnull=False).exists()
        recordings = Recording.objects.filter(pk__in=[show.id for show, _ in self.shows])
        for each in recordings:
            assert each.state == ("stopped" if each.asked_at else "not recorded")
        assert {each.pk for each in recordings if each.started_at} <= set(self.server.ever_started)
        assert all(call["Control"]["MaxRecordTime"] > 0 for call in self.server.calls("StartRecord"))


@pytest.mark.django_db
@settings(
    max_examples=EVENINGS,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(faults=st.lists(st.sampled_from(FAULTS), max_size=8), acts=st.lists(st.sampled_from(ACTS), max_size=12))
def test_after_the_vendors_faults_everything_is_as_it_should_be(byteplus_server, faults, acts):
    byteplus_server.forget()
    with clock.frozen() as moving, transaction.atomic():
        evening = Evening(byteplus_server, moving)
        byteplus_server.faults.extend(faults)
        for act in acts:
            evening.act(act)
        evening.settle()
        evening.assert_nothing_is_recorded()
        transaction.set_rollback(True)


def test_money_moves_while_the_vendor_is_dead(byteplus_server, worker):
    with clock.frozen() as moving:
        (performed, _), (missed, _) = funded_show(), funded_show()
        # A worker may still be calling the vendor: both recordings must run before the outage begins.
        eventually(lambda: set(byteplus_server.running) == {performed.id, missed.id}, meanwhile=work)
        byteplus_server.away = "silence"
        perform_to_the_end(performed, moving)
        miss(missed)
        settled = Escrow.objects.exclude(state="open")
        eventually(lambda: settled.count() == 2, meanwhile=relay)
        assert [escrow_of(performed).state, escrow_of(missed).state] == ["completed", "refunded"]
        assert set(byteplus_server.running) == {performed.id, missed.id}
        byteplus_server.away = None
        moving.advance(seconds=61)
        eventually(lambda: not byteplus_server.running, meanwhile=lambda: work(moving, after=1))


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_befalls_the_start_of_a_further_part_the_show_is_recorded_on_and_stopped(
    byteplus_server, at_eight, session, fault
):
    broadcast_through_byteplus(session.streamer_id)
    show = Show(session)
    show.start()
    work()
    byteplus_server.running.clear()  # the vendor's own limit
    byteplus_server.faults.append(fault)
    at_eight.advance(seconds=LONGEST_RECORDING)
    for _ in range(3):
        work(at_eight, after=60)
        byteplus_server.deliver_late()
    assert list(byteplus_server.running) == [f"{show.id}.2"]
    show.miss()
    for _ in range(3):
        work(at_eight, after=60)
    assert byteplus_server.running == {}
    assert show.recording.state == "stopped"


@pytest.mark.django_db(transaction=True)
def test_however_start_and_stop_meet_nothing_runs_on(byteplus_server):
    with clock.frozen() as moving:
        for _ in range(5 if connection.vendor == "postgresql" else 2):
            show, _ = funded_show()
            moving.advance(seconds=1)
            miss_it = lambda show=show: miss(show)  # noqa: E731 - an act to be done at once
            at_once(work, miss_it, work)
            for _ in range(3):
                work(moving, after=61)
            assert show.id not in byteplus_server.running
