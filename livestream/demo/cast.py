"""The users of a demo, signed in, with coins, and without goals or sessions of an earlier demo."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from livestream.demo.people import Person
from livestream.demo.server import Server
from livestream.demo.stage import ChannelStage, Stage
from livestream.demo.story import Story
from livestream.demo.webhook_stage import WebhookStage

VIEWERS = 5
_TOO_FEW, _REFILL = 1_000, 10_000


@dataclass(frozen=True, slots=True)
class Cast:
    """The users and clients that a scenario needs."""

    story: Story
    server: Server
    stage: Stage
    streamer: Person
    viewers: list[Person]
    support: Person

    def balances(self) -> dict[str, int]:
        """Return everybody's coins by name."""
        return {person.name: person.balance for person in (self.streamer, *self.viewers)}


def assemble(*, server: Server, story: Story, key: str, secret: str, realtime: str | None = None) -> Cast:
    """Sign everybody in, clear what an earlier demo left behind, and fill empty wallets.

    `realtime` is the address of a realtime server, whose channels the streamer joins. Without one,
    webhooks made by hand say that they did.
    """
    story.chapter("The cast signs in")
    streamer = Person(server=server, name="streamer")
    by_hand = WebhookStage(server=server, key=key, secret=secret)
    cast = Cast(
        story=story,
        server=server,
        stage=ChannelStage(performer=streamer, address=realtime, repeating=by_hand) if realtime else by_hand,
        streamer=streamer,
        viewers=[Person(server=server, name=f"viewer{number}") for number in range(1, VIEWERS + 1)],
        support=Person(server=server, name="support"),
    )
    _clear_stage(cast)
    _unblock(cast)
    _fill_wallets(cast)
    held = ", ".join(f"{name} {coins:,}" for name, coins in cast.balances().items())
    story.aside(f"coins: {held}")
    return cast


def _clear_stage(cast: Cast) -> None:
    """End the goals and the session that are still active, and wait until their money is at rest."""
    streamer = cast.streamer
    goals = streamer.get("/goals", streamer=streamer.id, active="true", page_size="100")["results"]
    sessions = streamer.get("/sessions", streamer=streamer.id, active="true")["results"]
    for goal in goals:
        answer = {"agree": False} if goal["type"].startswith("trigger-") else {}
        # One that was agreed to ends with the session.
        streamer.call("DELETE", f"/goals/{goal['id']}", answer, expected=["goal_not_active", "already_agreed"])
        cast.story.report("streamer", f"ends a {goal['type']} goal that was left over", goal=goal)
    for session in sessions:
        streamer.call("DELETE", f"/sessions/{session['id']}")
        cast.story.report("streamer", "ends a session that was left over")
    if goals or sessions:
        cast.server.until(lambda: _at_rest(cast), what="the left-over goals to be settled")


def _at_rest(cast: Cast) -> bool:
    earnings = cast.streamer.get("/wallet/earnings", page_size="100")["results"]
    if any(earning["state"] == "pending" for earning in earnings):
        return False
    before = cast.balances()  # reading seven wallets takes longer than the last step of a settlement
    return before == cast.balances() == cast.balances()


def _unblock(cast: Cast) -> None:
    """Unblock the viewers whom an interrupted demo left blocked."""
    tag = f"blocked-by:{cast.streamer.id}"
    for viewer in cast.viewers:
        if tag in viewer.get("/users/me")["tags"]:
            cast.streamer.call("DELETE", f"/users/me/blocks/{viewer.id}")
            cast.story.report("streamer", f"unblocks {viewer.name}")


def _fill_wallets(cast: Cast) -> None:
    for viewer in cast.viewers:
        if viewer.balance >= _TOO_FEW:
            continue
        transfer_id = f"demo:deposit:{secrets.token_hex(8)}"
        body = {"user_id": viewer.id, "amount": _REFILL, "transfer_id": transfer_id}
        cast.support.call("POST", "/wallet/deposits", body, key=transfer_id)
        cast.story.report("support", f"deposits coins for {viewer.name}")
        cast.story.report(viewer.name, "can buy tickets again", coins=_REFILL)
