"""A story distinguishes goals that support ended from goals that were over and that support only settled."""

from __future__ import annotations

import pytest

from livestream.models import EventRecord
from sessions_app.models import Session
from tests.story.desk import desk_of
from tests.support import endings
from tests.support.desk import act, at_the_desk, staff
from tests.support.outbox import run_due
from tests.support.shows import running_show

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(db):
    return at_the_desk(staff("support-lead"))


@pytest.fixture
def show(moving):
    """A show of which ten seconds are performed."""
    return endings.perform(moving, running_show(moving), seconds=10)


def test_an_overdue_show_that_support_has_settled_was_not_ended_by_support(client, lead, moving, show):
    # As an end of the session leaves it whose tasks were lost.
    Session.objects.filter(pk=show.session_id).update(active=False, ended_at=moving.at)
    moving.advance(seconds=86_400)
    act(lead, "settle_goals", show, reason="A viewer asks")
    run_due()
    ended = EventRecord.objects.get(name="goal.ended", goal_id=show.id)
    assert ended.triggerer.startswith("support ")
    said = desk_of(client).story(show).headlines
    assert "of the show were performed when the session ended." in said
    assert "support" not in said


def test_a_show_that_support_ended_is_told_as_such(client, lead, show):
    act(lead, "end_goals", show, reason="Fraud")
    run_due()
    said = desk_of(client).story(show).headlines
    assert "Refunded because only 10 of 60 seconds of the show were performed when support ended it." in said
