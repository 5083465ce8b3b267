"""Steps with invitations that several scenarios share."""

from __future__ import annotations

import time

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.server import Answer, Body

PRICES = {"sd": 600, "exclusive": 1_200}
_ANSWER_WITHIN_SECONDS = 60
_QUALITIES = {"private": "sd", "exclusive": "exclusive"}


def escrow_of(goal: Body) -> str:
    """Return the id of the escrow that an invitation is paid into."""
    return f"{goal['type'].replace('-', '_')}:{goal['id']}"


def price_of(session: Body, *, quality: str, seconds: int) -> int:
    """Return the coins that `seconds` cost at the session's prices."""
    return -(-int(session["prices"][quality]) * seconds // 60)


def enter_stream(cast: Cast) -> None:
    """Have the streamer join their own stream, where the seconds of a private show are performed."""
    cast.stage.enters_stream(streamer_id=cast.streamer.id)
    cast.story.report("streamer", "joins the stream")


def leave_stream(cast: Cast) -> None:
    """Have the streamer leave it."""
    cast.stage.leaves_stream(streamer_id=cast.streamer.id)
    cast.story.report("streamer", "leaves the stream")


def invite(
    cast: Cast, viewer: Person, *, session: Body, kind: str, seconds: int, expected: list[str] | None = None
) -> Answer:
    """Invite the streamer (`kind` is private or exclusive) for `seconds`, or join who did.

    The viewer pays at most the price that `session` shows.
    """
    before = viewer.balance
    body = {
        "exp": int(time.time()) + _ANSWER_WITHIN_SECONDS,
        "duration": seconds,
        "max_price": price_of(session, quality=_QUALITIES[kind], seconds=seconds),
    }
    path = f"/sessions/{session['id']}/trigger_{kind}"
    answer = viewer.call("POST", path, body, key=acts.new_key(), expected=expected or [])
    if answer.status == 202:
        what = f"invites the streamer to {seconds} s {'1-on-1' if kind == 'exclusive' else 'in private'}"
        cast.story.report(viewer.name, what, coins=viewer.balance - before)
    return answer


def answer(cast: Cast, goal: Body, *, agree: bool) -> Body:
    """Let the streamer agree to an invitation, or decline it."""
    expected = ["goal_not_active"]  # an outage may have swallowed the first answer
    cast.streamer.call("DELETE", f"/goals/{goal['id']}", {"agree": agree}, expected=expected)
    cast.story.report("streamer", "agrees" if agree else "declines")
    return cast.streamer.get(f"/goals/{goal['id']}")


def wait_for_coins(cast: Cast, person: Person, *, goal: Body, coins: int, what: str, paid: int | None = None) -> None:
    """Wait until a person has received `coins` net through an invitation's escrow, and report the change.

    For a person who `paid` before, the change is counted from that payment.
    """
    escrow_id = escrow_of(goal)
    before = person.moved_through(escrow_id=escrow_id) if paid is None else -paid
    cast.server.until(lambda: person.moved_through(escrow_id=escrow_id) == coins, what=what)
    cast.story.report(person.name, what, coins=coins - before or None)
