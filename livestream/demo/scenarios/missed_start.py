"""Sales without a show: one is forgotten, one is called off. Everybody is refunded in full."""

from __future__ import annotations

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.registry import scenario
from livestream.demo.server import Body

START_WITHIN_SECONDS, SOLD_SECONDS = 3, 60


@scenario(name="missed-start", title="A missed start: tickets are sold, and the show does not take place")
def play_missed_start(cast: Cast) -> None:
    """Miss the promised start of one show, and call another one off."""
    before = cast.balances()
    session = acts.go_live(cast, title="Stage fright")
    forgotten = _sell_out(cast, session, title="Soon", start_within=START_WITHIN_SECONDS)
    cast.story.aside(f"the show has to start within {START_WITHIN_SECONDS} s, and does not")
    _check_refund(cast, forgotten, because="not_started")
    called_off = _sell_out(cast, session, title="Later", start_within=600)
    _refuse_shorter_show(cast, session, called_off)
    cast.streamer.call("DELETE", f"/goals/{called_off['id']}", {}, expected=["goal_not_active"])
    cast.story.report("streamer", "calls the show off")
    _check_refund(cast, called_off, because="cancelled")
    cast.story.check("everybody has as many coins as before", holds=cast.balances() == before)
    acts.end_session(cast, session=session)


def _sell_out(cast: Cast, session: Body, *, title: str, start_within: int) -> Body:
    buyers = cast.viewers[:2]
    funding = acts.sell_tickets(
        cast,
        session=session,
        title=title,
        target=acts.TICKET_PRICE * len(buyers),
        seconds=60,
        show_seconds=SOLD_SECONDS,
        start_within=start_within,
    )
    for viewer in buyers:
        acts.buy(cast, viewer, funding=funding)
    reached = acts.wait_for_goal(cast, funding, what="the sale to close", holds=lambda g: not g["active"])
    cast.story.report("", "the target is reached", goal=reached)
    cast.story.check("the sale says by when its show starts", holds="start_by" in reached["terms"])
    return reached


def _refuse_shorter_show(cast: Cast, session: Body, funding: Body) -> None:
    body = acts.show_body(session=session, funding=funding, title="One second of fame", seconds=1)
    code = "shorter_than_sold"
    refused = cast.streamer.call("POST", "/goals?type=show", body, expected=[code])
    cast.story.report("streamer", f"tries to make a show of 1 s, but has sold {SOLD_SECONDS} s")
    cast.story.check("a show must be as long as it was sold", holds=refused.code == code)


def _check_refund(cast: Cast, funding: Body, *, because: str) -> None:
    def settled(goal: Body) -> bool:
        return bool(goal["ended_because"] == because)

    seen = acts.wait_for_goal(cast, funding, what=f"the sale to end as {because}", holds=settled)
    cast.story.check(f"the sale has ended because it was {because.replace('_', ' ')}", holds=settled(seen))
    for viewer in cast.viewers[:2]:
        acts.wait_for_refund(cast, viewer, escrow_id=acts.escrow_of(funding))
        cast.story.report(viewer.name, "gets everything back", coins=acts.TICKET_PRICE)
