"""Accounts at the desk of support: blocked and closed there, they have the same consequences as elsewhere."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from rest_framework.test import APIClient

from livestream.api.tokens import sign_in_user
from livestream.desk import roles
from livestream.models import EventRecord, User
from tests.support.clients import said
from tests.support.desk import act, at_the_desk, page_of, staff
from tests.support.people import make_user

pytestmark = pytest.mark.django_db

TAGS = "tag_rows"


@pytest.fixture
def lead():
    return at_the_desk(staff(roles.SUPPORT_LEAD))


def told(name):
    return [record.payload["user_id"] for record in EventRecord.objects.filter(name=name)]


def form_of(user, *tags, **changes):
    """Return what the form of an account sends, with these tags, new or `(row, tag)`."""
    rows = [tag if isinstance(tag, tuple) else (None, tag) for tag in tags]
    kept = sum(1 for row, _ in rows if row)
    fields = {f"{TAGS}-TOTAL_FORMS": len(rows), f"{TAGS}-INITIAL_FORMS": kept}
    for number, (row, tag) in enumerate(rows):
        fields |= {f"{TAGS}-{number}-tag": tag, f"{TAGS}-{number}-user": user.pk}
        if row:
            fields[f"{TAGS}-{number}-id"] = row.pk
    about = {"username": user.username, "date_joined_0": "2026-05-01", "date_joined_1": "20:00:00", "is_active": "on"}
    return {name: value for name, value in (about | fields | changes).items() if value is not None}


def test_the_lead_closes_an_account_and_opens_it_again(lead):
    user = make_user()
    act(lead, "close", user, reason="fraud")
    user.refresh_from_db()
    assert (user.is_active, told("account.closed")) == (False, [user.pk])
    act(lead, "reopen", user, reason="a mistake")
    user.refresh_from_db()
    assert (user.is_active, user.closed_at) == (True, None)
    assert LogEntry.objects.filter(object_id=user.pk).count() == 2


def test_closing_asks_for_a_reason_first(lead):
    user = make_user()
    response = act(lead, "close", user)
    assert b"A running session ends now" in response.content
    assert User.objects.get(pk=user.pk).is_active


def test_support_closes_nobody():
    user = make_user()
    assert act(at_the_desk(staff(roles.SUPPORT)), "close", user, reason="fraud").status_code == 403
    assert (User.objects.get(pk=user.pk).is_active, told("account.closed")) == (True, [])


def test_the_lead_ends_all_sign_ins_of_an_account(lead):
    user, other = make_user(), make_user()
    pairs = [sign_in_user(user=each) for each in (user, user, other)]
    act(lead, "sign_out", user, reason="a stolen phone")
    seen = [APIClient().get("/users/me", HTTP_AUTHORIZATION=f"Bearer {pair['access']}") for pair in pairs]
    assert [said(response) for response in seen] == [(401, "token_revoked")] * 2 + [(200, None)]
    assert LogEntry.objects.filter(object_id=user.pk).count() == 1


def test_unchecking_active_in_the_form_closes_the_account(admin_client):
    user = make_user()
    response = admin_client.post(page_of(user), form_of(user, is_active=None))
    user.refresh_from_db()
    assert (response.status_code, user.is_active, user.closed_at is None) == (302, False, False)
    assert told("account.closed") == [user.pk]
    admin_client.post(page_of(user), form_of(user))
    user.refresh_from_db()
    assert (user.is_active, user.closed_at) == (True, None)


def test_a_tag_that_is_given_in_the_form_blocks_as_a_block_does(admin_client):
    user, streamer, other = make_user(), make_user(), make_user()
    assert admin_client.post(page_of(user), form_of(user, f"blocked-by:{streamer.pk}", "vip")).status_code == 302
    assert user.tags == {f"blocked-by:{streamer.pk}", "vip"}
    assert [record.payload["streamer_id"] for record in EventRecord.objects.all()] == [streamer.pk]
    rows = {row.tag: row for row in user.tag_rows.all()}
    sent = [(rows["vip"], f"blocked-by:{other.pk}"), (rows[f"blocked-by:{streamer.pk}"], f"blocked-by:{streamer.pk}")]
    admin_client.post(page_of(user), form_of(user, *sent) | {f"{TAGS}-1-DELETE": "on"})
    assert User.objects.get(pk=user.pk).tags == {f"blocked-by:{other.pk}"}
    assert told("user.blocked") == [user.pk] * 2
