"""GET /events: what happened to me, in order, from any point on, and nothing of what is others'."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from goals.services import giving_back
from goals.types import GoalType
from goals.views import events
from livestream import clock, users
from sessions_app.services import ending
from tests.support.clients import client_of, said
from tests.support.endings import offering_session, one_on_one_cut_short, perform
from tests.support.escrows import give_back_payments
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_user
from tests.support.shows import buy
from wallet.models import Escrow
from wallet.selectors import payments_held
from wallet.services import early_refunds, refunds

# On PostgreSQL the feed shows what is committed, hence real transactions there.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")

LIFE = ["goal.created", "goal.added", "goal.started", "goal.progressed"]


@pytest.fixture
def session(moving):
    return offering_session()


@pytest.fixture
def viewer(moving):
    return make_user(coins=1000)


def page_of(user, after=None, **query):
    response = client_of(user).get("/events", query | ({"after": after} if after else {}))
    assert response.status_code == 200, response.json()
    return response.json()


def read(user, after=None, **query):
    """Return the events of a page, and the cursor at which it ends."""
    page = page_of(user, after, **query)
    [cursor] = parse_qs(urlsplit(page["next"]).query)["after"]
    return page["results"], cursor


def read_all(user, after=None):
    """Follow the feed until it has nothing new."""
    seen = []
    while True:
        page, following = read(user, after)
        if not page:
            return seen
        assert following == page[-1]["cursor"] != after
        seen, after = seen + page, following


def names(found):
    return [each["name"] for each in found]


def test_the_streamer_and_who_paid_read_the_life_of_a_goal(session, viewer):
    goal = disagree(invite(session, viewer))
    run_due()
    for reader in (session.streamer, viewer):
        found, _ = read(reader)
        assert names(found) == [*LIFE, "goal.ended", "escrow.refunded"]
        assert {each["goal_id"] for each in found[:-1]} == {goal.id}
        assert {each["escrow_id"] for each in found} == {goal.escrow_id}
        assert {each["occurred_at"] for each in found} == {clock.to_epoch(clock.now())}
        told = {(each["data"]["session_id"], each["data"]["streamer_id"]) for each in found[:-1]}
        assert told == {(session.id, session.streamer_id)}


def test_an_invitation_that_is_paid_out_is_told_to_both_sides(moving, session, viewer):
    goal = exclusive_of(agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)))
    perform(moving, goal, seconds=120)
    expected = [*LIFE, "goal.agreed", "goal.ended", *LIFE, "goal.completed", "goal.ended"]
    expected += ["escrow.completed.individual", "escrow.completed"]
    assert names(read_all(session.streamer)) == names(read_all(viewer)) == expected


def test_a_split_is_told_with_what_each_side_gets(moving):
    goal = one_on_one_cut_short(moving)
    settled = {each["name"]: each["data"].get("amount") for each in read_all(goal.triggered_by) if each["escrow_id"]}
    assert settled["escrow.refunded"] == 184  # 10 of 120 seconds for 200 coins
    paid = {each["name"]: each["data"]["amount"] for each in read_all(goal.streamer) if "escrow" in each["name"]}
    assert paid == {"escrow.completed.individual": 16, "escrow.refunded": 184, "escrow.completed": 16}


def test_nobody_reads_of_goals_that_they_have_no_part_in(session, viewer):
    invite(session, make_user(coins=1000))
    invite(session, make_user(coins=1000), kind=GoalType.TRIGGER_EXCLUSIVE)
    other_streamer, support = offering_session().streamer, make_user(is_staff=True)
    ending.deactivate_session(session_id=session.id, now=clock.now())
    run_due()
    for reader in (viewer, other_streamer, support):
        assert read(reader)[0] == []


def test_a_payer_reads_of_the_own_coins_alone(session, viewer):
    other = make_user(coins=1000)
    goal = invite(session, viewer)
    invite(session, other)
    disagree(goal)
    run_due()
    for payer, stranger in ((viewer, other), (other, viewer)):
        found, _ = read(payer)
        assert stranger.pk not in str(found)
        [refund] = [each["data"]["amount"] for each in found if each["name"] == "escrow.refunded"]
        assert refund == 120
        payers = [each["data"]["payers"] for each in found if "payers" in each["data"]]
        assert payers == [{payer.pk: 120}]
    everybody = str(read(session.streamer)[0])
    assert (viewer.pk in everybody, other.pk in everybody) == (True, True)


def test_a_chunk_of_a_refund_is_told_to_whom_it_gave_back(moving, session):
    funding, buyers = make_funding(session, target=10_000), [make_user(coins=200) for _ in range(3)]
    for buyer in buyers:
        buy(funding, buyer)
    run_due()
    refunds.escrow_refund(escrow_id=funding.escrow_id, now=clock.now())
    while refunds.refund_escrow_chunk(escrow_id=funding.escrow_id, now=clock.now(), size=1):
        pass
    for buyer in buyers:
        told = [each["data"]["amount"] for each in read(buyer)[0] if each["name"] == "escrow.refunded"]
        assert told == [200]


def refund_early(funding, *payers):
    payers = [payer.pk for payer in payers]
    about = {"escrow_id": funding.escrow_id, "payers": payers}
    return early_refunds.refund_payers(**about, reason="withdrawn", now=clock.now())


def refunds_told_to(reader):
    return [each["data"]["amount"] for each in read_all(reader) if each["name"] == "escrow.refunded"]


def test_an_early_refund_is_told_to_whom_it_gave_back_with_their_own_coins(moving, session):
    funding = make_funding(session, target=100_000)
    buyers = sorted((make_user(coins=1000) for _ in range(3)), key=lambda user: user.pk)
    for quantity, buyer in enumerate(buyers, start=1):
        buy(funding, buyer, quantity=quantity)
    refund_early(funding, buyers[0], buyers[2])  # the one between them is in the span of their ids
    run_due()
    assert [refunds_told_to(buyer) for buyer in buyers] == [[200], [], [600]]
    assert refunds_told_to(session.streamer) == [800]
    for payer, stranger in ((buyers[0], buyers[2]), (buyers[2], buyers[0])):
        assert stranger.pk not in str(read_all(payer))


def test_a_whole_refund_is_told_with_what_was_left_and_not_to_whom_nothing_was(moving, session):
    funding, early, cut, late = make_funding(session, target=100_000), *(make_user(coins=1000) for _ in range(3))
    for buyer in (early, cut, late):
        buy(funding, buyer)
    buy(funding, cut)
    [first, _] = payments_held(escrow_id=funding.escrow_id, payer_id=cut.pk)
    give_back_payments(Escrow.objects.get(pk=funding.escrow_id), {first.transfer_id: 50})
    refund_early(funding, early)
    refunds.escrow_refund(escrow_id=funding.escrow_id, now=clock.now())
    run_due()
    assert [refunds_told_to(buyer) for buyer in (early, cut, late)] == [[200], [150, 250], [200]]
    assert refunds_told_to(session.streamer) == [150, 200, 450]


def test_a_returned_ticket_takes_coins_from_the_progress_and_from_its_payer(moving, session, viewer):
    funding = make_funding(session, target=100_000)
    receipt = buy(funding, viewer, quantity=2)
    giving_back.give_back(goal_id=funding.id, transfer_id=receipt.transfer_id, caller_id=viewer.pk, now=clock.now())
    run_due()
    of_goal = client_of(session.streamer).get(f"/goals/{funding.id}/events").json()["results"]
    for found in (read_all(session.streamer), read_all(viewer), of_goal):
        steps = [each["data"] for each in found if each["name"] == "goal.progressed"]
        assert [step["amount"] for step in steps] == [400, -400]
        assert [step["payers"] for step in steps] == [{viewer.pk: 400}, {viewer.pk: -400}]


def test_the_names_of_a_page_are_read_in_parts(session, viewer, monkeypatch):
    funding, buyers = make_funding(session, target=100_000), [make_user(coins=1000) for _ in range(5)]
    for buyer in buyers:
        buy(funding, buyer)
    run_due()
    monkeypatch.setattr(users, "_NAMES_A_QUERY", 2)
    named = {user_id for each in read_all(session.streamer) for user_id in each["names"]}
    assert named >= {buyer.pk for buyer in buyers}


def test_reading_on_from_any_cursor_gives_just_what_came_after(moving, session, viewer, monkeypatch):
    monkeypatch.setattr(events, "PAGE", 4)
    disagree(invite(session, viewer))
    run_due()
    moving.advance(seconds=300)
    agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    run_due()
    for reader in (session.streamer, viewer):
        whole = read_all(reader)
        assert len(whole) > 8
        assert len({each["id"] for each in whole}) == len(whole)
        for place, each in enumerate(whole):
            assert read_all(reader, each["cursor"]) == whole[place + 1 :]


def test_where_nothing_is_new_the_cursor_stays_and_reads_on_later(session, viewer):
    assert read(viewer) == ([], "0.0.0")
    invite(session, viewer)
    found, cursor = read(viewer, "0.0")
    assert names(found) == LIFE
    assert read(viewer, cursor) == ([], cursor)
    invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)
    assert names(read(viewer, cursor)[0]) == LIFE


def test_a_page_says_whether_there_is_more_and_its_link_reads_on_in_the_same_way(session, viewer):
    invite(session, viewer)
    first = page_of(viewer, page_size=3)
    assert (names(first["results"]), first["has_more"], first["previous"]) == (LIFE[:3], True, None)
    second = client_of(viewer).get("/events" + first["next"]).json()
    assert (names(second["results"]), second["has_more"]) == (LIFE[3:], False)
    assert first["next"].startswith("?")


def test_who_reads_from_now_on_sees_only_what_happens_later(session, viewer):
    invite(session, viewer)
    found, cursor = read(viewer, "now")
    assert found == []
    later = invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE)
    assert {each["goal_id"] for each in read(viewer, cursor)[0]} == {later.id}


def test_only_what_this_feed_gave_out_is_a_cursor(viewer):
    for after in (
        "x",
        "1",
        "1.",
        ".1",
        "1.1.1",
        "0.1.1.1",
        "-1.0",
        "1.-1",
        "1e3.0",
        " 1.1",
        "1.1\n",
        "1" * 19 + ".0",
        "\uff11.\uff11",
        "9999999999.1",  # a reader would miss every event up to this cursor
        "0.9999999999" if connection.vendor == "sqlite" else "9999999999.0",
    ):
        assert said(client_of(viewer).get("/events", {"after": after})) == (400, "invalid_after"), after


def test_a_cursor_may_be_that_of_somebody_else_and_shows_nothing_of_theirs(session, viewer):
    invite(session, viewer)
    cursor = read(viewer)[0][0]["cursor"]
    assert read(make_user(), cursor) == ([], cursor)


def test_the_feed_is_for_who_is_signed_in_and_takes_no_other_parameter(viewer):
    assert said(client_of().get("/events")) == (401, "not_authenticated")
    assert said(client_of(viewer).get("/events?page_size=0")) == (400, "invalid_page_size")
    for query in ("limit=3", "cursor=abc"):
        assert said(client_of(viewer).get(f"/events?{query}")) == (400, "unknown_parameter")
