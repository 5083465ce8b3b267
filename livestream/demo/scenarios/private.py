"""Invitations to a private show: one is accepted and joined, one is declined."""

from __future__ import annotations

from livestream.demo import acts, invitations
from livestream.demo.cast import Cast
from livestream.demo.registry import scenario

PRIVATE_SECONDS = 5


@scenario(name="private", title="A private show: one viewer invites, another joins, the streamer agrees")
def play_private(cast: Cast) -> None:
    """Play a private show from the invitation to the payout."""
    session = acts.go_live(cast, title="After midnight", prices=invitations.PRICES)
    invitations.enter_stream(cast)
    first, second = cast.viewers[:2]
    invited = invitations.invite(cast, first, session=session, kind="private", seconds=PRIVATE_SECONDS).body
    joined = invitations.invite(cast, second, session=session, kind="private", seconds=PRIVATE_SECONDS).body
    cast.story.check("an ongoing invitation is joined, not made twice", holds=invited["id"] == joined["id"])
    invitations.answer(cast, invited, agree=True)
    preset = cast.streamer.get(f"/sessions/{session['id']}")["preset"]
    cast.story.check("the session is private while it lasts", holds=preset == "private")
    _check_tokens(cast, session["id"])
    done = acts.wait_for_goal(cast, invited, what="the private show to end", holds=lambda g: g["state"] == "ended")
    cast.story.report("", "the last second is performed", goal=done)
    cast.story.check("the invitation's outcome is agreed", holds=done["outcome"] == "agreed")
    earned = 2 * invitations.price_of(session, quality="sd", seconds=PRIVATE_SECONDS)
    invitations.wait_for_coins(cast, cast.streamer, goal=invited, coins=earned, what="is paid by both viewers")
    acts.end_session(cast, session=session)
    invitations.leave_stream(cast)


@scenario(name="declined", title="A declined invitation: the viewer gets everything back")
def play_declined(cast: Cast) -> None:
    """Decline an invitation, and be asked again too early."""
    session = acts.go_live(cast, title="Not tonight", prices=invitations.PRICES)
    viewer = cast.viewers[0]
    goal = invitations.invite(cast, viewer, session=session, kind="private", seconds=PRIVATE_SECONDS).body
    ended = invitations.answer(cast, goal, agree=False)
    cast.story.check("the invitation's outcome is a refund", holds=ended["outcome"] == "refunded")
    invitations.wait_for_coins(cast, viewer, goal=goal, coins=0, what="gets everything back")
    code = "livestream_trigger_quota_exceeded"
    again = invitations.invite(
        cast, cast.viewers[1], session=session, kind="private", seconds=PRIVATE_SECONDS, expected=[code]
    )
    cast.story.check("nobody can ask again before the cooldown is over", holds=again.code == code)
    acts.end_session(cast, session=session)


def _check_tokens(cast: Cast, session_id: str) -> None:
    paid, unpaid = cast.viewers[0], cast.viewers[2]
    path = f"/sessions/{session_id}/token?quality=sd"
    refused = unpaid.call("GET", path, expected=["not_authorized_for_quality"])
    watches = paid.call("GET", path).status == 200 and refused.status == 403
    cast.story.check("only viewers who paid may watch", holds=watches)
