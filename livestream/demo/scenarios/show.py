"""A funded show: tickets, stage, payout."""

from __future__ import annotations

import time
from http import HTTPStatus

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.registry import scenario
from livestream.demo.server import Body

TARGET_COINS, SHOW_SECONDS, FIRST_PART_SECONDS = 1_000, 6, 2.2


@scenario(name="show", title="A funded show: the audience pays, the streamer performs and is paid")
def play_show(cast: Cast) -> None:
    """Play a show from the first ticket to the payout."""
    before = cast.balances()
    session = acts.go_live(cast, title="An evening at the piano")
    funding = _sell_out(cast, session)
    show = acts.make_show(cast, session=session, funding=funding, title="Proceed", seconds=SHOW_SECONDS)
    late = acts.buy(cast, cast.viewers[0], funding=funding, what="buys a late ticket")
    cast.story.check("tickets are sold for as long as the show runs", holds=late.status == HTTPStatus.CREATED)
    _perform(cast, show)
    _check_payout(cast, funding, before)
    acts.report_log(cast, goal=show)
    acts.end_session(cast, session=session)


def _sell_out(cast: Cast, session: Body) -> Body:
    funding = acts.sell_tickets(
        cast, session=session, title="Tickets", target=TARGET_COINS, seconds=60, show_seconds=SHOW_SECONDS
    )
    key = acts.new_key()
    first = acts.buy(cast, cast.viewers[0], funding=funding, key=key)
    _repeat(cast, funding, key, first.body)
    for viewer in cast.viewers[1:]:
        acts.buy(cast, viewer, funding=funding)
    reached = acts.wait_for_goal(cast, funding, what="the funding goal to close", holds=lambda g: not g["active"])
    cast.story.report("", "the target is reached, and the sale closes", goal=reached)
    cast.story.check("the funding goal is completed", holds=reached["outcome"] == "completed")
    return reached


def _repeat(cast: Cast, funding: Body, key: str, first: Body) -> None:
    viewer = cast.viewers[0]
    balance = viewer.balance
    path = f"/goals/{funding['id']}/contributions"
    again = viewer.call("POST", path, acts.ticket(funding), key=key)
    cast.story.report(viewer.name, "sends the same purchase again, with the same key", coins=0)
    same = again.body["transfer"]["transfer_id"] == first["transfer"]["transfer_id"]
    cast.story.check("the first receipt comes back and nothing is paid twice", holds=same and viewer.balance == balance)


def _perform(cast: Cast, show: Body) -> None:
    on_stage = {"goal_id": show["id"], "user_id": cast.streamer.id}
    cast.stage.enters(**on_stage)
    seen = acts.wait_for_goal(cast, show, what="the show to begin", holds=lambda g: "started" in g["context"])
    cast.story.report("streamer", "enters the stage", goal=seen)
    time.sleep(FIRST_PART_SECONDS)  # the streamer plays; a show takes the time it takes
    _pause(cast, show, on_stage)
    done = acts.wait_for_goal(cast, show, what="the end of the show", holds=lambda g: g["state"] == "ended")
    cast.story.report("", "the last second is performed", goal=done)
    fulfilled = done["outcome"] == "completed" and done["progress"] == SHOW_SECONDS
    cast.story.check("the show is completed while the streamer is still on stage", holds=fulfilled)
    cast.stage.leaves(**on_stage)


def _pause(cast: Cast, show: Body, on_stage: dict[str, str]) -> None:
    """Leave the stage and return, each reported twice: no second may count twice."""
    cast.stage.leaves(**on_stage)
    paused = acts.wait_for_goal(cast, show, what="the pause", holds=lambda g: g["progress"] > 0)
    cast.story.report("streamer", "leaves for a sip of water", goal=paused)
    cast.stage.repeats()
    returned_at = time.time()
    cast.stage.enters(**on_stage)
    cast.stage.repeats()
    again = acts.wait_for_goal(cast, show, what="the return", holds=lambda g: "paused" not in g["context"])
    cast.story.report("streamer", "returns; Pusher reports both twice", goal=again)
    counted = again["progress"] - paused["progress"]
    # Whole seconds are counted: a fraction from before the pause can complete one more after it.
    at_most = time.time() - returned_at + 1
    cast.story.check("a repeated webhook counts no second twice", holds=counted <= at_most)


def _check_payout(cast: Cast, funding: Body, before: dict[str, int]) -> None:
    streamer, escrow_id = cast.streamer, acts.escrow_of(funding)
    paid_in = sum(_paid_in(cast, funding).values())
    cast.server.until(lambda: streamer.moved_through(escrow_id=escrow_id) >= paid_in, what="the payout")
    after = cast.balances()
    earned = after["streamer"] - before["streamer"]
    cast.story.report("streamer", "is paid what all tickets brought in", coins=earned)
    spent = sum(before[viewer.name] - after[viewer.name] for viewer in cast.viewers)
    kept = earned == paid_in == spent == acts.TICKET_PRICE * (len(cast.viewers) + 1)
    cast.story.check(f"the streamer has {paid_in:,} coins more, the viewers as many less", holds=kept)


def _paid_in(cast: Cast, funding: Body) -> dict[str, int]:
    """Return what was paid for a funding goal, in coins by transfer."""
    rows = cast.streamer.get(f"/goals/{funding['id']}/contributions", page_size="100")["results"]
    return {row["transfer_id"]: row["amount"] for row in rows}
