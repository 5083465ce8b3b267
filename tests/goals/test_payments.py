"""GET /wallet/payments: what I paid into escrows, and what became of each payment."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from goals.endings import EndedBecause
from goals.models import Goal
from goals.services import giving_back, leaving, lifecycle
from goals.types import GoalType
from livestream import clock, users
from livestream.models import User
from tests.support import endings
from tests.support.clients import client_of, said
from tests.support.escrows import give_back, give_back_payments
from tests.support.invitations import agree, disagree, invite
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy
from wallet.models import Escrow, Transfer
from wallet.services import escrows

pytestmark = pytest.mark.django_db


def payments(user, **query):
    answer = client_of(user).get("/wallet/payments", {"page_size": 100, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def reasons_of(user, **query):
    """Return the goal and the reason of each movement."""
    answer = client_of(user).get("/wallet/transfers", {"page_size": 100, **query})
    return {(each["escrow_id"].partition(":")[2], each["reason"]) for each in answer.json()["results"]}


def became(payment):
    return (payment["state"], payment["reason"], payment["paid"], payment["returned"], payment["kept"], payment["held"])


def blocked(moving):
    """A ticket and a running block of time of a viewer whom the streamer blocks."""
    session, viewer = endings.offering_session(), make_user(coins=1000)
    endings.come_online(session.streamer_id)
    goal = agree(invite(session, viewer))
    run_due()
    moving.advance(seconds=30)
    users.block(streamer_id=session.streamer_id, user_id=viewer.pk, now=clock.now())
    return endings.done(goal)


def account_closed(moving):
    """A viewer of a sale closes their account."""
    funding, viewer = make_funding(make_session(), target=2000), make_user(coins=1000)
    buy(funding, viewer, quantity=2)
    run_due()
    users.close_account(user_id=viewer.pk, now=clock.now())
    return endings.done(funding)


def part_of_it_kept_and_the_rest_refunded_with_the_escrow(moving):
    """A payment of which a part was kept goes back whole when its escrow is refunded."""
    funding, viewer = make_funding(make_session(), target=2000), make_user(coins=1000)
    first = buy(funding, viewer)
    buy(funding, viewer)
    run_due()
    give_back_payments(Escrow.objects.get(pk=funding.escrow_id), {first.transfer_id: 50})
    give_back(Escrow.objects.get(pk=funding.escrow_id))
    return endings.done(funding)


def split_by_an_earlier_release(moving):
    """The payer of several payments was refunded a part of them all, in one transfer, without early refunds."""
    funding, viewer = make_funding(make_session(), target=2000), make_user(coins=1000)
    for _ in range(3):
        buy(funding, viewer)
        moving.advance(seconds=1)
    run_due()
    escrow = Escrow.objects.get(pk=funding.escrow_id)
    Transfer.objects.create(
        transfer_id=f"refund-{escrow.pk}-{viewer.pk}",
        debit_id=escrow.pk,
        credit_id=viewer.pk,
        amount=250,
        kind="refund",
        created_at=clock.now(),
    )
    escrows.decide(escrow=escrow, state=Escrow.State.SPLIT, now=clock.now())
    return funding


WORLDS = [
    endings.funding_reached,
    endings.funding_missed,
    endings.show_performed,
    endings.show_cut_short,
    endings.private_agreed,
    endings.private_declined,
    endings.one_on_one_agreed,
    endings.one_on_one_declined,
    endings.one_on_one_performed,
    endings.one_on_one_cut_short,
    endings.one_on_one_missed,
    blocked,
    account_closed,
    part_of_it_kept_and_the_rest_refunded_with_the_escrow,
    split_by_an_earlier_release,
]


def total(transfers):
    return transfers.aggregate(total=Sum("amount"))["total"] or 0


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
def test_what_payments_say_is_what_the_ledger_moved(moving, world):
    world(moving)
    run_due()
    holds = Transfer.objects.filter(kind="hold")
    payers = set(holds.values_list("debit_id", flat=True))
    assert payers
    User.objects.filter(pk__in=payers).update(is_active=True)  # who closed their account cannot ask
    for payer in User.objects.filter(pk__in=payers):
        rows = payments(payer)
        assert {row["transfer_id"] for row in rows} == set(holds.filter(debit_id=payer.pk).values_list("pk", flat=True))
        assert sum(row["paid"] for row in rows) == total(holds.filter(debit_id=payer.pk))
        assert sum(row["returned"] for row in rows) == total(Transfer.objects.filter(credit_id=payer.pk, kind="refund"))
        for row in rows:
            assert row["paid"] == row["returned"] + row["kept"] + row["held"]
            assert min(row["returned"], row["kept"], row["held"]) >= 0
            assert (row["settled_at"] is None) == (row["held"] > 0)
            ended = Goal.objects.filter(pk=row["goal"]["id"]).exclude(ended_at=None).exists()
            assert row["reason"] or row["state"] == "held" or not ended
            assert (row["performed"] is not None) == (row["state"] == "split" and row["duration"] is not None)
            if row["performed"] is not None:
                assert row["kept"] == row["paid"] * row["performed"] // row["duration"]
        came_back = {(row["goal"]["id"], row["reason"]) for row in rows if row["returned"]}
        assert reasons_of(payer, kind="refund") == came_back
    for escrow in Escrow.objects.exclude(settled_at=None):
        paid_out = total(Transfer.objects.filter(debit_id=escrow.pk, kind="payout"))
        rows = [row for payer in User.objects.filter(pk__in=payers) for row in payments(payer, goal=escrow.pk[-24:])]
        assert sum(row["kept"] for row in rows) == paid_out


def only(goal):
    [payer_id] = set(Transfer.objects.filter(credit_id=goal.escrow_id, kind="hold").values_list("debit_id", flat=True))
    [row] = payments(User.objects.get(pk=payer_id))
    return row


def test_each_end_has_its_state_and_its_reason(moving):
    assert became(only(endings.funding_missed(moving))) == ("refunded", "expired", 200, 200, 0, 0)
    assert became(only(endings.private_declined(moving))) == ("refunded", "declined", 120, 120, 0, 0)
    assert became(only(endings.private_agreed(moving))) == ("paid_out", "completed", 120, 0, 120, 0)
    assert became(only(endings.one_on_one_cut_short(moving))) == ("split", "cancelled", 200, 184, 16, 0)
    assert became(only(endings.one_on_one_agreed(moving))) == ("held", None, 200, 0, 0, 200)
    assert became(only(blocked(moving))) == ("split", "blocked", 120, 90, 30, 0)


def test_a_show_that_fails_says_why_the_show_ended_and_not_the_sale(moving):
    show = endings.show_cut_short(moving)
    payer = Transfer.objects.filter(credit_id=show.escrow_id, kind="hold").first().debit_id
    [row] = payments(User.objects.get(pk=payer))
    assert (row["goal"]["id"], row["goal"]["type"]) == (show.funding_goal_id, "funding")
    assert became(row) == ("refunded", "cancelled", 200, 200, 0, 0)


@pytest.mark.parametrize(
    ("play", "reason"), [(endings.private_agreed, "completed"), (endings.one_on_one_cut_short, "cancelled")]
)
def test_a_payout_says_why_the_streamer_was_paid_and_a_payment_nothing(moving, play, reason):
    goal = play(moving)
    run_due()
    paid_for = goal.escrow_id.partition(":")[2]
    assert reasons_of(goal.streamer, kind="payout") == {(paid_for, reason)}
    payer_id = Transfer.objects.filter(credit_id=goal.escrow_id, kind="hold").first().debit_id
    assert reasons_of(User.objects.get(pk=payer_id), kind="hold") == {(paid_for, None)}


def test_a_ticket_given_back_is_refunded_while_another_is_held(moving):
    funding, viewer = make_funding(make_session(), target=2000), make_user(coins=1000)
    first, _ = buy(funding, viewer, quantity=2), moving.advance(seconds=1)
    buy(funding, viewer)
    giving_back.give_back(goal_id=funding.id, transfer_id=first.transfer_id, caller_id=viewer.pk, now=clock.now())
    held, returned = payments(viewer)
    assert became(held) == ("held", None, 200, 0, 0, 200)
    assert became(returned) == ("refunded", "withdrawn", 400, 400, 0, 0)
    assert (returned["quantity"], returned["duration"], returned["kind"]) == (2, None, "tickets")
    assert returned["goal"] == {"id": funding.id, "type": "funding", "title": "Tickets"}
    assert returned["streamer_name"] == funding.streamer.username


def test_where_an_earlier_release_split_the_newest_payments_came_back_first(moving):
    funding = split_by_an_earlier_release(moving)
    [payer_id] = set(Transfer.objects.filter(kind="hold").values_list("debit_id", flat=True))
    rows = payments(User.objects.get(pk=payer_id), goal=funding.id)
    assert [row["returned"] for row in rows] == [200, 50, 0]


def test_payments_can_be_narrowed(moving):
    session, viewer = endings.offering_session(), make_user(coins=1000)
    start = clock.to_epoch(clock.now())
    private = disagree(invite(session, viewer))
    run_due()
    moving.advance(seconds=10)
    duo = invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)
    goals = {row["goal"]["id"]: row for row in payments(viewer)}
    assert set(goals) == {private.id, duo.id}

    def found(**query):
        return [row["goal"]["id"] for row in payments(viewer, **query)]

    assert found(state="held") == found(kind="exclusive") == found(goal=duo.id) == found(since=start + 10) == [duo.id]
    assert found(state="refunded") == found(kind="private") == found(until=start + 10) == [private.id]
    assert found(goal=session.id) == found(state="split") == []
    exclusive = agree(duo)
    assert found(goal=Goal.objects.get(trigger_goal=exclusive).id) == [duo.id]
    for query, code in {
        "state=lost": "validation_error",
        "goal=1": "validation_error",
        "since=x": "validation_error",
        "colour=red": "unknown_parameter",
    }.items():
        assert said(client_of(viewer).get(f"/wallet/payments?{query}")) == (400, code), query


def test_nobody_sees_the_payments_of_others(moving):
    funding = make_funding(make_session())
    buy(funding, make_user(coins=1000))
    assert payments(make_user(coins=1000)) == payments(funding.streamer) == []
    assert said(client_of().get("/wallet/payments")) == (401, "not_authenticated")


def test_a_longer_list_takes_no_more_queries(moving):
    viewer, counts = make_user(coins=1000), []
    for _ in range(2):
        for _ in range(2):
            buy(make_funding(make_session()), viewer)
        with CaptureQueriesContext(connection) as captured:
            payments(viewer)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_payer_who_takes_an_invitation_back_reads_that(moving):
    session, viewer = endings.offering_session(), make_user(coins=1000)
    goal = invite(session, viewer)
    leaving.withdraw(goal_id=goal.id, caller_id=viewer.pk, triggerer=None, now=clock.now())
    assert became(payments(viewer)[0]) == ("refunded", "withdrawn", 120, 120, 0, 0)


def test_a_payment_whose_refund_is_on_its_way_is_still_held(moving):
    funding, viewer = make_funding(make_session(), target=2000), make_user(coins=1000)
    buy(funding, viewer)
    run_due()
    lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.CANCELLED, now=clock.now())
    assert [became(each) for each in payments(viewer)] == [("held", None, 200, 0, 0, 200)]
    run_due()
    assert [became(each) for each in payments(viewer)] == [("refunded", "cancelled", 200, 200, 0, 0)]
