"""Nobody acts for another: every address that writes, for everybody who is not concerned."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, product
from typing import NamedTuple

import pytest
from django.urls import URLPattern, get_resolver

from goals.demo import TICKET
from goals.models import Goal
from goals.types import GoalType
from livestream import clock
from livestream.models import UserTag
from sessions_app.models import Session
from tests.support import desk, endings
from tests.support.clients import client_of, said
from tests.support.invitations import invite
from tests.support.people import give_coins, make_funding, make_session, make_user
from tests.support.shows import buy, running_show
from tests.support.unchanged import nothing_changes
from wallet.models import Account

WRITING = ("post", "put", "patch", "delete")
# What is no part of the API: it writes nothing, or is the admin site, which has tests of its own.
NO_API = {"healthz", "readyz", "metrics", "admin", "favicon.ico", "docs", "", "^"}


class Row(NamedTuple):
    """A call, and what each who is not its streamer is told; OWN is a call for oneself alone."""

    call: str
    body: str
    anonymous: str
    viewer: str
    other_streamer: str
    support: str


OWN = "own"
BRACES = str.maketrans("", "", "{}")
SIGN_IN = "not_authenticated"
SESSION, GOAL = ["not_your_session"] * 3, ["not_your_goal"] * 3
CHANNEL, OWN_ONLY = ["channel_not_allowed"] * 3, [OWN] * 3
TABLE = [
    Row("POST auth/token", "guess", *["no_active_account"] * 4),
    Row("POST auth/token/refresh", "forgery", *["refresh_invalid"] * 4),
    Row("POST auth/logout", "forgery", *["refresh_invalid"] * 4),
    Row("PUT users/me/blocks/{streamer}", "", SIGN_IN, *OWN_ONLY),
    Row("DELETE users/me/blocks/{blocked}", "", SIGN_IN, *OWN_ONLY),
    Row("POST wallet/deposits", "deposit", SIGN_IN, "permission_denied", "permission_denied", OWN),
    Row("POST sessions", "", SIGN_IN, OWN, "session_already_active", OWN),
    Row("PATCH sessions/{session}", "change", SIGN_IN, *SESSION),
    Row("DELETE sessions/{session}", "", SIGN_IN, *SESSION),
    Row("POST sessions/{session}/start", "", SIGN_IN, *SESSION),
    Row("POST sessions/{session}/trigger_private", "invitation", SIGN_IN, *OWN_ONLY),
    Row("POST sessions/{session}/trigger_exclusive", "invitation", SIGN_IN, *OWN_ONLY),
    Row("POST goals?type=funding", "funding", SIGN_IN, *SESSION),
    Row("POST goals?type=show", "show", SIGN_IN, *SESSION),
    Row("POST goals?type=karaoke", "karaoke", SIGN_IN, *SESSION),
    Row("DELETE goals/{private}", "agree", SIGN_IN, *GOAL),
    Row("DELETE goals/{private}", "disagree", SIGN_IN, *GOAL),
    Row("DELETE goals/{trigger}", "agree", SIGN_IN, *GOAL),
    Row("DELETE goals/{trigger}", "disagree", SIGN_IN, *GOAL),
    Row("DELETE goals/{exclusive}", "", SIGN_IN, *GOAL),
    Row("DELETE goals/{karaoke}", "", SIGN_IN, *GOAL),
    Row("DELETE goals/{sale}", "", SIGN_IN, *GOAL),
    Row("DELETE goals/{show}", "", SIGN_IN, *GOAL),
    Row("POST goals/{sale}/contributions", "tickets", SIGN_IN, *OWN_ONLY),
    Row("DELETE goals/{sale}/contributions/{transfer}", "", SIGN_IN, *["not_your_contribution"] * 3),
    Row("POST notify/pusher", "webhook", *["invalid_signature"] * 4),
    Row("POST notify/pusher/auth", "private-user@{streamer}", SIGN_IN, *CHANNEL),
    Row("POST notify/pusher/auth", "private-enc-user@{streamer}", SIGN_IN, *CHANNEL),
    Row("POST notify/pusher/auth", "presence-enc-goal@{karaoke}", SIGN_IN, *CHANNEL),
    Row("POST notify/pusher/auth", "presence-stream-viewer@{streamer}.sd.{blocked}", SIGN_IN, *CHANNEL),
]


@pytest.fixture
def world(moving):
    """Goals of all types, and somebody of each kind; the viewer is the one who pays for them."""
    session, viewer = endings.offering_session(), make_user(coins=5000)
    show, sale = running_show(moving), make_funding(make_session(), target=10_000)
    goals = {
        "private": invite(session, viewer),
        "trigger": invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE),
        "karaoke": endings.make_karaoke(session),
        "exclusive": Goal.objects.get(trigger_goal=endings.one_on_one_agreed(moving)),
        "show": show,
        "sale": sale,
    }
    people = {
        "anonymous": None,
        "viewer": viewer,
        "other_streamer": make_session(make_user(coins=5000)).streamer,
        "support": desk.staff("support-lead"),
    }
    give_coins(people["support"], 5000)
    ticket = buy(sale, make_user(coins=1000))
    named = {name: goal.id for name, goal in goals.items()}
    named |= {"session": session.id, "streamer": session.streamer_id, "blocked": make_user().pk}
    named |= {"transfer": ticket.transfer_id}
    named |= {"funding": show.funding_goal_id, "show_session": show.session_id}
    return people, named


def body_of(name, ids):
    exp = clock.to_epoch(clock.now() + timedelta(seconds=100))
    about = {"ticket_product_id": TICKET, "ticket_product_type": "show"}
    levels = [{"title": "One", "target": 10}]
    bodies = {
        "": {},
        "guess": {"username": "user-0", "password": "guess"},
        "forgery": {"refresh": "forged"},
        "deposit": {"user_id": ids["blocked"], "amount": 5, "transfer_id": "t"},
        "change": {"title": "Mine now"},
        "invitation": {"exp": exp, "duration": 60},
        "funding": {"session_id": ids["session"], "levels": levels, "exp": exp, "context": about},
        "karaoke": {"session_id": ids["session"], "levels": levels},
        "agree": {"agree": True},
        "disagree": {"agree": False},
        "tickets": {"quantity": 1},
        "webhook": {"time_ms": 1000 * exp, "events": []},
    }
    of_show = about | {"funding_goal_id": ids["funding"], "session_id": ids["show_session"]}
    bodies["funding"] |= {"terms": {"duration": 10}}
    bodies["show"] = {"levels": levels, "context": of_show}
    return bodies.get(name) or {"socket_id": "1.2", "channel_name": name.format(**ids)} if name else {}


def belongings(caller):
    """Return what is not the caller's: coins, sessions, goals, and whom others blocked."""
    told = ("id", "streamer_id", "active", "exp", "agreed_at", "ended_at", "outcome")
    goals = Goal.objects.exclude(triggered_by=caller, type__startswith="trigger")
    return {
        "coins": list(Account.objects.filter(kind="user").exclude(pk=caller.pk).order_by("pk").values("pk", "balance")),
        "sessions": list(Session.objects.exclude(streamer=caller).order_by("pk").values()),
        "goals": list(goals.order_by("pk").values(*told)),
        "tags": list(UserTag.objects.exclude(tag=f"blocked-by:{caller.pk}").order_by("pk").values()),
    }


def call_as(person, row, ids):
    verb, path = row.call.format(**ids).split(" ")
    return getattr(client_of(person), verb.lower())(f"/{path}", body_of(row.body, ids), format="json")


@pytest.mark.django_db
def test_nobody_acts_for_another_and_a_refusal_changes_nothing(world):
    people, ids = world  # one world for all, since nothing changes it
    for row, (name, person) in product(TABLE, people.items()):
        if (expected := getattr(row, name)) != OWN:
            with nothing_changes():
                status, code = said(call_as(person, row, ids))
            assert (code, 400 <= status < 500) == (expected, True), (row.call, row.body, name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", [row for row in TABLE if OWN in row], ids=lambda row: f"{row.call} {row.body}".translate(BRACES)
)
def test_everybody_acts_for_themselves_alone(world, row):
    people, ids = world
    for name, person in people.items():
        if getattr(row, name) != OWN:
            continue
        before = belongings(person)
        answer = call_as(person, row, ids)
        assert answer.status_code < 300, (name, answer.content)
        assert belongings(person) == before or name == "support", name


def test_every_address_that_writes_is_in_the_table():
    placeholders = {"session", "private", "trigger", "exclusive", "karaoke", "sale", "show", "streamer", "blocked"}
    placeholders |= {"transfer"}
    in_table = {row.call.split("?")[0] for row in TABLE}
    for name in placeholders:
        in_table = {call.replace(f"{{{name}}}", "{}") for call in in_table}
    assert in_table == set(writing_addresses())


def writing_addresses():
    """Return `METHOD path` of everything in the URLconf that takes a writing method."""
    for route, pattern in walk(get_resolver()):
        view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
        if route.split("/")[0] in NO_API:
            continue
        verbs = getattr(pattern.callback, "actions", None) or [verb for verb in WRITING if hasattr(view, verb)]
        yield from (f"{verb.upper()} {route}" for verb in verbs if verb in WRITING)


def walk(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            plain = chain.from_iterable(part.split(">", 1)[1:] if ">" in part else [part] for part in route.split("<"))
            yield "{}".join(plain), pattern
        else:
            yield from walk(pattern, route)
