"""What is measured: one cell is one kind of request to one server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.http import asking, world
from bench.http.asking import Request
from bench.world import PRICE, viewer_id

BASE, SERVICE, PLAIN, STARLETTE = "base", "service", "plain DRF", "Starlette"
UNCHECKED = "base, connections unchecked"
# How many viewers take turns.
VIEWERS = 500
_FEED, _WALLET, _ME = "/feed", "/wallet", "/users/me"
_GOAL, _SESSION = f"/goals/{world.SALE}", f"/sessions/{world.SALE}"
_CROWDED, _CROWDS = f"/goals/{world.CROWD}", f"/goals?session={world.CROWD}"
_MS = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of the table; `expect` is the status of every answer.

    `requests` makes them from the tokens of viewers, of the crowd's streamer and of support (see `Tokens`). At
    least `ratio` of the base's rate is wanted, or else at most `ms` for 95 of 100 answers with one connection.
    With `tagged`, each request is sent with the ETag of its last answer: 304 where nothing has changed. With `calm`,
    nobody is on stage: the document of a show on stage contains the server's time, and changes each second.
    """

    name: str
    requests: Callable[[Tokens], list[Request]]
    server: str = SERVICE
    ratio: float | None = None
    ms: float | None = None
    expect: int = 200
    tagged: bool = False
    calm: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """Access tokens: of viewers by their ids, of the streamer whose sales have a crowd, and of support."""

    viewers: dict[str, str]
    streamer: str
    staff: str


def _each(path: str) -> Callable[[Tokens], list[Request]]:
    return lambda tokens: [asking.read(path, token) for token in tokens.viewers.values()]


def _rows(_tokens: Tokens) -> list[Request]:
    return [Request("GET", f"/rows/{viewer_id(number)}") for number in range(1, VIEWERS + 1)]


def _snapshots(tokens: Tokens) -> list[Request]:
    return [asking.read(f"/notify/channels/private-stream@{world.SALE}", token) for token in tokens.viewers.values()]


def _joins(tokens: Tokens) -> list[Request]:
    return [
        asking.join(f"presence-stream-viewer@{world.SALE}.sd.{viewer}", token)
        for viewer, token in tokens.viewers.items()
    ]


def _purchases(tokens: Tokens) -> list[Request]:
    return [asking.buy(world.SALE_OF_PURCHASES, token, price=PRICE) for token in tokens.viewers.values()]


def _streamer(path: str) -> Callable[[Tokens], list[Request]]:
    return lambda tokens: [asking.read(path, tokens.streamer)]


def _staff(path: str) -> Callable[[Tokens], list[Request]]:
    return lambda tokens: [asking.read(path, tokens.staff)]


THE_BASE = Cell(BASE, _rows, server=BASE)
CELLS = (
    Cell("goal", _each(_GOAL), ratio=0.5),
    Cell("goal, If-None-Match", _each(_GOAL), ratio=0.7, tagged=True),
    Cell("session", _each(_SESSION), ratio=0.5),
    Cell("session, If-None-Match", _each(_SESSION), ratio=0.7, tagged=True),
    Cell("feed", _each(_FEED), ratio=0.5),
    Cell("feed, If-None-Match", _each(_FEED), ratio=0.7, tagged=True, calm=True),
    Cell("sessions, the first 20", _each("/sessions")),
    Cell("goals of a session", _each(f"/goals?session={world.SALE}")),
    Cell("wallet", _each(_WALLET), ratio=0.5),
    Cell("users/me", _each(_ME), ratio=0.5),
    Cell("snapshot of a channel", _snapshots, ratio=0.5),
    Cell("channel auth", _joins, ratio=0.5),
    Cell("ticket", _purchases, ratio=0.4, expect=201),
    Cell("goal with a crowd, streamer", _streamer(_CROWDED), ms=_MS),
    Cell("goal with a crowd, staff", _staff(_CROWDED), ms=_MS),
    Cell("ten goals with crowds, streamer", _streamer(_CROWDS), ms=_MS),
    Cell("ten goals with crowds, staff", _staff(_CROWDS), ms=_MS),
    Cell(UNCHECKED, _rows, server=UNCHECKED),
    Cell("plain DRF, goal", _each(_GOAL), server=PLAIN),
    Cell("Starlette, goal", _each(_GOAL), server=STARLETTE),
)


def first_calls(tokens: Tokens) -> list[Request]:
    """Return the first call of each client after it reconnects: to join the channel of the stream."""
    return [asking.join(f"private-stream@{world.SALE}", token) for token in tokens.viewers.values()]


def all_calls(tokens: Tokens) -> list[Request]:
    """Return all calls of each client after it reconnects: to sign in, to join four channels, to read a snapshot."""
    return [request for viewer, token in tokens.viewers.items() for request in _calls_of(viewer, token)]


def _calls_of(viewer: str, token: str) -> list[Request]:
    streamer = world.SALE
    rooms = [f"presence-stream-viewer@{streamer}.{quality}.{viewer}" for quality in ("preview", "sd")]
    channels = [f"private-user@{viewer}", f"private-stream@{streamer}", *rooms]
    snapshot = asking.read(f"/notify/channels/private-stream@{streamer}", token)
    return [asking.sign_connection_in(token), *(asking.join(channel, token) for channel in channels), snapshot]
