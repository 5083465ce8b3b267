"""The captions of the admin's buttons are texts for people: renaming them changes no story."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry

from goals.models import Goal
from livestream.desk.actions import offered_on
from tests.story.desk import Desk, Page, desk_of
from tests.support import endings
from tests.support.desk import act, at_the_desk, list_of, pages, staff
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy, running_show
from wallet.models import Escrow

pytestmark = pytest.mark.django_db

CAPTION = "Renamed caption"


@pytest.fixture
def lead():
    user = staff("support-lead")
    user.username = "lead"
    user.save()
    return at_the_desk(user)


@pytest.fixture
def reader(client) -> Desk:
    """Staff who may only look, so that their pages have no buttons."""
    return desk_of(client)


def rename_captions(monkeypatch) -> None:
    """Give every action of every admin page another caption, those of higher apps included."""
    for page in pages().values():
        for action in (*page.actions, *offered_on(page.opts.label_lower)):
            function = getattr(type(page), action) if isinstance(action, str) else action
            monkeypatch.setattr(function, "short_description", f"{CAPTION} of {function.__name__}")
    for _, function in admin.site.actions:
        monkeypatch.setattr(function, "short_description", CAPTION)


def end(lead, moving) -> Goal:
    """A show that support ended."""
    show = endings.perform(moving, running_show(moving), seconds=10)
    act(lead, "end_goals", show, reason="Fraud")
    return show


def refund(lead, moving) -> Goal:
    """A sale whose escrow support refunded."""
    funding = make_funding(make_session(make_user(name="mei")), target=1000)
    buy(funding, make_user(coins=1000))
    act(lead, "refund_escrows", Escrow.objects.get(pk=funding.escrow_id), reason="The streamer fell ill")
    return funding


def settle(lead, moving) -> Goal:
    """A sale that support had settled, as a goal and as an escrow."""
    funding = make_funding(make_session(), target=1000)
    buy(funding, make_user(coins=1000))
    act(lead, "settle_goals", funding, reason="A viewer asks")
    act(lead, "settle_escrows", Escrow.objects.get(pk=funding.escrow_id), reason="A viewer asks twice")
    return funding


ACTS = [
    (end, ["goal.end: Fraud"], "when support ended it."),
    (refund, ["escrow.refund: The streamer fell ill"], "because: “The streamer fell ill”."),
    (settle, ["goal.settle: A viewer asks", "escrow.settle: A viewer asks twice"], "Tickets are sold until"),
]


def acts_on(page: Page) -> list[str]:
    return [entry.detail for entry in page.entries("audit")]


@pytest.mark.parametrize(("do", "names", "headline"), ACTS)
def test_a_story_reads_the_same_after_every_caption_was_renamed(reader, lead, moving, monkeypatch, do, names, headline):
    goal = do(lead, moving)
    run_due()
    before = reader.story(goal)
    assert acts_on(before) == names
    assert headline in before.headlines

    rename_captions(monkeypatch)

    after = reader.story(goal)
    assert after.text == before.text
    assert (after.headlines, after.titles, acts_on(after)) == (before.headlines, before.titles, names)


@pytest.mark.parametrize(("do", "names", "headline"), ACTS)
def test_an_act_under_a_renamed_caption_tells_the_same_story(reader, lead, moving, monkeypatch, do, names, headline):
    rename_captions(monkeypatch)
    assert CAPTION in lead.get(list_of("goals.goal")).content.decode()

    goal = do(lead, moving)
    run_due()

    page = reader.story(goal)
    assert acts_on(page) == names
    assert headline in page.headlines
    assert CAPTION not in page.html


def test_no_caption_is_in_the_audit_log(lead, moving, monkeypatch):
    rename_captions(monkeypatch)
    for do, _, _ in ACTS:
        do(lead, moving)
    run_due()
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        name for _, names, _ in ACTS for name in names
    ]


def test_the_confirmation_page_has_the_caption_of_the_button(lead, moving, monkeypatch):
    rename_captions(monkeypatch)
    funding = make_funding(make_session(), target=1000)
    assert f"{CAPTION} of end_goals" in act(lead, "end_goals", funding).content.decode()
