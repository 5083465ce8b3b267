"""create_post_from_livestream: one draft a completed show, whenever and however often it runs."""

from datetime import timedelta

import pytest
from django.db import transaction

from livestream import clock, ids, users
from livestream.events.contracts import GOAL_COMPLETED
from livestream.models import EventRecord, OutboxMessage
from livestream.outbox import enqueue, performing
from sessions_app.models import Asset, Post
from sessions_app.services import posts
from tests.sessions_app.crowds import all_at_once
from tests.support.outbox import assert_enqueued, run_due

pytestmark = pytest.mark.django_db


def ask(session, goal_id=None, **changed):
    """Store the call, as a release without `completed_at` stored it."""
    kwargs = {
        "session_id": session.id,
        "goal_id": goal_id or ids.new_id(),
        "caption": "Dance",
        "duration": 30,
        "rewind_seconds": 20,
        "tags": ["feed:shorts_livestream", "bypass:review"],
    }
    with transaction.atomic():
        enqueue(posts.create_post_from_livestream, **kwargs | changed)
    return kwargs["goal_id"]


def test_a_draft_carries_the_tags_of_its_streamer_among_the_seeds(session, at_eight):
    users.add_tag(user_id=session.streamer_id, tag="vip", now=clock.now())
    users.add_tag(user_id=session.streamer_id, tag="drafts", now=clock.now())
    ask(session)
    run_due()
    post = Post.objects.get()
    assert post.tags == ["drafts", "beta", "no_exposure", "vip", "feed:shorts_livestream", "bypass:review"]
    assert (post.sender_id, post.caption, post.is_draft) == (session.streamer_id, "Dance", True)


def test_a_clip_is_cut_once_all_of_it_was_on_air_and_reached_the_playlist(session, at_eight, settings):
    settings.CLIP_DELAY = 7
    completed_at = at_eight.at - timedelta(seconds=3)
    ask(session, completed_at=completed_at)
    run_due()
    post = Post.objects.get()
    assert_enqueued(
        "clip_livestream_as_asset",
        at=completed_at + timedelta(seconds=30 - 20 + 7),
        session_id=session.id,
        rewind_seconds=20,
        duration=30,
        asset_id=post.asset_id,
        metadata={f"auto_claimed_by:{post.id}": f"message-{post.id}:0"},
        completed_at=completed_at,
    )


def test_a_call_stored_by_an_earlier_release_finds_the_completion_in_the_log(session, at_eight):
    goal_id, completed_at = ids.new_id(), at_eight.at - timedelta(hours=3)
    EventRecord.objects.create(
        event_id=ids.new_id(), name=GOAL_COMPLETED.name, payload={}, goal_id=goal_id, occurred_at=completed_at
    )
    ask(session, goal_id)
    run_due()
    assert Asset.objects.get().completed_at == completed_at


def test_without_a_trace_of_the_completion_it_was_now(session, at_eight):
    ask(session)
    run_due()
    assert Asset.objects.get().completed_at == at_eight.at


def test_a_show_leaves_one_post_however_often_it_is_asked_for(session, at_eight):
    goal_id = ask(session)
    ask(session, goal_id)
    run_due()
    ask(session, goal_id)
    run_due()
    assert (Post.objects.count(), Asset.objects.count()) == (1, 1)
    assert OutboxMessage.objects.filter(actor="clip_livestream_as_asset").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_calls_for_one_show_at_once_leave_one_post(session):
    goal_id = ids.new_id()
    for _ in range(6):
        ask(session, goal_id)
    rows = list(OutboxMessage.objects.values_list("id", flat=True))
    all_at_once(lambda: performing.perform(message_id=rows.pop()), times=6)
    assert (Post.objects.count(), OutboxMessage.objects.exclude(error="").count()) == (1, 0)


def test_a_streamer_banned_before_it_runs_gets_no_post(session, at_eight):
    ask(session)
    users.add_tag(user_id=session.streamer_id, tag="banned:livestream:create_clip", now=clock.now())
    run_due()
    assert not Post.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_replay_of_the_completion_leaves_a_finished_post_alone(session, at_eight):
    goal_id = ask(session)
    run_due()
    Post.objects.update(tags=["beta"], created_at=clock.now())
    ask(session, goal_id)
    run_due()
    assert Post.objects.get().tags == ["beta"]
