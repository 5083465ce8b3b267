"""What viewers do, each function as one thread: read, buy, come and go, and follow the log of events."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.soak.notes import Notes
from bench.soak.people import Answer, Client, Member
from livestream.demo import acts

READ, BUY, AUTH, EVENTS, WEBHOOK = "read", "buy", "channel auth", "events, held up to 5 s", "webhook"
_REPEATED, _RETURNED = 0.1, 0.1
_TOO_LATE = ("escrow_closed", "blocked_by_streamer", "goal_not_active", "sale_reached", "contribution_not_found")
_KEY, _SECRET = "local", "local-secret"
_FOLLOWED_SECONDS = 5
_chance = random.Random(7)  # noqa: S311 - no secret


@dataclass(slots=True)
class Board:
    """What is on at the moment: the streamer, the session, its sale, and the last goals that were seen."""

    streamer_id: str = ""
    session_id: str = ""
    sale_id: str = ""
    price: int = 0
    goals: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Audience:
    """Viewers, the server that they call, and what they know."""

    port: int
    members: Sequence[Member]
    board: Board
    notes: Notes

    def client(self) -> Client:
        return Client(port=self.port, note=self.notes.call)

    def someone(self) -> Member:
        return _chance.choice(self.members)

    def require(self, answer: Answer, *allowed: int, what: str, codes: Sequence[str] = ()) -> bool:
        """Note a failure unless the answer has one of the statuses or codes; returns whether it has the status."""
        if answer.status in allowed:
            return True
        if answer.code not in codes:
            self.notes.fail(f"{what}: {answer.status} {answer.body}")
        return False


def _paced(notes: Notes, *, per_second: float) -> Iterator[None]:
    """Yield so often until the run stops; what could not be done in time is left out."""
    pause, following = 1 / per_second, time.monotonic()
    while not notes.stopping.wait(max(0.0, following - time.monotonic())):
        yield
        following = max(following + pause, time.monotonic() - 1)


def read_on(audience: Audience, *, per_second: float) -> None:
    """Read what viewers poll, with the ETag of the last answer where there is one."""
    client, tags = audience.client(), dict[tuple[str, str], str]()
    for _ in _paced(audience.notes, per_second=per_second):
        member, board = audience.someone(), audience.board
        if not board.session_id:
            continue
        path = _chance.choice(_paths(board, member))
        if path is None:
            _join(client, audience, member)
            continue
        tag = tags.get((member.id, path))
        headers = member.headers() | ({"If-None-Match": tag} if tag else {})
        answer = client.call("GET", path, headers=headers, kind=READ)
        audience.require(answer, 200, 304, what=path)
        if found := answer.headers.get("ETag"):
            tags[(member.id, path)] = found
            if len(tags) > 1_000:
                tags.pop(next(iter(tags)))


def _paths(board: Board, member: Member) -> list[str | None]:
    goals = [f"/goals/{goal_id}" for goal_id in board.goals[-4:]]
    session, streamer = board.session_id, board.streamer_id
    snapshot = f"/notify/channels/private-stream@{streamer}"
    lists = ["/feed", "/feed", f"/goals?session={session}", "/wallet", "/wallet/payments", "/users/me"]
    return [*goals, *lists, f"/sessions/{session}", f"/sessions/{session}", snapshot, None, None]


def _join(client: Client, audience: Audience, member: Member) -> None:
    channel = f"presence-stream-viewer@{audience.board.streamer_id}.sd.{member.id}"
    body = urlencode({"socket_id": "1234.5678", "channel_name": channel}).encode()
    headers = member.headers() | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.call("POST", "/notify/pusher/auth", body, headers=headers, kind=AUTH)
    audience.require(answer, 200, what="channel auth")


def buy_on(audience: Audience, *, per_second: float) -> None:
    """Buy tickets of the open sale; some purchases are repeated with their key, and some are returned."""
    client = audience.client()
    for _ in _paced(audience.notes, per_second=per_second):
        board, member = audience.board, audience.someone()
        if not board.sale_id:
            continue
        path, body = f"/goals/{board.sale_id}/contributions", {"quantity": 1, "max_price": board.price}
        headers = member.headers() | {"Idempotency-Key": acts.new_key()}
        first = client.call("POST", path, body, headers=headers, kind=BUY)
        if not audience.require(first, 201, what="purchase", codes=_TOO_LATE):
            continue
        if _chance.random() < _REPEATED:
            again = client.call("POST", path, body, headers=headers, kind=BUY)
            if again.body != first.body or again.headers.get("Idempotency-Replayed") != "true":
                audience.notes.fail(f"a repeated purchase was answered {again.status} {again.body}")
        if _chance.random() < _RETURNED:
            headers = member.headers() | {"Idempotency-Key": acts.new_key()}
            path = f"{path}/{first.body['transfer']['transfer_id']}"
            answer = client.call("DELETE", path, {}, headers=headers, kind=BUY)
            audience.require(answer, 200, what="returned ticket", codes=_TOO_LATE)


def come_and_go(audience: Audience, *, per_second: float) -> None:
    """Sign viewers out, who then sign in again with their password; some mistype it."""
    client = audience.client()
    for _ in _paced(audience.notes, per_second=per_second):
        member = audience.someone()
        member.sign_out()
        if _chance.random() < _REPEATED:
            body = {"username": member.username, "password": "mistyped"}
            answer = client.call("POST", "/auth/token", body, kind="sign-in")
            audience.require(answer, 401, 429, what="wrong password")
        member.headers()


def fill_channels(audience: Audience, *, per_second: float, events: int) -> None:
    """Report, in webhooks of so many events, that viewers enter and leave the stream."""
    client, name = audience.client(), "member_added"
    for _ in _paced(audience.notes, per_second=per_second):
        if not audience.board.streamer_id:
            continue
        channel = f"presence-stream@{audience.board.streamer_id}"
        some = _chance.sample(list(audience.members), events)
        reports = [{"name": name, "channel": channel, "user_id": each.id} for each in some]
        body = json.dumps({"time_ms": time.time_ns() // 1_000_000, "events": reports}).encode()
        signature = hmac.new(_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Pusher-Key": _KEY, "X-Pusher-Signature": signature}
        audience.require(client.call("POST", "/notify/pusher", body, headers=headers, kind=WEBHOOK), 200, what=WEBHOOK)
        name = "member_removed" if name == "member_added" else "member_added"


def follow_events(audience: Audience, member: Member) -> None:
    """Read the log on and on, waiting for what is new; no event may come twice."""
    client, seen, path = audience.client(), set[str](), "/events?after=now"
    while not audience.notes.stopping.is_set():
        answer = client.call("GET", f"{path}&wait={_FOLLOWED_SECONDS}", headers=member.headers(), kind=EVENTS)
        if not audience.require(answer, 200, what="events"):
            time.sleep(1)
            continue
        for event in answer.body["results"]:
            if event["id"] in seen:
                audience.notes.fail(f"/events answered {event['id']} twice")
            seen.add(event["id"])
        audience.notes.done["events followed"] += len(answer.body["results"])
        path = f"/events?after={answer.body['next'].partition('after=')[2].partition('&')[0]}"
        if "Retry-After" in answer.headers:
            time.sleep(1)


Role = Callable[[], None]
