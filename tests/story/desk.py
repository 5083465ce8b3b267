"""Support staff reading stories, and what a page shows them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goals.models import Goal
from tests.support.people import make_user


@dataclass(frozen=True)
class Page:
    """A story page: its HTML, its text as people read it, and its template context."""

    html: str
    context: Any

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", self.html)))

    @property
    def headlines(self) -> str:
        return " ".join(self.context["story"].headlines)

    @property
    def titles(self) -> list[str]:
        return [row.entry.title for row in self.context["rows"]]

    def entries(self, kind: str) -> list[Any]:
        return [row.entry for row in self.context["rows"] if row.entry.kind == kind]

    def fact(self, label: str) -> str:
        return next(each.fact.text for each in self.context["facts"] if each.fact.label == label)

    @property
    def answer(self) -> str:
        return " ".join(section.headline for section in self.context["payer_result"].sections if section.headline)

    @property
    def held(self) -> list[str]:
        return [row.held for row in self.context["rows"] if row.held]


class Desk:
    """A client of support staff."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def story(self, goal: Goal | None = None, *, escrow_id: str = "", **query: str) -> Page:
        """Open the story of a goal, or of an escrow."""
        answer = self.client.get(address(goal, escrow_id=escrow_id), query)
        assert answer.status_code == 200, answer
        return Page(answer.content.decode(), answer.context)

    def queries(self, goal: Goal | None = None, *, escrow_id: str = "", **query: str) -> list[str]:
        """Return the SQL of the queries of a story page."""
        with CaptureQueriesContext(connection) as captured:
            self.story(goal, escrow_id=escrow_id, **query)
        return [each["sql"] for each in captured.captured_queries]


def address(goal: Goal | None = None, *, escrow_id: str = "") -> str:
    """Return the address of a story."""
    if goal is not None:
        return f"/admin/goals/goal/{goal.pk}/story/"
    return f"/admin/wallet/escrow/{quote(escrow_id)}/story/"


def desk_of(client: Client) -> Desk:
    """Sign a member of staff in who may look at everything."""
    user = make_user(is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return Desk(client)
