"""What streamers do, each function as one thread: evenings with a crowd, and the stories of the demo."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Sequence

from bench.soak.notes import Notes
from bench.soak.people import Member, Player
from bench.soak.viewers import Board
from livestream.demo import acts, scenarios
from livestream.demo.cast import VIEWERS, Cast
from livestream.demo.registry import SCENARIOS
from livestream.demo.server import Body, Server
from livestream.demo.story import Story
from livestream.demo.webhook_stage import WebhookStage

assert scenarios  # importing them declares them
SHOW_SECONDS, SALE_SECONDS = 4, 60
CAST_SIZE = 1 + VIEWERS
_REMEMBERED_GOALS = 20


class Quiet(Story):
    """Tells nothing; it counts refusals of an overloaded service, after which the demo calls again."""

    def __init__(self, notes: Notes) -> None:
        super().__init__(out=io.StringIO())
        self._notes = notes

    def chapter(self, title: str) -> None:
        """Leave it out."""

    def report(self, who: str, what: str, **_: object) -> None:
        """Leave it out."""

    def aside(self, text: str) -> None:
        """Count that the service did not answer; leave out everything else."""
        self._notes.done["story 503"] += "does not answer" in text

    def check(self, claim: str, *, holds: bool) -> None:
        """Raise DemoFailed where the claim does not hold."""
        super().check(claim, holds=holds)
        self._notes.done["promises held"] += 1


def assemble(members: Sequence[Member], *, port: int, notes: Notes) -> Cast:
    """Make a cast of these members: the first is the streamer, the others are the viewers."""
    story = Quiet(notes)
    server = Server(address=f"http://127.0.0.1:{port}", story=story)
    streamer, *viewers = members
    performer = Player(server=server, part="streamer", member=streamer)
    return Cast(
        story=story,
        server=server,
        stage=WebhookStage(server=server, key="local", secret="local-secret"),  # noqa: S106 - the local profile's
        streamer=performer,
        viewers=[
            Player(server=server, part=f"viewer{number}", member=member) for number, member in enumerate(viewers, 1)
        ],
        support=performer,
    )


def tell_stories(members: Sequence[Member], *, port: int, notes: Notes, seed: int) -> None:
    """Play the scenarios of the demo, all in a shuffled order, over and over."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    cast = assemble(members, port=port, notes=notes)
    while True:
        for name in chance.sample(list(SCENARIOS), len(SCENARIOS)):
            if notes.stopping.wait(1):
                return
            try:
                SCENARIOS[name].play(cast)
                notes.done[f"story {name}"] += 1
            except Exception as error:  # noqa: BLE001 - it is reported in the end
                notes.fail_with(f"story {name}", error)
                _end_what_is_left(cast, notes)


def _end_what_is_left(cast: Cast, notes: Notes) -> None:
    try:
        left = cast.streamer.get("/sessions", streamer=cast.streamer.id, active="true")["results"]
        for session in left:
            cast.streamer.call("DELETE", f"/sessions/{session['id']}")
    except Exception as error:  # noqa: BLE001 - it is reported in the end
        notes.fail_with("ending what a story left", error)


def hold_evenings(members: Sequence[Member], *, port: int, notes: Notes, board: Board, tickets: int) -> None:
    """Sell tickets to the crowd, perform the show and be paid, over and over."""
    cast = assemble(members, port=port, notes=notes)
    while not notes.stopping.wait(1):
        try:
            _hold_evening(cast, board, notes, tickets)
            notes.done["evenings"] += 1
        except Exception as error:  # noqa: BLE001 - it is reported in the end
            notes.fail_with("evening", error)
            _end_what_is_left(cast)
        finally:
            board.sale_id = ""


def _hold_evening(cast: Cast, board: Board, notes: Notes, tickets: int) -> None:
    streamer, blocked = cast.streamer, cast.viewers[0]
    session = _open_session(cast)
    cast.stage.enters_stream(streamer_id=streamer.id)
    sale = acts.sell_tickets(
        cast,
        session=session,
        title="Tickets",
        target=tickets * acts.TICKET_PRICE,
        seconds=SALE_SECONDS,
        show_seconds=SHOW_SECONDS,
    )
    board.streamer_id, board.session_id, board.price = streamer.id, session["id"], sale["terms"]["price"]
    board.goals = [*board.goals, sale["id"]][-_REMEMBERED_GOALS:]
    board.sale_id = sale["id"]
    acts.buy(cast, blocked, funding=sale)
    streamer.call("PUT", f"/users/me/blocks/{blocked.id}")
    acts.wait_for_refund(cast, blocked, escrow_id=acts.escrow_of(sale))
    streamer.call("DELETE", f"/users/me/blocks/{blocked.id}")
    closed = acts.wait_for_goal(
        cast, sale, what="the sale to close", holds=lambda g: not g["active"], seconds=SALE_SECONDS + 30
    )
    board.sale_id = ""
    if closed["outcome"] == "completed":
        _perform(cast, session, sale, board)
        notes.done["shows paid out"] += 1
    cast.stage.leaves_stream(streamer_id=streamer.id)
    acts.end_session(cast, session=session)


def _open_session(cast: Cast) -> Body:
    """Open a session, twice with the same key: it is one session."""
    key, body = acts.new_key(), {"title": "An evening with a crowd", "prices": {"sd": 60}}
    first, again = (cast.streamer.call("POST", "/sessions", body, key=key).body["id"] for _ in range(2))
    cast.story.check("a repeated call opens no second session", holds=first == again)
    cast.streamer.call("POST", f"/sessions/{first}/start", key=acts.new_key())
    return cast.streamer.get(f"/sessions/{first}")


def _perform(cast: Cast, session: Body, sale: Body, board: Board) -> None:
    streamer = cast.streamer
    show = acts.make_show(cast, session=session, funding=sale, title="The show", seconds=SHOW_SECONDS)
    board.goals = [*board.goals, show["id"]][-_REMEMBERED_GOALS:]
    cast.stage.enters(goal_id=show["id"], user_id=streamer.id)
    cast.stage.repeats()
    done = acts.wait_for_goal(cast, show, what="the end of the show", holds=lambda g: g["state"] == "ended")
    cast.story.check("the show is completed", holds=done["outcome"] == "completed")
    cast.stage.leaves(goal_id=show["id"], user_id=streamer.id)
    began = time.monotonic()
    moved, escrow_id = streamer.moved_through, acts.escrow_of(sale)
    cast.server.until(lambda: moved(escrow_id=escrow_id) > 0, what="the payout", seconds=60)
    cast.story.check("a payout takes less than a minute", holds=time.monotonic() - began < 60)
