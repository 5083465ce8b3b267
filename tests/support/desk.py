"""The desk of support: who sits there, every page of it, and what is asked of the pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client

from livestream.desk import roles
from livestream.models import User
from tests.support.people import make_user


def staff(*groups: str) -> User:
    """Make a member of staff in these groups, which tests that flush the database have emptied."""
    roles.create_groups()
    roles.grant()
    user = make_user(is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def at_the_desk(user: User) -> Client:
    """Return a browser in which this user is signed in."""
    client = Client()
    client.force_login(user)
    return client


def pages() -> dict[str, Any]:
    """Return every admin page by the label of its model."""
    return {model._meta.label_lower: page for model, page in admin.site._registry.items()}


def list_of(model: str) -> str:
    """Return the address of a model's list."""
    return f"/admin/{model.replace('.', '/')}/"


def page_of(row: Model) -> str:
    """Return the address of a row's own page."""
    return f"{list_of(row._meta.label_lower)}{quote(row.pk)}/change/"


def act(client: Client, name: str, *rows: Model, **said: str) -> Any:
    """Run an action on rows; `said` has the values of the form's fields."""
    asked = {"action": name, "_selected_action": [row.pk for row in rows]}
    return client.post(list_of(rows[0]._meta.label_lower), asked | said)


def told(client: Client) -> str:
    """Return what the desk was told at last."""
    return " ".join(str(each) for each in client.get("/admin/").context["messages"])
