"""Blocked viewers: they are refunded what they may no longer watch, to the second."""

from __future__ import annotations

import time
from http import HTTPStatus

from livestream.demo import acts, invitations
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.registry import scenario
from livestream.demo.server import Body

SHOW_SECONDS, PRIVATE_SECONDS, PERFORMED_SECONDS = 6, 30, 2.2


@scenario(name="blocked", title="Blocked: nobody pays for what they are kept from")
def play_blocked(cast: Cast) -> None:
    """Block a ticket holder of a running show, then one of two payers of a private show."""
    session = acts.go_live(cast, title="House rules", prices=invitations.PRICES)
    blocked, stays = cast.viewers[:2]
    _play_show(cast, session, blocked=blocked, stays=stays)
    blocked, stays = cast.viewers[2:4]
    _play_private(cast, session, blocked=blocked, stays=stays)
    acts.end_session(cast, session=session)
    for viewer in (cast.viewers[0], cast.viewers[2]):
        cast.streamer.call("DELETE", f"/users/me/blocks/{viewer.id}")
    cast.story.report("streamer", "unblocks both")


def _play_show(cast: Cast, session: Body, *, blocked: Person, stays: Person) -> None:
    funding, show = _make_show(cast, session, blocked, stays)
    on_stage = {"goal_id": show["id"], "user_id": cast.streamer.id}
    cast.stage.enters(**on_stage)
    acts.wait_for_goal(cast, show, what="the show to begin", holds=lambda g: "started" in g["context"])
    cast.stage.leaves(**on_stage)
    paused = acts.wait_for_goal(cast, show, what="the pause", holds=lambda g: "paused" in g["context"])
    cast.story.report("streamer", "interrupts the show", goal=paused)
    _block(cast, blocked)
    acts.wait_for_refund(cast, blocked, escrow_id=acts.escrow_of(funding))
    cast.story.report(blocked.name, "gets the ticket's price back", coins=acts.TICKET_PRICE)
    refused = _may_watch(session, blocked) == HTTPStatus.FORBIDDEN
    admitted = _may_watch(session, stays) == HTTPStatus.OK
    cast.story.check("the blocked viewer may not watch, and the other viewer still may", holds=refused and admitted)
    cast.stage.enters(**on_stage)
    done = acts.wait_for_goal(cast, show, what="the end of the show", holds=lambda g: g["state"] == "ended")
    cast.story.report("streamer", "performs the rest of it", goal=done)
    cast.stage.leaves(**on_stage)
    cast.story.check("a sale that was reached stays reached", holds=done["outcome"] == "completed")
    moved = cast.streamer.moved_through
    cast.server.until(lambda: moved(escrow_id=acts.escrow_of(funding)) == acts.TICKET_PRICE, what="the payout")
    cast.story.report("streamer", "is paid for the other viewer's ticket", coins=acts.TICKET_PRICE)


def _make_show(cast: Cast, session: Body, *buyers: Person) -> tuple[Body, Body]:
    funding = acts.sell_tickets(
        cast,
        session=session,
        title="Tickets",
        target=acts.TICKET_PRICE * len(buyers),
        seconds=60,
        show_seconds=SHOW_SECONDS,
    )
    for viewer in buyers:
        acts.buy(cast, viewer, funding=funding)
    acts.wait_for_goal(cast, funding, what="the sale to close", holds=lambda g: not g["active"])
    show = acts.make_show(cast, session=session, funding=funding, title="With manners", seconds=SHOW_SECONDS)
    return funding, show


def _play_private(cast: Cast, session: Body, *, blocked: Person, stays: Person) -> None:
    invitations.enter_stream(cast)
    for viewer in (blocked, stays):
        goal = invitations.invite(cast, viewer, session=session, kind="private", seconds=PRIVATE_SECONDS).body
    invitations.answer(cast, goal, agree=True)
    time.sleep(PERFORMED_SECONDS)  # a performance takes the time it takes
    invitations.leave_stream(cast)
    paused = acts.wait_for_goal(cast, goal, what="the pause", holds=lambda g: g["progress"] > 0)
    _block(cast, blocked)
    price = invitations.price_of(session, quality="sd", seconds=PRIVATE_SECONDS)
    _check_share(cast, blocked, goal, price=price, seconds=paused["progress"])
    running = cast.streamer.get(f"/goals/{goal['id']}")
    cast.story.check("the private show goes on for the other viewer", holds=running["active"])
    cast.streamer.call("DELETE", f"/goals/{goal['id']}", {}, expected=["goal_not_active"])
    ended = cast.streamer.get(f"/goals/{goal['id']}")
    cast.story.report("streamer", "ends it", goal=ended)
    _check_share(cast, stays, goal, price=price, seconds=ended["progress"])


def _check_share(cast: Cast, viewer: Person, goal: Body, *, price: int, seconds: int) -> None:
    share = price * seconds // PRIVATE_SECONDS
    told = f"has paid for {seconds} of {PRIVATE_SECONDS} s, and gets the rest back"
    invitations.wait_for_coins(cast, viewer, goal=goal, coins=-share, what=told, paid=price)


def _block(cast: Cast, viewer: Person) -> None:
    cast.streamer.call("PUT", f"/users/me/blocks/{viewer.id}")
    cast.story.report("streamer", f"blocks {viewer.name}")


def _may_watch(session: Body, viewer: Person) -> int:
    """Return the status with which a viewer's call for a token is answered."""
    path = f"/sessions/{session['id']}/token?quality=sd"
    return viewer.call("GET", path, expected=["blocked_by_streamer"]).status
