"""Asking the desk's pages as a browser does, and adding up what their queries take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from statistics import median
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.models import Goal
from goals.types import GoalType
from livestream.models import User
from livestream.storage import keyset
from livestream.storage.keyset import Cursor
from wallet.models import Escrow

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """One page: what was asked for, the milliseconds its queries took, how many they were, and the rows it showed."""

    page: str
    what: str
    ms: float
    queries: int
    rows: int


def lists(client: Client) -> Iterator[Asked]:
    """Ask for every list: its first page, one deep inside, each filter, each pair of filters, each search."""
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "auth":
            continue
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for what, query in _questions(client, address, model, page):
            yield _ask(client, model._meta.label_lower, what, address, query)


def stories(client: Client) -> Iterator[Asked]:
    """Ask for the stories of the goal that a crowd paid for, of a usual one, and of their escrows."""
    goals = list(Goal.objects.filter(type=GoalType.FUNDING).order_by("created_at", "id")[:2])
    for goal, name in zip(goals, ("crowd", "usual"), strict=True):
        for label, pk in (("goals/goal", goal.pk), ("wallet/escrow", goal.escrow_id)):
            yield _ask(client, label.replace("/", "."), f"story, {name}", f"/admin/{label}/{quote(pk)}/story/", {})
            yield _ask(client, label.replace("/", "."), f"row, {name}", f"/admin/{label}/{quote(pk)}/change/", {})


def _questions(client: Client, address: str, model: Any, page: Any) -> Iterator[tuple[str, dict[str, str]]]:
    yield "first page", {}
    if (deep := _deep(client, address, model)) is not None:
        yield "a page in the middle", {"p": deep}
    filters = [
        [(each.parameter_name, choice.name) for choice in each.offered]
        for each in page.list_filter
        if hasattr(each, "offered")
    ]
    for name, value in chain.from_iterable(filters):
        yield f"{name}={value}", {name: value}
    for first, second in combinations(filters, 2):
        for one in first:
            for other in second:
                yield f"{one[0]}={one[1]} {other[0]}={other[1]}", dict([one, other])
    if page.search_fields:
        for name, term in _terms().items():
            yield f"search for {name}", {"q": term}


def _terms() -> dict[str, str]:
    crowded = Escrow.objects.order_by("opened_at", "escrow_id").values_list("escrow_id", flat=True)[0]
    newest = Goal.objects.order_by("-created_at")[0]
    viewer = User.objects.get(username="viewer7")
    return {
        "the crowd's escrow": crowded,
        "the crowd's goal": crowded.partition(":")[2],
        "a new goal": newest.pk,
        "a session": newest.session_id,
        "a viewer's id": viewer.pk,
        "a username": viewer.username,
        "the beginning of all usernames": "viewer",
        "the beginning of all tickets": "goal:ticket:",
        "an account of all deposits": "system:deposits",
        "an actor": "run_receiver",
        "nothing": "no such thing",
    }


def _deep(client: Client, address: str, model: Any) -> str | None:
    """Return the cursor of a row in the middle of a list, in the list's own order."""
    cl = client.get(address).context["cl"]
    order = cl.get_ordering(None, cl.queryset) if cl.model_admin.get_ordering.__func__ is _usual else ["-pk"]
    middle = model._base_manager.order_by(*order)[model._base_manager.count() // 2 :][:1]
    names = [model._meta.pk.attname if name.lstrip("-") == "pk" else name.lstrip("-") for name in order]
    for row in middle:
        values = tuple(model._meta.get_field(name).value_to_string(row) for name in names)
        return keyset.encode(Cursor(False, values))
    return None


_usual = admin.ModelAdmin.get_ordering


def _ask(client: Client, page: str, what: str, address: str, query: dict[str, str]) -> Asked:
    taken = []
    for _ in range(_ROUNDS):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address, query)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} {query} answered {answer.status_code}")
        taken.append(1000 * sum(float(each["time"]) for each in captured.captured_queries))
    cl = answer.context.get("cl")
    return Asked(page, what, median(taken), len(captured), len(cl.result_list) if cl else 1)
