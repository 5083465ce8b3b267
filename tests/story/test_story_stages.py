"""What a story says of doubts about a stage."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from livestream import clock
from tests.goals.stories import quick_show
from tests.support.outbox import pass_time
from tests.support.realtime import answering
from tests.support.stage import PATIENCE, go_on_stage, leave_stage

pytestmark = pytest.mark.django_db


def said(desk, goal):
    """Return the titles and details of what happened on stage."""
    return [(entry.title, entry.detail) for entry in desk.story(goal).entries("stage")]


def test_a_leaving_that_came_too_late_stands_there_as_what_it_is(desk, moving):
    show = quick_show(target=60)
    go_on_stage(show)
    left = clock.now() + timedelta(seconds=50)
    pass_time(moving, seconds=60 + PATIENCE)
    leave_stage(show, at=left, source="77")
    reported = (
        "Reported too late: the streamer left the stage",
        "by webhook 77, after the goal had ended; it changes nothing",
    )
    assert reported in said(desk, show)


def test_that_the_realtime_server_could_not_be_asked_is_said_and_that_it_could_again(desk, moving):
    show = quick_show(target=600)
    with answering() as server:
        go_on_stage(show)
        pass_time(moving, seconds=settings.STAGE_CHECK)
        server.on_stage = True
        pass_time(moving, seconds=2 * settings.STAGE_CHECK)
    titles = [title for title, _ in said(desk, show)]
    assert titles[1:] == [
        "Asked the realtime server: it could not be asked, which changes nothing",
        "Asked the realtime server: the streamer is on stage",
    ]
