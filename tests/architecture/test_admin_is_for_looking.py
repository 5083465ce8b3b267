"""What services alone may write is written by no request to the admin, whoever makes it by hand."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.admin.utils import quote

from livestream.desk.actions import offered_on
from livestream.desk.pages import ReadOnlyAdmin
from tests.goals.stories import quick_show
from tests.support.desk import act, at_the_desk, list_of, page_of, pages, staff
from tests.support.people import make_funding, make_session, make_user
from tests.support.rows import make_row
from tests.support.shows import buy
from tests.support.unchanged import everything, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What is edited, by superusers, and the sources by support's leads. Everything else is looked at.
EDITED = {"livestream.user", "auth.group", "goals.ticketproduct", "sessions_app.source"}
READ_ONLY = sorted(pages().keys() - EDITED)
FORGED = {"amount": "9", "balance": "9", "state": "open", "name": "x", "post": "yes", "_save": "Save", "active": ""}
ACTS = {
    "retry_now",
    "retry_clip",
    "replay",
    "end_goals",
    "settle_goals",
    "refund_escrows",
    "settle_escrows",
    "block",
    "unblock",
    "close",
    "reopen",
    "sign_out",
}
SUPPORT = {"retry_now", "retry_clip"}


@pytest.fixture
def world():
    """Return a row of each table."""
    quick_show()
    buy(make_funding(make_session(), target=10**6), make_user(coins=1000))
    given = {"notifications.push": {"channels": []}}
    models = {label: apps.get_model(label) for label in pages()}
    return {
        label: model._base_manager.order_by("pk").first() or make_row(model, **given.get(label, {}))
        for label, model in models.items()
    }


def test_all_pages_but_four_are_for_looking():
    assert {label for label, page in pages().items() if not isinstance(page, ReadOnlyAdmin)} == EDITED


def test_nothing_that_is_looked_at_can_be_added_changed_or_deleted_by_hand(world, admin_client):
    before = everything()
    for label in READ_ONLY:
        own = f"{list_of(label)}{quote(world[label].pk)}/"
        paths = (f"{list_of(label)}add/", f"{own}change/", f"{own}delete/")
        answers = [admin_client.post(path, FORGED).status_code for path in paths]
        answers.append(act(admin_client, "delete_selected", world[label], post="yes").status_code)
        assert answers == [403] * 4, label
        admin_client.post(list_of(label), {"form-0-id": world[label].pk, "form-TOTAL_FORMS": 1, **FORGED})
    assert everything() == before


def offered():
    """Return every act with the page that offers it, as a superuser would be offered it."""
    return {(label, act.__name__) for label, page in pages().items() for act in acts_of(page)}


def acts_of(page):
    named = [getattr(page, each, None) if isinstance(each, str) else each for each in page.actions]
    return [each for each in (*named, *offered_on(page.opts.label_lower)) if hasattr(each, "needs")]


def test_the_acts_are_those_of_the_desk():
    assert {name for _, name in offered()} == ACTS


@pytest.mark.parametrize(("groups", "may"), [((), set()), (("support",), SUPPORT), (("support-lead",), ACTS)])
def test_an_act_that_somebody_may_not_do_is_refused_and_changes_nothing(world, groups, may):
    client = at_the_desk(staff(*groups))
    for label, name in offered():
        if name not in may:
            with nothing_changes():
                asked = act(client, name, world[label], reason="because", streamer=world["livestream.user"].username)
            assert asked.status_code == 403, (label, name)
        else:
            with nothing_changes():  # without a reason it only asks
                assert b'name="reason"' in act(client, name, world[label]).content


@pytest.mark.parametrize("group", ["support", "support-lead"])
def test_both_groups_see_every_list_and_every_row(world, group):
    client = at_the_desk(staff(group))
    for label in sorted(pages().keys() - {"auth.group"}):
        assert client.get(list_of(label)).status_code == 200, label
        assert client.get(page_of(world[label])).status_code == 200, label
        adds = (group, label) == ("support-lead", "sessions_app.source")
        assert client.get(f"{list_of(label)}add/").status_code == (200 if adds else 403), label


def test_staff_without_a_group_see_nothing(world):
    client = at_the_desk(staff())
    for label, row in world.items():
        assert [client.get(path).status_code for path in (list_of(label), page_of(row))] == [403, 403], label


def test_every_link_of_every_page_leads_somewhere(world):
    client, followed = at_the_desk(staff("support")), set()
    for row in world.values():
        answer = client.get(page_of(row))
        links = (answer.context or {}).get("links", ())
        for link in links:
            kind = link.url.split("?")[0] if "?" in link.url else link.url.rsplit("/", 3)[0]
            if kind not in followed:
                followed.add(kind)
                assert client.get(link.url).status_code in (200, 302), link.url
    assert len(followed) > 15
