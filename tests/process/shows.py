"""Shows for the tests of processes, played over REST and webhooks."""

from __future__ import annotations

from collections.abc import Mapping

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.server import Body

_NEVER_REACHED = 10**9


def open_session(cast: Cast) -> Body:
    """Return the streamer's active session, opened where there is none."""
    return acts.go_live(cast, title="Processes")


def open_sale(cast: Cast, *, seconds: int) -> Body:
    """Sell tickets for `seconds`: the target is more than anybody pays."""
    session = open_session(cast)
    return acts.sell_tickets(cast, session=session, title=acts.new_key(), target=_NEVER_REACHED, seconds=seconds)


def funded_show(cast: Cast, *, seconds: int, tickets: Mapping[Person, int]) -> tuple[Body, Body]:
    """Sell the tickets (how many by viewer) and make the show; returns funding goal and show."""
    session = open_session(cast)
    target = acts.TICKET_PRICE * sum(tickets.values())
    funding = acts.sell_tickets(cast, session=session, title=acts.new_key(), target=target, seconds=600)
    for viewer, quantity in tickets.items():
        contribute(viewer, funding, quantity=quantity, key=acts.new_key())
    acts.wait_for_goal(cast, funding, what="the sale to close", holds=lambda goal: not goal["active"])
    return funding, acts.make_show(cast, session=session, funding=funding, title=acts.new_key(), seconds=seconds)


def play_to_the_end(cast: Cast, *, seconds: int, tickets: Mapping[Person, int]) -> tuple[Body, Body]:
    """Play a funded show, with the streamer on stage all the time."""
    funding, show = funded_show(cast, seconds=seconds, tickets=tickets)
    cast.stage.enters(goal_id=show["id"], user_id=cast.streamer.id)
    done = acts.wait_for_goal(cast, show, what="the end of the show", holds=lambda goal: goal["state"] == "ended")
    return funding, done


def contribute(viewer: Person, funding: Body, *, quantity: int, key: str) -> Body:
    """Buy tickets and return the receipt."""
    path = f"/goals/{funding['id']}/contributions"
    return viewer.call("POST", path, {"quantity": quantity}, key=key).body
