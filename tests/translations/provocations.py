"""A request for each problem that the walk through the whole API (`tests/api`) does not meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from rest_framework.response import Response
from rest_framework.test import APIClient

from goals.demo import TICKET
from goals.models import Goal
from livestream import clock, ids
from livestream.api.tokens import AccessToken, RefreshToken
from livestream.models import User
from livestream.users import block, close_account
from notifications.views.webhooks import LARGEST_WEBHOOK_BYTES
from notifications.webhook_protocol import MOST_EVENTS
from sessions_app.models import Session
from sessions_app.services import ending
from tests.goals.bodies import funding_body, show_body
from tests.notifications import webhooks
from tests.support import endings
from tests.support.clients import client_of
from tests.support.invitations import disagree, invite
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_show, make_user
from tests.support.shows import buy, reached_funding, running_show
from tests.support.stage import go_on_stage
from wallet.models import Account

IN_CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-hant"}
JSON = "application/json"


@dataclass
class World:
    """A session that offers everything, and clients that read Chinese; each is made when it is needed."""

    moving: clock.MovableClock
    settings: Any

    @cached_property
    def session(self) -> Session:
        return endings.offering_session()

    @cached_property
    def viewer(self) -> User:
        return make_user(coins=1000)

    @cached_property
    def api(self) -> APIClient:
        """The client of the session's streamer."""
        return client_of(self.session.streamer, **IN_CHINESE)

    @cached_property
    def watching(self) -> APIClient:
        """The client of the viewer."""
        return client_of(self.viewer, **IN_CHINESE)

    @cached_property
    def stranger(self) -> APIClient:
        return client_of(None, **IN_CHINESE)

    @cached_property
    def sold(self) -> Goal:
        """A sale that is reached and closed."""
        return reached_funding(self.moving)

    def raw(self, body: bytes | str, content_type: str = JSON) -> Response:
        """Post a body to where a session is opened."""
        return self.api.post("/sessions", body, content_type=content_type)

    def sell(self, **change: Any) -> Response:
        return self.api.post("/goals?type=funding", funding_body(self.session) | change)

    def show(self, funding: Goal, **change: Any) -> Response:
        body = show_body(funding)
        context = body["context"] | change.pop("context", {})
        seller = client_of(funding.streamer, **IN_CHINESE)
        return seller.post("/goals?type=show", body | change | {"context": context})

    def invite(self) -> Response:
        body = {"exp": clock.to_epoch(clock.now()) + 100, "duration": 60}
        return self.watching.post(f"/sessions/{self.session.id}/trigger_private", body)

    def buy(self, goal: Goal, **headers: str) -> Response:
        return self.watching.post(f"/goals/{goal.id}/contributions", {"quantity": 1}, **headers)

    def hook(self, *events: dict, **change: Any) -> Response:
        return webhooks.post(self.stranger, webhooks.body_of(*events, **change))

    def with_token(self, token: str, scheme: str = "Bearer") -> Response:
        self.stranger.credentials(HTTP_AUTHORIZATION=f"{scheme} {token}", **IN_CHINESE)
        return self.stranger.get("/users/me")


Provocation = Callable[[World], Response]


def _in(seconds: int) -> int:
    return clock.to_epoch(clock.now()) + seconds


def _blocked(world: World) -> Response:
    block(streamer_id=world.session.streamer_id, user_id=world.viewer.pk, now=clock.now())
    return world.invite()


def _closed(world: World) -> Response:
    api = world.watching
    close_account(user_id=world.viewer.pk, now=clock.now())
    return api.get("/users/me")


def _after_a_refusal(world: World) -> Response:
    disagree(invite(world.session, world.viewer))
    return world.invite()


def _twice_with_another_body(world: World) -> Response:
    key = {"HTTP_IDEMPOTENCY_KEY": "k"}
    goal = make_funding(world.session)
    world.watching.post(f"/goals/{goal.id}/contributions", {"quantity": 2}, **key)
    return world.buy(goal, **key)


def _full_account(world: World) -> Response:
    Account.objects.filter(pk=world.viewer.pk).update(balance=2**63 - 2)
    return _deposit(world, world.viewer.pk)


def _deposit(world: World, user_id: str) -> Response:
    body = {"user_id": user_id, "amount": 5, "transfer_id": ids.new_id()}
    return client_of(make_superuser(), **IN_CHINESE).post("/wallet/deposits", body)


def make_superuser() -> User:
    return User.objects.create_superuser(username="root")


def _after_the_end(world: World) -> Response:
    world.api.delete(f"/sessions/{world.session.id}")
    run_due()
    return world.invite()


def _short_show(world: World) -> Response:
    sale = make_funding(world.session, target=200, duration=100)
    buy(sale, world.viewer)
    run_due()
    sale.refresh_from_db()
    world.moving.advance(seconds=1)
    return world.show(sale)


def _without_a_ticket(world: World) -> Response:
    show = running_show(world.moving)
    go_on_stage(show)
    return world.watching.get(f"/sessions/{show.session_id}/token?quality=sd")


def _second_show(world: World) -> Response:
    make_show(world.sold)
    return world.show(world.sold)


def _unsigned(world: World) -> Response:
    world.settings.PUSHER_SECRET = ""
    return world.watching.post("/notify/pusher/auth", {"socket_id": "1.2"})


def _expired(kind: type[AccessToken | RefreshToken], world: World) -> str:
    token = kind.for_user(world.viewer)
    token.set_exp(from_time=clock.now() - timedelta(days=2), lifetime=timedelta(seconds=1))
    return str(token)


def _reused(world: World) -> Response:
    body = {"username": world.viewer.username, "password": _set_password(world.viewer)}
    refresh = {"refresh": world.stranger.post("/auth/token", body).json()["refresh"]}
    world.stranger.post("/auth/token/refresh", refresh)
    return world.stranger.post("/auth/token/refresh", refresh)


def _set_password(user: User) -> str:
    user.set_password("a long password")
    user.save()
    return "a long password"


def _in_another_session(world: World) -> Response:
    sold = world.sold
    ending.deactivate_session(session_id=sold.session_id, now=clock.now())
    return world.show(sold, context={"session_id": make_session(sold.streamer).id})


PROVOCATIONS: dict[str, Provocation] = {
    # Requests that cannot be read
    "body_too_deep": lambda world: world.raw('{"title": ' + "[" * 40 + "]" * 40 + "}"),
    "body_too_large": lambda world: world.raw(b" " * 70_000),
    "duplicate_member": lambda world: world.raw('{"title": "a", "title": "b"}'),
    "malformed_json": lambda world: world.raw("{"),
    "not_an_object": lambda world: world.raw("[]"),
    "number_not_finite": lambda world: world.raw('{"title": NaN}'),
    "unsupported_media_type": lambda world: world.raw("title", "text/plain"),
    "method_not_allowed": lambda world: world.api.put("/sessions", {}),
    "not_acceptable": lambda world: world.api.get("/sessions", HTTP_ACCEPT="text/html"),
    "not_found": lambda world: world.api.get("/nowhere"),
    "bad_request": lambda world: world.api.get("/sessions", HTTP_HOST="not a host"),
    "invalid_client_id": lambda world: world.api.get("/sessions", HTTP_X_CLIENT_ID="a b"),
    "invalid_cursor": lambda world: world.api.get("/sessions?cursor=x"),
    "invalid_after": lambda world: world.api.get("/events?after=x"),
    "invalid_wait": lambda world: world.api.get("/events?wait=x"),
    "unsupported_language": lambda world: world.api.get("/sessions?lang=fr"),
    "invalid_idempotency_key": lambda world: world.buy(make_funding(world.session), HTTP_IDEMPOTENCY_KEY="a b"),
    "idempotency_key_not_supported": lambda world: world.stranger.post("/auth/token", {}, HTTP_IDEMPOTENCY_KEY="k"),
    "idempotency_key_reused": _twice_with_another_body,
    # Who asks
    "bad_authorization_header": lambda world: world.with_token("a b"),
    "token_expired": lambda world: world.with_token(_expired(AccessToken, world)),
    "token_invalid": lambda world: world.with_token("x"),
    "refresh_expired": lambda world: world.stranger.post(
        "/auth/token/refresh", {"refresh": _expired(RefreshToken, world)}
    ),
    "refresh_reused": _reused,
    "user_inactive": _closed,
    # Sales and shows
    "exp_in_the_past": lambda world: world.sell(exp=_in(-60)),
    "unknown_ticket_product": lambda world: world.sell(
        context={"ticket_product_id": "x", "ticket_product_type": "show"}
    ),
    "funding_not_reached": lambda world: world.show(endings.funding_missed(world.moving)),
    "goal_of_another_session": _in_another_session,
    "shorter_than_sold": _short_show,
    "starts_too_late": lambda world: world.show(world.sold, nbf=_in(3600)),
    "nbf_too_far": lambda world: world.show(world.sold, nbf=_in(10**7)),
    "show_already_created": _second_show,
    "ticket_product_mismatch": lambda world: world.show(world.sold, context={"ticket_product_id": f"{TICKET}2"}),
    # Invitations and watching
    "blocked_by_streamer": _blocked,
    "livestream_trigger_quota_exceeded": _after_a_refusal,
    "session_not_active": _after_the_end,
    "not_authorized_for_quality": _without_a_ticket,
    # Money
    "amount_too_large": _full_account,
    "unknown_user": lambda world: _deposit(world, "f" * 24),
    # Channels and webhooks
    "channel_auth_unavailable": _unsigned,
    "invalid_socket_id": lambda world: world.watching.post("/notify/pusher/auth", {"socket_id": "x"}),
    "malformed_webhook": lambda world: webhooks.post(world.stranger, b'{"time_ms": 1.5, "events": []}'),
    "too_many_events": lambda world: world.hook(*[{}] * (MOST_EVENTS + 1)),
    "webhook_too_large": lambda world: webhooks.post(world.stranger, b" " * (LARGEST_WEBHOOK_BYTES + 1)),
    "webhook_from_future": lambda world: world.hook(time_ms=webhooks.now_ms(ago=-3600)),
}

# Codes that no single request gets from a healthy server.
ELSEWHERE = {
    # Only their kinds are answered.
    *("conflict", "invalid_parameter", "invalid_request", "try_later", "unprocessable"),
    # The server is busy, or something is away or broken.
    *("busy", "clock_skewed", "overloaded", "server_error", "temporarily_unavailable"),
    # Many requests, or two at the same time.
    *("idempotency_key_in_use", "throttled"),
    # Only support meets them, in the admin and in commands, which speak English.
    *("csrf_failed", "escrow_already_decided", "escrow_not_found", "event_not_found", "unknown_event"),
    *("unknown_receiver", "webhook_failed_again", "webhook_not_found"),
}
