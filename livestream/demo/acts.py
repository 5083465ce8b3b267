"""Steps that several scenarios share."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.server import Answer, Body
from livestream.events.contracts import FUNDING, SHOW

TICKET, TICKET_PRICE = "livestream-show-ticket_200", 200
_TICKET_CONTEXT = {"ticket_product_id": TICKET, "ticket_product_type": SHOW}


def escrow_of(funding: Body) -> str:
    """Return the id of the escrow that the tickets of a show are paid into."""
    return f"show_funding:{funding['id']}"


def go_live(cast: Cast, *, title: str, prices: dict[str, int] | None = None) -> Body:
    """Open a session and start it; `prices` are coins a minute by quality."""
    streamer = cast.streamer
    body = {"title": title, "prices": prices or {}}
    opened = streamer.call("POST", "/sessions", body, expected=["session_already_active"]).body
    session_id = opened.get("session_id") or opened["id"]  # an outage may have swallowed the first answer
    streamer.call("POST", f"/sessions/{session_id}/start", expected=["session_already_started"])
    cast.story.report("streamer", f"opens the session “{title}” and goes live")
    return streamer.get(f"/sessions/{session_id}")


def end_session(cast: Cast, *, session: Body) -> None:
    """End the session, twice: the second call does nothing.

    The two answers are not compared whole, because the goals in them change while their money
    is being settled.
    """
    path = f"/sessions/{session['id']}"
    ended = cast.streamer.call("DELETE", path).body
    again = cast.streamer.call("DELETE", path).body
    cast.story.report("streamer", "ends the session")
    once = not ended["active"] and not again["active"] and again["statuses"] == ended["statuses"]
    cast.story.check("a session ends once, however often it is asked to", holds=once)


def sell_tickets(
    cast: Cast,
    *,
    session: Body,
    title: str,
    target: int,
    seconds: int,
    show_seconds: int = 1,
    start_within: int | None = None,
) -> Body:
    """Open a funding goal of `target` coins that ends after `seconds`.

    It promises a show of at least `show_seconds`, which starts within `start_within` seconds after
    the sale has reached its target and closed; the server's setting is the default.
    """
    terms = {"duration": show_seconds} | ({"start_within": start_within} if start_within else {})
    body = {
        "session_id": session["id"],
        "levels": [{"title": title, "target": target}],
        "exp": int(time.time()) + seconds,
        "context": _TICKET_CONTEXT,
        "terms": terms,
    }
    goal = _create_goal(cast, FUNDING, session, body)
    what = f"sells tickets at {goal['terms']['price']} coins, for {seconds} s"
    cast.story.report("streamer", what, goal=goal)
    return goal


def make_show(cast: Cast, *, session: Body, funding: Body, title: str, seconds: int) -> Body:
    """Make the show that a funding goal paid for: `seconds` to perform."""
    body = show_body(session=session, funding=funding, title=title, seconds=seconds)
    goal = _create_goal(cast, SHOW, session, body)
    cast.story.report("streamer", f"makes the show, {seconds} s long", goal=goal)
    return goal


def show_body(*, session: Body, funding: Body, title: str, seconds: int) -> Body:
    """Return what a client sends to create a show of `seconds`."""
    return {
        "levels": [{"title": title, "target": seconds}],
        "context": {**_TICKET_CONTEXT, "funding_goal_id": funding["id"], "session_id": session["id"]},
    }


def ticket(funding: Body) -> Body:
    """Return what a client sends to buy one ticket at no more than the price that the sale shows."""
    return {"quantity": 1, "max_price": funding["terms"]["price"]}


def buy(
    cast: Cast,
    viewer: Person,
    *,
    funding: Body,
    key: str = "",
    what: str = "buys a ticket",
    may_be_closed: bool = False,
) -> Answer:
    """Buy one ticket; where it `may_be_closed`, the sale may refuse it."""
    answer = viewer.call(
        "POST",
        f"/goals/{funding['id']}/contributions",
        ticket(funding),
        key=key or new_key(),
        expected=["escrow_closed"] if may_be_closed else [],
    )
    if answer.status == 201:
        goal = funding | {"progress": answer.body["progress"]}
        cast.story.report(viewer.name, what, coins=-answer.body["transfer"]["amount"], goal=goal)
    else:
        cast.story.report(viewer.name, "comes too late for a ticket, and pays nothing", coins=0)
    return answer


def new_key() -> str:
    """Make an Idempotency-Key."""
    return secrets.token_hex(12)


def wait_for_goal(cast: Cast, goal: Body, *, what: str, holds: Callable[[Body], bool], seconds: float = 30) -> Body:
    """Read a goal until `holds` returns True for it, and return it."""

    def look() -> Body | None:
        seen = cast.streamer.get(f"/goals/{goal['id']}")
        return seen if holds(seen) else None

    return cast.server.until(look, what=what, seconds=seconds) or goal


def wait_for_refund(cast: Cast, viewer: Person, *, escrow_id: str) -> None:
    """Wait until a viewer has been refunded everything that they paid into an escrow."""
    cast.server.until(
        lambda: viewer.moved_through(escrow_id=escrow_id) == 0,
        what=f"the refund of {viewer.name}",
    )


def report_log(cast: Cast, *, goal: Body) -> None:
    """Report which events the server logged for a goal, in order."""
    events = cast.streamer.get(f"/goals/{goal['id']}/events", page_size="100")["results"]
    names = [event["name"] for event in events]
    told = [name if (n := names.count(name)) == 1 else f"{name} x {n}" for name in dict.fromkeys(names)]
    cast.story.aside(f"logged of this {goal['type']}: {', '.join(told)}")


def _create_goal(cast: Cast, goal_type: str, session: Body, body: Body) -> Body:
    title = body["levels"][0]["title"]

    def already() -> Body | None:
        made = cast.streamer.get("/goals", session=session["id"], type=goal_type)["results"]
        return next((goal for goal in made if goal["levels"][0]["title"] == title), None)

    return cast.streamer.call("POST", f"/goals?type={goal_type}", body, already=already).body
