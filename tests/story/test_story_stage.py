"""The story says what happened on stage beyond the intervals, and whose time it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.models import Block, PerformanceMark, StageCheck
from livestream import clock
from tests.support import endings
from tests.support.people import make_user
from wallet.models import EarlyRefund, Transfer

pytestmark = pytest.mark.django_db


def stage(page):
    return {entry.title: entry.detail for entry in page.entries("stage")}


def test_a_leave_that_came_too_late_stands_there_as_what_it_is(desk, moving):
    show = endings.show_performed(moving)
    PerformanceMark.objects.create(goal=show, at=moving.at, joined=False, source="web-9", in_time=False)
    said = stage(desk.story(show))
    assert said["Reported too late: the streamer left the stage"] == (
        "by webhook web-9, after the goal had ended; it changes nothing"
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("there", "the streamer is on stage"),
        ("not_there", "the streamer is not on stage"),
        ("unknown", "it could not be asked, which changes nothing"),
    ],
)
def test_what_the_realtime_server_said_is_told(desk, moving, answer, said):
    show = endings.show_cut_short(moving)
    StageCheck.objects.create(goal=show, asked_at=moving.at, answer=answer)
    assert f"Asked the realtime server: {said}" in stage(desk.story(show))


def test_each_block_of_time_is_told_with_what_was_kept_and_given_back(desk, moving):
    goal = endings.private_agreed(moving)
    payer = make_user(name="lin")
    hold = Transfer.objects.get(credit_id=goal.escrow_id, kind=Transfer.Kind.HOLD)
    block, _ = Block.objects.update_or_create(
        pk=hold.pk,
        defaults={
            "goal": goal,
            "payer": payer,
            "duration": 120,
            "amount": 120,
            "starts_at": goal.agreed_at,
            "created_at": goal.created_at,
        },
    )
    Block.objects.filter(pk=block.pk).update(cut_at=goal.agreed_at + timedelta(seconds=40))
    EarlyRefund.objects.update_or_create(
        pk=hold.pk,
        defaults={
            "escrow_id": goal.escrow_id,
            "payer_id": payer.pk,
            "amount": 120,
            "kept": 40,
            "reason": "blocked",
            "batch": "b" * 24,
            "created_at": clock.now(),
        },
    )
    said = stage(desk.story(goal))["lin had a block of 120 seconds"]
    assert said.startswith("paid with 120 coins; cut short at ")
    assert said.endswith("; 40 coins kept for the streamer, 80 coins given back")


def test_a_story_of_the_stage_makes_a_fixed_number_of_queries(desk, moving):
    show = endings.show_cut_short(moving)
    StageCheck.objects.create(goal=show, asked_at=moving.at, answer="there")
    before = len(desk.queries(show))
    for number in range(5):
        StageCheck.objects.create(goal=show, asked_at=moving.at + timedelta(seconds=number), answer="unknown")
    assert len(desk.queries(show)) == before
