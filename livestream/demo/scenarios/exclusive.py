"""A 1-on-1 that the streamer cuts short: by the second, each side gets its part."""

from __future__ import annotations

import time

from livestream.demo import acts, invitations
from livestream.demo.cast import Cast
from livestream.demo.registry import scenario
from livestream.demo.server import Body

PREPAID_SECONDS, PERFORMED_SECONDS = 10, 3.2


@scenario(name="exclusive", title="A 1-on-1 cut short: the streamer is paid for what was performed")
def play_exclusive(cast: Cast) -> None:
    """Agree to one of two viewers, perform a part, and split what was prepaid."""
    session = acts.go_live(cast, title="Just the two of us", prices=invitations.PRICES)
    chosen, other = cast.viewers[:2]
    trigger = invitations.invite(cast, chosen, session=session, kind="exclusive", seconds=PREPAID_SECONDS).body
    superseded = invitations.invite(cast, other, session=session, kind="exclusive", seconds=PREPAID_SECONDS).body
    agreed = invitations.answer(cast, trigger, agree=True)
    invitations.wait_for_coins(cast, other, goal=superseded, coins=0, what="was not chosen and gets everything back")
    _refuse_others(cast, session)
    goal = cast.streamer.get(f"/goals/{agreed['context']['exclusive_goal_id']}")
    ended = _perform_a_part(cast, goal)
    price = -(-invitations.PRICES["exclusive"] * PREPAID_SECONDS // 60)
    share = price * ended["progress"] // PREPAID_SECONDS
    told = f"is paid for {ended['progress']} of {PREPAID_SECONDS} s"
    invitations.wait_for_coins(cast, cast.streamer, goal=trigger, coins=share, what=told)
    invitations.wait_for_coins(cast, chosen, goal=trigger, coins=-share, what="has paid no more than that")
    acts.end_session(cast, session=session)


def _refuse_others(cast: Cast, session: Body) -> None:
    code = "exclusive_in_progress"
    refused = invitations.invite(
        cast, cast.viewers[2], session=session, kind="private", seconds=PREPAID_SECONDS, expected=[code]
    )
    cast.story.check("nobody else can invite during the 1-on-1", holds=refused.code == code)


def _perform_a_part(cast: Cast, goal: Body) -> Body:
    on_stage = {"goal_id": goal["id"], "user_id": cast.streamer.id}
    cast.stage.enters(**on_stage)
    acts.wait_for_goal(cast, goal, what="the 1-on-1 to begin", holds=lambda g: "started" in g["context"])
    cast.story.report("streamer", "enters the stage", goal=goal)
    time.sleep(PERFORMED_SECONDS)  # a performance takes the time it takes
    cast.stage.leaves(**on_stage)
    acts.wait_for_goal(cast, goal, what="the pause", holds=lambda g: "paused" in g["context"])
    cast.streamer.call("DELETE", f"/goals/{goal['id']}", {}, expected=["goal_not_active"])
    ended = cast.streamer.get(f"/goals/{goal['id']}")
    cast.story.report("streamer", "ends the 1-on-1 early", goal=ended)
    cast.story.check("the 1-on-1's outcome is a split", holds=ended["outcome"] == "split")
    return ended
