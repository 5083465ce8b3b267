"""A private show that the streamer ends early: the block of each payer is split by the second."""

from __future__ import annotations

import time

from livestream.demo import acts, invitations
from livestream.demo.cast import Cast
from livestream.demo.registry import scenario
from livestream.demo.server import Body

# At 500 coins a minute a share is not a whole number of coins, so that the demo shows the rounding.
PRICES = {"sd": 500}
SHORT_SECONDS, LONG_SECONDS, PERFORMED_SECONDS = 20, 45, 3.2


@scenario(name="cut-short", title="Cut short: of a private show, each viewer pays for what was performed")
def play_cut_short(cast: Cast) -> None:
    """Agree to two viewers who pay for different durations, and end the private show early."""
    session = acts.go_live(cast, title="Not for long", prices=PRICES)
    invitations.enter_stream(cast)
    blocks = dict(zip(cast.viewers[:2], (SHORT_SECONDS, LONG_SECONDS), strict=True))
    prices = {viewer: invitations.price_of(session, quality="sd", seconds=block) for viewer, block in blocks.items()}
    before = cast.balances()
    for viewer, block in blocks.items():
        goal = invitations.invite(cast, viewer, session=session, kind="private", seconds=block).body
    paid = {viewer: before[viewer.name] - viewer.balance for viewer in blocks}
    cast.story.check("each pays for the duration that they asked for", holds=paid == prices)
    invitations.answer(cast, goal, agree=True)
    ended = _end_early(cast, goal)
    shares = {viewer: prices[viewer] * ended["progress"] // block for viewer, block in blocks.items()}
    earned = sum(shares.values())
    told = f"is paid for {ended['progress']} s by both viewers"
    invitations.wait_for_coins(cast, cast.streamer, goal=goal, coins=earned, what=told)
    for viewer, block in blocks.items():
        told = f"has paid for {ended['progress']} of {block} s, and gets the rest back"
        invitations.wait_for_coins(cast, viewer, goal=goal, coins=-shares[viewer], what=told, paid=prices[viewer])
    acts.end_session(cast, session=session)
    invitations.leave_stream(cast)


def _end_early(cast: Cast, goal: Body) -> Body:
    time.sleep(PERFORMED_SECONDS)  # a performance takes the time it takes
    cast.streamer.call("DELETE", f"/goals/{goal['id']}", {}, expected=["goal_not_active"])
    ended = cast.streamer.get(f"/goals/{goal['id']}")
    cast.story.report("streamer", "ends the private show", goal=ended)
    cast.story.check("the private show's outcome is a split", holds=ended["outcome"] == "split")
    return ended
