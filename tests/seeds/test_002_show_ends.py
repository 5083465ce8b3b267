"""Seed 002: the streamer leaves the stage, and the show is over."""

from __future__ import annotations

import pytest
from django.conf import settings

from goals.endings import EndedBecause
from livestream import clock
from notifications.models import Push
from sessions_app.models import Post
from tests.support.matrix import events_of_goal, last_event, receivers_of
from tests.support.outbox import assert_enqueued, pass_time, run_due
from tests.support.shows import asked_of_rtc, completed_show, recorded_show, running_show
from tests.support.stage import PATIENCE, go_on_stage, leave_stage
from wallet.models import Earning, Escrow, Transfer

pytestmark = pytest.mark.django_db

PROGRESSED = {
    "track_goals",
    "notify_goal_progress_updated",
    "invalidate_cached_pusher_channel_data",
    "trigger_goal_complete",
}
COMPLETED = {
    "track_goals",
    "set_embedded_goal_ended",
    "deactivate_goal",
    "produce_livestream_clip_from_goal",
    "record_show_with_rtc",
    "trigger_show_escrow_transfer",
    "notify_goal_completed",
    "notify_ticket_holders",
}
ENDED = {"track_goals", "invalidate_cached_pusher_channel_data"}


@pytest.mark.parametrize(
    ("event", "acting"),
    [("goal.progressed", PROGRESSED), ("goal.completed", COMPLETED), ("goal.ended", ENDED)],
)
def test_these_receivers_act_and_all_others_return(moving, event, acting):
    show = completed_show(moving)
    assert receivers_of(event, goal_id=show.id) == acting


def test_leaving_the_stage_pauses_the_goal_and_counts_the_seconds(moving):
    show = running_show(moving, target=60)
    go_on_stage(show)
    entered = clock.now()
    pass_time(moving, seconds=25)
    leave_stage(show)

    show.refresh_from_db()
    assert (show.stage_started, show.stage_paused, show.stage_updated) == (entered, clock.now(), clock.now())
    event = last_event("goal.progressed", goal_id=show.id)
    assert (event.amount, event.progress) == (25, 25)


def test_the_stage_channel_is_told_of_to_those_who_control_and_track(moving):
    show = running_show(moving)
    go_on_stage(show)
    leave_stage(show)
    for name in ("channel_occupied", "channel_vacated"):
        assert receivers_of(name) >= {"karaoke_control", "track_channel_presence"}


def test_progress_is_pushed_to_the_audience_and_the_streamer(moving):
    show = running_show(moving)
    go_on_stage(show)
    pass_time(moving, seconds=10)
    leave_stage(show)
    pass_time(moving, seconds=1)
    streamer = show.streamer_id
    told = [set(p.channels) for p in Push.objects.filter(event="goal.progress.updated", subject=show.id)]
    assert set.union(*told) == {f"private-stream@{streamer}", f"presence-stream@{streamer}", f"private-user@{streamer}"}


def test_a_completed_show_ends_once_and_in_this_order(moving):
    show = completed_show(moving)
    assert events_of_goal(show.id)[-3:] == ["goal.progressed", "goal.completed", "goal.ended"]
    event = last_event("goal.ended", goal_id=show.id)
    assert (event.active, event.triggerer, event.exp) == (False, None, clock.now())
    [pair] = show.session.show_goal_pairs.all()
    assert pair.show_ended == clock.now()


def test_a_clip_is_asked_for(moving):
    show = running_show(moving, target=60)
    show.streamer.tag_rows.create(tag="dancer")
    go_on_stage(show)
    pass_time(moving, seconds=60 + PATIENCE)
    post = Post.objects.get(goal_id=show.id)
    assert post.tags == ["drafts", "beta", "no_exposure", "dancer", "feed:shorts_livestream", "bypass:review"]
    assert (post.sender_id, post.caption) == (show.streamer_id, "Show")
    asset = post.asset
    assert asset.metadata == {"source": {"cls": "Session", "id": show.session_id}}
    assert (asset.content_type, asset.duration) == ("video/mp4", settings.LIVESTREAM_CLIP_GOAL_DURATION)
    assert_enqueued(
        "clip_livestream_as_asset",
        session_id=show.session_id,
        rewind_seconds=30,
        duration=30,
        asset_id=asset.id,
        metadata={f"auto_claimed_by:{post.id}": f"message-{post.id}:0"},
    )


def test_the_recording_is_stopped(moving):
    show = recorded_show(moving, target=60)
    go_on_stage(show)
    pass_time(moving, seconds=60 + PATIENCE)
    assert asked_of_rtc(show) == ["StartRecord", "StopRecord"]


def test_a_banned_streamer_gets_no_clip(moving):
    show = running_show(moving, target=5)
    show.streamer.tag_rows.create(tag="banned:livestream:create_clip")
    go_on_stage(show)
    pass_time(moving, seconds=5 + PATIENCE)
    run_due()
    assert not Post.objects.exists()


def test_the_escrow_goes_to_the_streamer_transfer_by_transfer(moving):
    show = completed_show(moving)
    run_due()
    funding_id, streamer = show.funding_goal_id, show.streamer_id
    escrow = Escrow.objects.get(pk=f"show_funding:{funding_id}")
    assert (escrow.state, escrow.settled_at) == ("completed", clock.now())
    [earning] = Earning.objects.filter(escrow=escrow)
    paid = Transfer.objects.get(kind="payout")
    assert paid.transfer_id == f"escrow-show_funding:{funding_id}-{earning.id}-{streamer}"
    assert (paid.amount, paid.credit_id, paid.tags) == (400, streamer, [f"escrow::show_funding:{funding_id}"])
    assert last_event("escrow.completed.individual").transfer_id == paid.transfer_id
    assert last_event("escrow.completed").amount == 400


def test_an_unreached_show_gives_everything_back(moving):
    from goals.services import lifecycle

    show = recorded_show(moving, target=60)
    lifecycle.deactivate_goal(goal_id=show.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    assert receivers_of("goal.ended", goal_id=show.id) == {
        "track_goals",
        "trigger_show_escrow_refund",
        "set_embedded_goal_ended",
        "notify_goal_ended",
        "notify_ticket_holders",
        "record_show_with_rtc",
        "invalidate_cached_pusher_channel_data",
    }
    run_due()
    assert asked_of_rtc(show) == ["StartRecord", "StopRecord"]
    assert Transfer.objects.filter(kind="refund").count() == 2
