"""What a viewer can take back: a ticket before the target is reached, an invitation before the answer."""

from __future__ import annotations

from livestream.demo import acts, invitations
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.registry import scenario
from livestream.demo.server import Answer, Body

PRIVATE_SECONDS, RAISED = 5, 10


@scenario(name="taken-back", title="Taken back: a ticket, an invitation, and a price that nobody saw")
def play_taken_back(cast: Cast) -> None:
    """Give a ticket back in time and too late, take an invitation back, and refuse a raised price."""
    before = cast.balances()
    session = acts.go_live(cast, title="Second thoughts", prices=invitations.PRICES)
    _take_invitation_back(cast, cast.viewers[3], session)
    _refuse_raised_price(cast, cast.viewers[4], session)
    funding = _give_ticket_back(cast, session)
    acts.end_session(cast, session=session)
    for viewer in cast.viewers[1:3]:
        acts.wait_for_refund(cast, viewer, escrow_id=acts.escrow_of(funding))
        cast.story.report(viewer.name, "gets everything back, as there was no show", coins=acts.TICKET_PRICE)
    cast.story.check("everybody has as many coins as before", holds=cast.balances() == before)


def _take_invitation_back(cast: Cast, viewer: Person, session: Body) -> None:
    invited = invitations.invite(cast, viewer, session=session, kind="private", seconds=PRIVATE_SECONDS).body
    viewer.call("DELETE", f"/goals/{invited['id']}", {}, expected=["goal_not_active"])
    ended = viewer.get(f"/goals/{invited['id']}")
    cast.story.report(viewer.name, "takes the unanswered invitation back")
    withdrawn = (ended["state"], ended["outcome"], ended["ended_because"]) == ("ended", "refunded", "withdrawn")
    cast.story.check("the invitation ended because it was withdrawn", holds=withdrawn)
    price = invitations.price_of(session, quality="sd", seconds=PRIVATE_SECONDS)
    invitations.wait_for_coins(cast, viewer, goal=invited, coins=0, what="gets everything back", paid=price)


def _refuse_raised_price(cast: Cast, viewer: Person, session: Body) -> None:
    """Raise a price after a viewer has read it and before they pay."""
    before = viewer.balance
    raised = {**invitations.PRICES, "sd": invitations.PRICES["sd"] * RAISED}
    cast.streamer.call("PATCH", f"/sessions/{session['id']}", {"prices": raised})
    cast.story.report("streamer", f"raises the price of a private show to {raised['sd']:,} a minute")
    refused = invitations.invite(
        cast, viewer, session=session, kind="private", seconds=PRIVATE_SECONDS, expected=["price_changed"]
    )
    cast.story.report(viewer.name, "invites at the price they saw, and is told the new one", coins=0)
    seen = invitations.price_of(session, quality="sd", seconds=PRIVATE_SECONDS)
    told = refused.code == "price_changed" and refused.body["price"] == seen * RAISED
    cast.story.check("nobody pays a price that they did not see", holds=told and viewer.balance == before)


def _give_ticket_back(cast: Cast, session: Body) -> Body:
    buyers = cast.viewers[:3]
    target = acts.TICKET_PRICE * 2
    funding = acts.sell_tickets(cast, session=session, title="Tickets", target=target, seconds=60)
    bought = acts.buy(cast, buyers[0], funding=funding)
    _give_back(cast, buyers[0], funding, bought)
    acts.wait_for_refund(cast, buyers[0], escrow_id=acts.escrow_of(funding))
    given = acts.wait_for_goal(cast, funding, what="the ticket to be taken off", holds=lambda g: g["progress"] == 0)
    cast.story.report(buyers[0].name, "gives the ticket back", coins=acts.TICKET_PRICE, goal=given)
    kept = [acts.buy(cast, viewer, funding=funding) for viewer in buyers[1:]]
    reached = acts.wait_for_goal(cast, funding, what="the sale to close", holds=lambda g: not g["active"])
    cast.story.report("", "the target is reached without it", goal=reached)
    refused = _give_back(cast, buyers[1], funding, kept[0], expected="sale_reached")
    cast.story.check("a ticket of a sale that was reached stays sold", holds=refused.code == "sale_reached")
    return funding


def _give_back(cast: Cast, viewer: Person, funding: Body, receipt: Answer, *, expected: str = "") -> Answer:
    transfer_id = receipt.body["transfer"]["transfer_id"]
    path = f"/goals/{funding['id']}/contributions/{transfer_id}"
    return viewer.call("DELETE", path, expected=[expected] if expected else [])
