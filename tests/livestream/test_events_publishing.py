"""Publishing: all of it commits, or none; what follows is done for each receiver by itself."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction

from livestream import context, ids
from livestream.events import delivering, publish, registry
from livestream.events.contracts import ESCROW_COMPLETED, SHOW, EscrowRefunded
from livestream.events.signals import DomainSignal
from livestream.models import EventRecord, OutboxMessage, User
from livestream.outbox import Urgency, enqueue, performing
from tests.support.broker import eventually, relay
from tests.support.events import Happened
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


def deliver_again(record):
    with transaction.atomic():
        enqueue(delivering.deliver_event, position=record.position)


@committing
def test_outside_of_a_transaction_nothing_can_be_published(happening):
    with pytest.raises(transaction.TransactionManagementError, match="open transaction"):
        happening.publish()
    assert not EventRecord.objects.exists()


def test_an_event_takes_its_own_payload_and_no_other(happening):
    wrong = EscrowRefunded(escrow_id="e", amount=1, first_payer="a", last_payer="b", payers=2, final=True)
    for signal in (ESCROW_COMPLETED, happening.signal):
        with pytest.raises(TypeError, match="EscrowRefunded"):
            publish(signal, wrong)
    assert not EventRecord.objects.exists()


def test_the_log_keeps_what_happened_when_and_who_asked(happening, moving):
    goal_id = ids.new_id()
    with context.bound(request_id="request-1", client_id="app"):
        happening.publish(number=7, goal_id=goal_id)
    record = EventRecord.objects.get()
    assert (record.name, record.goal_id, record.session_id) == ("test.happened", goal_id, None)
    assert (record.triggerer, record.request_id, record.occurred_at) == ("app", "request-1", moving.at)
    assert Happened.from_json(record.payload).number == 7


def test_the_log_is_in_the_order_of_what_happened(happening):
    happening.receive(lambda event: event.number < 2 and happening.publish(number=event.number + 1))
    happening.publish(number=0)
    assert [record.payload["number"] for record in EventRecord.objects.all()] == [0, 1, 2]


@committing
def test_a_state_receiver_that_fails_takes_everything_with_it(happening):
    def fail(event):
        User.objects.create(username="half-done")
        raise ValueError("no")

    happening.receive(lambda event: User.objects.create(username="first"), name="first")
    happening.receive(fail, name="second")
    happening.receive(lambda event: None, name="third", effect=True)
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        happening.publish()
    counts = [model.objects.count() for model in (EventRecord, OutboxMessage, User)]
    assert counts == [0, 0, 0]


def test_receivers_act_where_they_say_and_return_elsewhere(happening):
    acted = []
    happening.receive(lambda event: acted.append("show"), name="for_shows", types={SHOW})
    happening.receive(lambda event: acted.append("even"), name="for_even", when=lambda event: event.number % 2 == 0)
    happening.receive(lambda event: acted.append("later"), name="later", types={SHOW}, effect=True)
    for number, kind in enumerate([SHOW, "funding", None]):
        happening.publish(number=number, type=kind)
        run_due()
    assert acted == ["show", "even", "later", "even"]


def test_effects_come_after_the_commit_and_know_the_event_as_it_was(happening):
    heard = []
    happening.receive(heard.append, effect=True)
    happening.publish(number=5, type=SHOW)
    assert heard == []
    run_due()
    assert [(event.number, event.type) for event in heard] == [(5, SHOW)]


def test_an_event_that_nobody_acts_on_stores_no_work(happening):
    happening.receive(lambda event: None, types={SHOW}, effect=True)
    happening.publish(type="funding")
    assert not OutboxMessage.objects.exists()


@committing
def test_an_effect_that_fails_stops_no_other(worker, happening, moving):
    def fail(event):
        User.objects.create(username="half-done")
        raise ValueError("this one only")

    happening.receive(fail, name="failing", effect=True)
    for name in ("first", "second"):
        happening.receive(lambda event, name=name: User.objects.create(username=name), name=name, effect=True)
    with transaction.atomic():
        happening.publish()
    eventually(lambda: [bool(m.error) for m in OutboxMessage.objects.all()] == [True], meanwhile=relay)
    [left] = OutboxMessage.objects.all()
    assert left.attempts == 1
    assert set(User.objects.values_list("username", flat=True)) == {"first", "second"}
    assert left.kwargs["receiver"] == "test.happened:failing"
    assert "this one only" in left.error


@committing
def test_an_effect_and_its_consequences_commit_together(worker, happening):
    def follow(event):
        User.objects.create(username=f"follower-{event.number}")
        if event.number < 3:
            happening.publish(number=event.number + 1)

    happening.receive(follow, effect=True)
    with transaction.atomic():
        happening.publish(number=1)
    worker.drain()
    assert EventRecord.objects.count() == User.objects.count() == 3


def test_a_replay_while_the_first_delivery_waits_adds_no_work(happening):
    for name in ("one", "two"):
        happening.receive(lambda event: None, name=name, effect=True)
    record = happening.publish()
    for _ in range(3):
        deliver_again(record)
    for message in OutboxMessage.objects.filter(actor="deliver_event"):
        performing.perform(message_id=message.id)
    assert OutboxMessage.objects.filter(actor="run_receiver").count() == 2


def test_a_replay_runs_the_receivers_again_and_logs_nothing(happening):
    heard = []
    happening.receive(lambda event: heard.append(event.number), effect=True)
    record = happening.publish(number=5)
    run_due()
    deliver_again(record)
    run_due()
    assert heard == [5, 5]
    assert EventRecord.objects.count() == 1


def test_two_receivers_of_an_event_cannot_have_one_name(happening):
    happening.receive(lambda event: None)
    with pytest.raises(RuntimeError, match="two receivers are called"):
        happening.receive(lambda event: None)


def test_the_publishing_release_decides_who_receives(happening):
    """A process of the previous release, which lacks the new receiver, neither loses its work nor marks it as dead."""
    heard = []
    happening.receive(lambda event: heard.append("new"), name="new", effect=True)
    happening.publish()
    receiver = registry._receivers.pop("test.happened:new")
    [message] = OutboxMessage.objects.filter(actor="run_receiver")
    for _ in range(settings.OUTBOX_MAX_ATTEMPTS + 1):
        performing.perform(message_id=message.id)
    message.refresh_from_db()
    assert (heard, message.attempts, message.failed_at) == ([], 0, None)
    assert "test.happened:new" in message.error
    registry._receivers["test.happened:new"] = receiver
    performing.perform(message_id=message.id)
    assert heard == ["new"]


def test_an_event_that_a_release_does_not_know_is_left_to_one_that_does(happening):
    heard = []
    happening.receive(lambda event: heard.append(event.number), effect=True)
    happening.publish(number=7)
    signal = DomainSignal.registry.pop("test.happened")
    [message] = OutboxMessage.objects.filter(actor="run_receiver")
    performing.perform(message_id=message.id)
    message.refresh_from_db()
    assert (heard, message.attempts, message.failed_at) == ([], 0, None)
    DomainSignal.registry["test.happened"] = signal
    performing.perform(message_id=message.id)
    assert heard == [7]


def test_a_message_of_an_effect_receiver_has_its_urgency(happening):
    happening.receive(lambda event: None, name="pays", effect=True, urgency=Urgency.MONEY)
    happening.receive(lambda event: None, name="pushes", effect=True, news=True)
    happening.receive(lambda event: None, name="tidies", effect=True)
    happening.publish()
    stored = OutboxMessage.objects.filter(actor="run_receiver").values_list("kwargs__receiver", "urgency")
    of = {name.partition(":")[2]: urgency for name, urgency in stored}
    assert of == {"pays": Urgency.MONEY, "pushes": Urgency.PUSHES, "tidies": Urgency.LIFECYCLE}
