"""Everything that one may ask of the API, asked by somebody of each role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from rest_framework.response import Response

from goals.demo import TICKET
from livestream import clock, ids
from livestream.models import User
from notifications import channels
from notifications.webhook_protocol import sign
from tests.api.document import JSON, PROBLEM, Document
from tests.api.world import PASSWORD, House
from tests.notifications.webhooks import KEY, SECRET, body_of
from tests.support.clients import client_of
from tests.translations.chinese import mistakes_of, said_by

UNKNOWN = "f" * 24
LEVELS = [{"title": "One", "target": 10}, {"title": "Two", "target": 20}]
TICKETS = {"ticket_product_id": TICKET, "ticket_product_type": "show"}


@dataclass
class Record:
    """What was asked and answered so far; a mistake is kept with the first request that showed it."""

    document: Document
    mistakes: dict[str, str] = field(default_factory=dict)
    answered: set[tuple[str, int]] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)
    # What a problem said that is not in the caller's language, by its code.
    untranslated: dict[str, list[str]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)


@dataclass
class Asker:
    """Somebody of one role, who asks in Chinese and has each answer compared with the document."""

    record: Record
    role: str
    person: User | None

    def __post_init__(self) -> None:
        self.client = client_of(self.person, HTTP_ACCEPT_LANGUAGE="zh-hant")

    def ask(self, operation_id: str, *, query: str = "", body: Any = None, **path: str) -> Any:
        """Call an operation and return the body of its answer."""
        operation = self.record.document.operations[operation_id]
        address = operation.path.format(**path) + query
        call = getattr(self.client, operation.method)
        return self.note(
            operation_id, address, call(address, body, format="json") if body is not None else call(address)
        )

    def note(self, operation_id: str, address: str, answer: Response) -> Any:
        """Compare one answer with the document."""
        operation = self.record.document.operations[operation_id]
        kind = answer.get("Content-Type", "")
        body = answer.json() if answer.content else None
        found = self.record.document.mistakes(operation, answer.status_code, kind, body)
        for mistake in found:
            self.record.mistakes.setdefault(f"{operation_id}: {mistake}", f"{address}, {self.role}")
        if kind == PROBLEM and body:
            self._read_words(body)
        self.record.answered.add((operation_id, answer.status_code))
        self.record.asked.add((operation_id, self.role))
        return body

    def _read_words(self, problem: dict[str, Any]) -> None:
        self.record.codes.add(problem["code"])
        found = [mistake for text in said_by(problem) for mistake in mistakes_of(text)]
        if found:
            self.record.untranslated[problem["code"]] = found

    def ask_all_pages(self, operation_id: str, **path: str) -> None:
        """Read a list to its end, two rows a page."""
        address = self.record.document.operations[operation_id].path.format(**path)
        page = self.ask(operation_id, query="?page_size=2", **path)
        for _ in range(5):
            if not page.get("next"):
                return
            following = address + page["next"]
            page = self.note(operation_id, following, self.client.get(following))


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done inside, so that everybody finds the same world."""
    # Not `atomic`, inside of which nothing durable could be tried.
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def read_everything(asker: Asker, house: House) -> None:
    """Ask all there is to read of a house."""
    for operation in ("read_me", "read_wallet", "list_blocks"):
        asker.ask(operation)
    for operation in ("list_transfers", "list_payments", "list_earnings", "list_sessions", "list_feed", "list_goals"):
        asker.ask_all_pages(operation)
    asker.ask("read_events")
    asker.ask("list_goals", query=f"?session={house.goal.session_id}")
    asker.ask("read_session", **house.ids)
    asker.ask("read_user", **house.ids)
    for goal in house.goals:
        asker.ask("read_goal", goal_id=goal.id)
        asker.ask_all_pages("list_goal_events", goal_id=goal.id)
        asker.ask_all_pages("list_contributions", goal_id=goal.id)
    for name in channels_of(house):
        asker.ask("read_channel_snapshot", channel_name=name)
    asker.ask("read_stream_keys")
    asker.ask("list_ticket_products")
    for quality in channels.QUALITIES:
        asker.ask("read_stream_token", query=f"?quality={quality}", **house.ids)


def channels_of(house: House) -> list[str]:
    """Name the channels that somebody hears of a house."""
    streamer, viewer = house.goal.streamer_id, house.people["viewer"]
    names = [*channels.with_snapshots(streamer), channels.stage(house.goal.id)]
    return [*names, channels.viewer(streamer_id=streamer, quality="sd", viewer_id=str(viewer and viewer.pk))]


def ask_wrongly(asker: Asker, house: House) -> None:
    """Ask for what does not exist, and in ways that cannot be understood."""
    nothing = {"goal_id": UNKNOWN, "session_id": UNKNOWN, "user_id": UNKNOWN}
    nothing |= {"transfer_id": "goal:ticket:unknown", "channel_name": "private-x"}
    for operation in asker.record.document.operations.values():
        with undone():
            asker.ask(operation.id, query="?nonsense=1", **house.ids, channel_name="private-x")
            asker.ask(operation.id, **house.ids, channel_name="private-x")
            asker.ask(operation.id, **nothing)
            if operation.id.startswith("list_"):
                asker.ask(operation.id, query="?cursor=nonsense&page_size=0", **nothing)
            if operation.method != "get":
                asker.ask(operation.id, body={"nonsense": 1}, **house.ids)
                asker.ask(operation.id, body={"nonsense": "\0"}, **nothing)


def do_everything(asker: Asker, house: House) -> None:
    """Ask all that changes something, each in the world as it was."""
    for act in (_sign_in, _block, _broadcast, _sell, _show, _sing, _end, _pay, _invite, _deposit, _hear):
        with undone():
            act(asker, house)


def _sign_in(asker: Asker, house: House) -> None:
    person = asker.person
    pair = asker.ask("create_token", body={"username": person.username if person else "nobody", "password": PASSWORD})
    asker.ask("refresh_token", body={"refresh": pair.get("refresh", "nothing")})


def _block(asker: Asker, house: House) -> None:
    viewer = house.people["viewer"]
    for operation in ("block_user", "unblock_user"):
        asker.ask(operation, user_id=str(viewer and viewer.pk))


def _broadcast(asker: Asker, house: House) -> None:
    asker.ask("change_session", body={"title": "Another", "prices": {"exclusive": 7}}, **house.ids)
    asker.ask("end_session", **house.ids)
    opened = asker.ask("open_session", body={"title": "New", "prices": {"sd": 60}})
    asker.ask("start_session", session_id=opened.get("id", house.goal.session_id))


def _sell(asker: Asker, house: House) -> None:
    body = {"session_id": house.goal.session_id, "levels": LEVELS, "exp": _soon(), "context": TICKETS}
    asker.ask("create_goal", query="?type=funding", body=body | {"terms": {"duration": 1}})


def _show(asker: Asker, house: House) -> None:
    context = TICKETS | {"funding_goal_id": house.goal.id, "session_id": house.goal.session_id}
    asker.ask("create_goal", query="?type=show", body={"levels": LEVELS[:1], "context": context})


def _sing(asker: Asker, house: House) -> None:
    asker.ask("create_goal", query="?type=karaoke", body={"session_id": house.goal.session_id, "levels": LEVELS})


def _end(asker: Asker, house: House) -> None:
    for goal in house.goals:
        for body in ({}, {"agree": True}, {"agree": False}):
            with undone():
                asker.ask("end_goal", goal_id=goal.id, body=body)


def _pay(asker: Asker, house: House) -> None:
    for body in ({"quantity": 1}, {"quantity": 10_000}, {"quantity": 1, "max_price": 1}):
        asker.ask("contribute", body=body, **house.ids)
    for _ in range(2):
        asker.ask("return_tickets", **house.ids)


def _invite(asker: Asker, house: House) -> None:
    for operation in ("trigger_private", "trigger_exclusive"):
        for duration in (60, 1_000_000):
            with undone():
                asker.ask(operation, body={"exp": _soon(), "duration": duration}, **house.ids)


def _deposit(asker: Asker, house: House) -> None:
    body = {"user_id": house.goal.streamer_id, "amount": 5, "transfer_id": ids.new_id()}
    for amount in (5, 5, 6):
        asker.ask("deposit", body=body | {"amount": amount})


def _hear(asker: Asker, house: House) -> None:
    for name in channels_of(house):
        asker.ask("authorize_channel", body={"socket_id": "1.2", "channel_name": name})
    asker.ask("authorize_channel", body={"socket_id": "1.2"})
    event = {"name": "member_added", "channel": channels.stage(house.goal.id), "user_id": house.goal.streamer_id}
    for time_ms, secret in ((None, SECRET), (1, SECRET), (None, "guess")):
        body = body_of(event, time_ms=time_ms)
        signed = {"X-Pusher-Key": KEY, "X-Pusher-Signature": sign(body=body, secret=secret)}
        answer = asker.client.generic("POST", "/notify/pusher", body, JSON, headers=signed)
        asker.note("receive_pusher_webhook", "/notify/pusher", answer)


def _soon() -> int:
    return clock.to_epoch(clock.now() + timedelta(seconds=100))
