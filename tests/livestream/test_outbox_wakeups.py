"""The dispatcher: what a broker did not accept is sent again, and stops nothing else."""

from __future__ import annotations

import pytest

from livestream.outbox import Urgency, wakeups
from livestream.outbox.registry import task_for
from tests.support.broker import HangingUp, arrived, broker_away, eventually, silent_broker

pytestmark = pytest.mark.django_db

MONEY, LIFECYCLE, CLIPS = (task_for(each) for each in (Urgency.MONEY, Urgency.LIFECYCLE, Urgency.CLIPS))


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(wakeups, "_PAUSE_SECONDS", 0.01)


@pytest.fixture
def dispatcher():
    """A dispatcher that has sent everything when its test ends, so that it sends nothing in a later one."""
    made = wakeups.Dispatcher()
    yield made
    eventually(made.is_idle)


def test_what_a_broker_did_not_accept_is_sent_once_it_is_back(dispatcher):
    with HangingUp() as server, broker_away("redis", port=server.port):
        dispatcher.request(MONEY, 1)
        eventually(lambda: server.calls > 1)
        with silent_broker() as broker:
            eventually(lambda: arrived(broker) == [MONEY.name])


def test_while_a_queue_is_refused_and_another_one_is_busy_the_least_urgent_is_sent(dispatcher, monkeypatch):
    """Each time that money is refused, the lifecycle has a new wake-up."""
    sent = []

    def send(*, task, count):
        if task is MONEY:
            dispatcher.request(LIFECYCLE, 1)
            return False
        sent.append(task)
        return True

    monkeypatch.setattr(wakeups, "send", send)
    for task in (MONEY, LIFECYCLE, CLIPS):
        dispatcher.request(task, 1)
    eventually(lambda: CLIPS in sent)
    monkeypatch.setattr(wakeups, "send", lambda **_: True)  # so that the dispatcher comes to rest


def test_a_queue_that_the_broker_refuses_stops_no_other_one(dispatcher, monkeypatch):
    with silent_broker() as broker:
        enqueue, refused = broker.enqueue, []

        def refuse_money(message, *, delay=None):
            if message.actor_name == MONEY.name:
                refused.append(message)
                raise ConnectionError("this queue only")
            return enqueue(message, delay=delay)

        monkeypatch.setattr(broker, "enqueue", refuse_money)
        dispatcher.request(MONEY, 1)
        eventually(lambda: refused)
        dispatcher.request(LIFECYCLE, 1)
        eventually(lambda: arrived(broker) == [LIFECYCLE.name])
        monkeypatch.setattr(broker, "enqueue", enqueue)
        eventually(lambda: arrived(broker) == sorted([LIFECYCLE.name, MONEY.name]))
