"""The dispatcher: what a broker did not accept is sent again, and stops nothing else."""

from __future__ import annotations

import pytest

from livestream.outbox import Urgency, wakeups
from livestream.outbox.registry import task_for
from tests.support.broker import HangingUp, arrived, broker_away, eventually, silent_broker

MONEY, LIFECYCLE = (task_for(each, preferred="") for each in (Urgency.MONEY, Urgency.LIFECYCLE))


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(wakeups, "_PAUSE_SECONDS", 0.01)


def test_what_a_broker_did_not_accept_is_sent_once_it_is_back():
    with HangingUp() as server, broker_away("redis", port=server.port):
        wakeups.Dispatcher().request(MONEY, 1)
        eventually(lambda: server.calls > 1)
        with silent_broker() as broker:
            eventually(lambda: arrived(broker) == [MONEY.name])


def test_a_queue_that_the_broker_refuses_stops_no_other_one(monkeypatch):
    with silent_broker() as broker:
        enqueue, refused = broker.enqueue, []

        def refuse_money(message, *, delay=None):
            if message.actor_name == MONEY.name:
                refused.append(message)
                raise ConnectionError("this queue only")
            return enqueue(message, delay=delay)

        monkeypatch.setattr(broker, "enqueue", refuse_money)
        dispatcher = wakeups.Dispatcher()
        dispatcher.request(MONEY, 1)
        eventually(lambda: refused)
        dispatcher.request(LIFECYCLE, 1)
        eventually(lambda: arrived(broker) == [LIFECYCLE.name])
        monkeypatch.setattr(broker, "enqueue", enqueue)
        eventually(lambda: arrived(broker) == sorted([LIFECYCLE.name, MONEY.name]))
