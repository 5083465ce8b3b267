"""Failing shows: everybody gets everything back."""

from __future__ import annotations

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.registry import scenario
from livestream.demo.server import Body

SALE_SECONDS = 4


@scenario(name="refund", title="Failing shows: the audience gets everything back")
def play_refund(cast: Cast) -> None:
    """Miss a target, then reach one and cancel the show; nobody loses a coin either way."""
    session = acts.go_live(cast, title="A rainy evening")
    _miss_target(cast, session)
    _cancel_show(cast, session)
    acts.end_session(cast, session=session)


def _miss_target(cast: Cast, session: Body) -> None:
    before = cast.balances()
    buyers = cast.viewers[:2]
    funding = acts.sell_tickets(cast, session=session, title="Too many", target=1_000, seconds=SALE_SECONDS)
    for viewer in buyers:
        acts.buy(cast, viewer, funding=funding, may_be_closed=True)
    ended = acts.wait_for_goal(cast, funding, what="the sale to end", holds=lambda g: g["state"] == "ended")
    cast.story.report("", "the sale ends, and the target is missed", goal=ended)
    cast.story.check("the goal's outcome is a refund", holds=ended["outcome"] == "refunded")
    late = acts.buy(cast, cast.viewers[2], funding=funding, may_be_closed=True)
    cast.story.check("money that comes too late is refused", holds=late.code == "escrow_closed")
    _check_refund(cast, funding, buyers, before)


def _cancel_show(cast: Cast, session: Body) -> None:
    before = cast.balances()
    buyers = cast.viewers[:3]
    target = acts.TICKET_PRICE * len(buyers)
    funding = acts.sell_tickets(cast, session=session, title="Just enough", target=target, seconds=60)
    for viewer in buyers:
        acts.buy(cast, viewer, funding=funding)
    reached = acts.wait_for_goal(cast, funding, what="the sale to close", holds=lambda g: not g["active"])
    cast.story.report("", "the target is reached", goal=reached)
    show = acts.make_show(cast, session=session, funding=funding, title="Never played", seconds=60)
    cast.streamer.call("DELETE", f"/goals/{show['id']}", expected=["goal_not_active"])
    seen = cast.streamer.get(f"/goals/{show['id']}")
    cast.story.report("streamer", "cancels the show before a second of it is played", goal=seen)
    cast.story.check("the show's outcome is cancelled", holds=seen["outcome"] == "cancelled")
    _check_refund(cast, funding, buyers, before)


def _check_refund(cast: Cast, funding: Body, buyers: list[Person], before: dict[str, int]) -> None:
    escrow_id = acts.escrow_of(funding)
    paid = {viewer.name: _paid(cast, viewer, funding) for viewer in buyers}
    for viewer in buyers:
        acts.wait_for_refund(cast, viewer, escrow_id=escrow_id)
        cast.story.report(viewer.name, "gets everything back", coins=paid[viewer.name])
    cast.story.check("everybody has as many coins as before", holds=cast.balances() == before)


def _paid(cast: Cast, viewer: Person, funding: Body) -> int:
    rows = cast.streamer.get(f"/goals/{funding['id']}/contributions")["results"]
    return sum(row["amount"] for row in rows if row["user_id"] == viewer.id)
