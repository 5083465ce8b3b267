"""The skew between this machine's clock and the database's: measured, and beyond a limit a reason to refuse work."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from livestream import clock
from livestream.outbox import Urgency, relaying
from livestream.outbox.registry import task_for
from livestream.storage import database_clock
from livestream.storage.database_clock import ClockSkewed
from tests.livestream.machines import SECOND
from tests.support.broker import arrived, silent_broker
from tests.support.scraping import scrape
from tests.support.threads import in_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_the_skew_is_a_metric(source, machine, client):
    machine.ahead = -42
    clock.now()
    assert scrape(client)["livestream_clock_skew_seconds"] == pytest.approx(-42, abs=0.05)


def test_a_slow_answer_proves_no_skew(source, machine, monkeypatch):
    steady = iter([0, 0, 20 * SECOND, 20 * SECOND])
    monkeypatch.setattr(database_clock, "steady_ns", lambda: next(steady))
    machine.ahead = 15
    clock.now()
    assert clock.skew() == 0


@pytest.mark.parametrize("ahead", [-481, 481])
def test_beyond_the_limit_the_process_refuses_to_work_until_its_clock_is_set(source, machine, ahead):
    machine.ahead = ahead
    for _ in range(2):
        with pytest.raises(ClockSkewed):
            clock.now()
    machine.ahead, machine.passed = 0, 2
    # A thread that has no connection, such as that of the next request, opens one for it.
    assert abs(in_thread(clock.now)() - datetime.now(tz=UTC)) < timedelta(seconds=5)


def test_zero_is_no_limit(source, machine, settings):
    settings.CLOCK_SKEW_LIMIT = 0
    machine.ahead = 100_000
    assert abs(clock.now() - datetime.now(tz=UTC)) < timedelta(seconds=5)


def test_a_refusing_process_answers_503_and_is_alive_but_not_ready(source, machine, client_of, user, anonymous, client):
    signed_in = client_of(user)
    machine.ahead, machine.passed = 1_000, 2
    answer = signed_in.get("/users/me")
    assert (answer.status_code, answer.json()["code"]) == (503, "clock_skewed")
    assert (answer["Content-Type"], answer["Retry-After"]) == ("application/problem+json", "1")
    assert anonymous.get("/healthz").status_code == 200
    ready = anonymous.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["clock"] == {"ok": False, "detail": "+1000 seconds from the database's"}
    told = scrape(client)
    assert told["livestream_clock_skew_seconds"] == pytest.approx(1_000, abs=0.05)
    assert told["livestream_database_up"] == 0


def test_the_admin_answers_503_too(source, machine, admin_client):
    machine.ahead, machine.passed = 1_000, 2
    answer = admin_client.get("/admin/livestream/user/?age=hour")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert ClockSkewed.title in answer.content.decode()


class TwoRounds(threading.Event):
    """Stops a relay after its second pause, and does not pause; its sweeps, in another thread, do."""

    rounds = 0

    def __init__(self):
        super().__init__()
        self.relay = threading.current_thread()

    def wait(self, timeout=None):
        if threading.current_thread() is not self.relay:
            return super().wait(timeout)
        self.rounds += 1
        if self.rounds == 2:
            self.set()
        return self.is_set()


def test_a_refusing_relay_keeps_running_and_wakes_nobody(source, machine, durable_probe):
    with silent_broker():
        durable_probe.do()
    with silent_broker() as broker:
        machine.ahead, machine.passed = 1_000, 2
        with pytest.raises(ClockSkewed):  # the first reading: while one thread makes it, others use the one before
            clock.now()
        relaying.run(TwoRounds())
        assert arrived(broker) == []
        machine.ahead, machine.passed = 0, 4
        clock.now()
        relaying.run(TwoRounds())
        assert arrived(broker) == [task_for(Urgency.LIFECYCLE).name]
