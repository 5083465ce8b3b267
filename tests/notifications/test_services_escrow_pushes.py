"""What people hear of their money, and what analytics and business intelligence record."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from livestream import clock
from livestream.models import EventRecord, OutboxMessage
from notifications.models import Push
from notifications.services import escrow_pushes
from tests.notifications.shows import buy, enter_stage, funded, pushed, running_show, told
from tests.support.clients import client_of
from tests.support.outbox import assert_enqueued, pass_time, run_due
from tests.support.people import make_funding, make_user
from tests.support.stage import PATIENCE
from wallet.models import Transfer
from wallet.services import early_refunds

pytestmark = pytest.mark.django_db


@pytest.fixture
def refunded(session, moving):
    """Three viewers who have their coins back, with nobody told yet, and the event."""
    goal = make_funding(session, target=100_000, seconds=5)
    viewers = sorted((buy(goal, quantity=n) for n in (1, 2, 3)), key=lambda user: user.pk)
    pass_time(moving, seconds=6)
    Push.objects.all().delete()
    return goal, viewers, EventRecord.objects.get(name="escrow.refunded")


def test_everybody_hears_what_they_got_back_and_nothing_of_others(session, moving):
    goal = make_funding(session, target=100_000, seconds=5)
    viewers = [buy(goal, quantity=n) for n in (1, 2, 3)]
    pass_time(moving, seconds=6)
    by_channel = dict(pushed("escrow.refunded"))
    assert {channel: data["amount"] for channel, data in by_channel.items()} == {
        f"private-user@{viewer.pk}": 200 * n for n, viewer in enumerate(viewers, start=1)
    }
    for viewer in viewers:
        data = by_channel[f"private-user@{viewer.pk}"]
        assert data["escrow_id"] == goal.escrow_id
        assert data["transfer_id"] == f"refund-{goal.escrow_id}-{viewer.pk}"


def test_many_are_told_chunk_by_chunk(refunded, moving):
    goal, viewers, record = refunded
    span = {"escrow_id": goal.escrow_id, "last_payer": viewers[-1].pk, "event_id": record.event_id}
    assert escrow_pushes.push_escrow_refunds(first_payer=viewers[0].pk, now=moving.at, size=2, **span) == 2
    assert told("escrow.refunded") == [f"private-user@{viewer.pk}" for viewer in viewers[:2]]
    assert_enqueued("push_escrow_refunds", first_payer=viewers[2].pk, **span)
    run_due()
    assert told("escrow.refunded") == [f"private-user@{viewer.pk}" for viewer in viewers]


def test_only_the_payers_of_the_event_are_told(refunded, moving):
    goal, viewers, record = refunded
    middle = viewers[1].pk
    escrow_pushes.push_escrow_refunds(
        escrow_id=goal.escrow_id, first_payer=middle, last_payer=middle, event_id=record.event_id, now=moving.at
    )
    assert told("escrow.refunded") == [f"private-user@{middle}"]


def test_refunds_let_what_happens_now_go_first(refunded):
    goal, viewers, record = refunded
    escrow_pushes.enqueue_refund_pushes(
        escrow_id=goal.escrow_id, first_payer=viewers[0].pk, last_payer=viewers[-1].pk, event_id=record.event_id
    )
    run_due()
    assert all(Push.objects.filter(event="escrow.refunded").values_list("bulk", flat=True))


def test_an_escrow_of_nobody_tells_nobody(session, moving):
    make_funding(session, seconds=5)
    pass_time(moving, seconds=6)
    assert told("escrow.refunded") == []


def test_the_streamer_hears_each_payment_and_then_the_whole(session, moving, streamer):
    show = running_show(session, moving, make_user(coins=1000), make_user(coins=1000), target=5)
    enter_stage(show)
    pass_time(moving, seconds=6 + PATIENCE)
    ((channel, payment),) = pushed("escrow.completed.individual")
    assert channel == f"private-user@{streamer.pk}"
    assert (payment["amount"], payment["escrow_id"]) == (400, show.escrow_id)
    assert payment["transfer_id"].startswith(f"escrow-{show.escrow_id}-")
    ((channel, whole),) = pushed("escrow.completed")
    assert channel == f"private-user@{streamer.pk}"
    assert (whole["amount"], whole["escrow_id"]) == (400, show.escrow_id)


def test_analytics_and_business_intelligence_hear_of_refunds(refunded):
    goal, _, record = refunded
    lines = [json.loads(line) for line in Path(settings.ANALYTICS_PATH).read_text().splitlines()]
    by_insert_id = {line["insert_id"]: line for line in lines}
    expected = {"escrow_id": goal.escrow_id, "amount": 1200, "payers": 3, "final": True, "early": False}
    assert by_insert_id[record.event_id]["event"] == "escrow.refunded"
    assert by_insert_id[record.event_id]["properties"] == expected
    assert by_insert_id[f"bi-{record.event_id}"]["event"] == "bi.escrow.refunded"
    assert by_insert_id[f"bi-{record.event_id}"]["properties"] == expected


def test_telling_twice_is_told_under_the_same_event_id(refunded):
    goal, viewers, record = refunded
    for _ in range(2):
        escrow_pushes.enqueue_refund_pushes(
            escrow_id=goal.escrow_id, first_payer=viewers[0].pk, last_payer=viewers[-1].pk, event_id=record.event_id
        )
    assert OutboxMessage.objects.filter(actor="push_escrow_refunds").count() == 1
    run_due()
    assert {data["event_id"] for _, data in pushed("escrow.refunded")} == {record.event_id}


def test_a_funded_goal_refunds_nobody(session, moving):
    funded(session, moving)
    assert told("escrow.refunded") == []


def refund_early(goal, *viewers, **options):
    about = {"reason": "withdrawn", "now": clock.now(), "payers": [viewer.pk for viewer in viewers]}
    return early_refunds.refund_payers(escrow_id=goal.escrow_id, **(about | options))


def test_whoever_is_refunded_early_hears_it_and_nobody_else(session, moving):
    goal = make_funding(session, target=100_000)
    viewers = [buy(goal, quantity=n) for n in (1, 2, 3)]
    run_due()
    refund_early(goal, *viewers[::2])
    run_due()
    by_channel = dict(pushed("escrow.refunded"))
    assert {channel: data["amount"] for channel, data in by_channel.items()} == {
        f"private-user@{viewers[0].pk}": 200,
        f"private-user@{viewers[2].pk}": 600,
    }
    record = EventRecord.objects.get(name="escrow.refunded")
    for viewer in viewers[::2]:
        data = by_channel[f"private-user@{viewer.pk}"]
        transfer = Transfer.objects.get(kind="refund", credit_id=viewer.pk)
        assert data == {
            "escrow_id": goal.escrow_id,
            "goal_id": goal.id,
            "amount": transfer.amount,
            "transfer_id": transfer.pk,
            "wallet": client_of(viewer).get("/wallet").json(),
            "event_id": record.event_id,
            "push_id": data["push_id"],
        }


def test_several_payments_that_one_payer_is_refunded_at_once_are_one_push(session, moving):
    goal, viewer = make_funding(session, target=100_000), make_user(coins=1000)
    for quantity in (1, 2):
        buy(goal, viewer, quantity=quantity)
    refund_early(goal, viewer)
    run_due()
    [(channel, data)] = pushed("escrow.refunded")
    first = Transfer.objects.filter(kind="refund", credit_id=viewer.pk).order_by("pk")[0]
    assert (channel, data["amount"], data["transfer_id"]) == (f"private-user@{viewer.pk}", 600, first.pk)


def test_a_refund_early_and_one_at_the_end_are_two_pushes(session, moving):
    goal, viewer = make_funding(session, target=100_000, seconds=5), make_user(coins=1000)
    buy(goal, viewer)
    refund_early(goal, viewer)
    buy(goal, viewer, quantity=2)
    pass_time(moving, seconds=6)
    assert sorted((channel, data["amount"]) for channel, data in pushed("escrow.refunded")) == [
        (f"private-user@{viewer.pk}", 200),
        (f"private-user@{viewer.pk}", 400),
    ]


def test_a_crowd_that_is_refunded_early_is_told_chunk_by_chunk(session, moving):
    goal = make_funding(session, target=100_000)
    viewers = sorted((buy(goal) for _ in range(5)), key=lambda user: user.pk)
    refund_early(goal, *viewers)
    batch = EventRecord.objects.get(name="escrow.refunded").event_id
    span = {"escrow_id": goal.escrow_id, "last_payer": viewers[-1].pk, "event_id": batch, "early": True}
    assert escrow_pushes.push_escrow_refunds(first_payer=viewers[0].pk, now=moving.at, size=2, **span) == 2
    assert told("escrow.refunded") == [f"private-user@{viewer.pk}" for viewer in viewers[:2]]
    assert_enqueued("push_escrow_refunds", first_payer=viewers[2].pk, **span)
    Push.objects.all().delete()
    run_due()
    assert {channel for channel, _ in pushed("escrow.refunded")} == {f"private-user@{viewer.pk}" for viewer in viewers}
