"""Steps with invitations that several scenarios share."""

from __future__ import annotations

import time

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.people import Person
from livestream.demo.server import Answer, Body

PRICES = {"sd": 600, "exclusive": 1_200}
_ANSWER_WITHIN_SECONDS = 60


def escrow_of(goal: Body) -> str:
    """Return the id of the escrow that an invitation is paid into."""
    return f"{goal['type'].replace('-', '_')}:{goal['id']}"


def invite(
    cast: Cast, viewer: Person, *, session: Body, kind: str, seconds: int, expected: list[str] | None = None
) -> Answer:
    """Invite the streamer (`kind` is private or exclusive) for `seconds`, or join who did."""
    before = viewer.balance
    body = {"exp": int(time.time()) + _ANSWER_WITHIN_SECONDS, "duration": seconds}
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


def wait_for_coins(cast: Cast, person: Person, *, goal: Body, coins: int, what: str) -> None:
    """Wait until `coins` net came to a person through an invitation's escrow, and report the last of them."""
    escrow_id = escrow_of(goal)
    before = person.moved_through(escrow_id=escrow_id)
    cast.server.until(lambda: person.moved_through(escrow_id=escrow_id) == coins, what=what)
    cast.story.report(person.name, what, coins=coins - before or None)
