"""A streamer who can be watched performs a show to its end, and it leaves a clip of its middle."""

from __future__ import annotations

import pytest
from django.core.files.storage import storages

from livestream import clock
from livestream.events import replaying
from livestream.models import EventRecord
from sessions_app.models import Asset, Post
from tests.support.broadcast import Edge, duration_of, make_broadcast, playlist
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_source
from tests.support.shows import running_show
from tests.support.stage import PATIENCE, go_on_stage

pytestmark = pytest.mark.django_db

TARGET, CLIP = 10, 3


@pytest.fixture
def moving(settings):
    settings.LIVESTREAM_CLIP_GOAL_DURATION = CLIP
    with clock.frozen() as moving:
        yield moving


@pytest.fixture
def edge(tmp_path):
    make_broadcast(tmp_path)
    with Edge(tmp_path) as server:
        yield server


def test_from_the_stage_to_the_quarantine(moving, edge, settings):
    show = running_show(moving, target=TARGET)
    edge.pages["live.m3u8"] = playlist(on_air=moving.at)
    metadata = {"playback_url": edge.url("live.m3u8")}
    make_source(user_id=show.streamer_id, provider="byteplus", metadata=metadata, now=moving.at)
    go_on_stage(show)
    pass_time(moving, seconds=TARGET + PATIENCE)
    draft = Post.objects.get(goal_id=show.id)
    assert (draft.is_draft, draft.asset.state, edge.asked) == (True, "pending", [])
    pass_time(moving, seconds=settings.CLIP_DELAY)
    post, asset = Post.objects.get(), Asset.objects.get()
    assert (post.is_draft, post.caption, asset.state) == (False, "Show", "ready")
    with storages["quarantine"].open(asset.storage_name) as clip:
        assert abs(duration_of(clip.read()) - CLIP) < 0.15

    asked = list(edge.asked)
    for event_id in EventRecord.objects.filter(goal_id=show.id).values_list("event_id", flat=True):
        replaying.replay_event(event_id=event_id, receivers=["produce_livestream_clip_from_goal"])
    run_due()
    assert (Post.objects.get(), Asset.objects.get().ready_at, edge.asked) == (post, asset.ready_at, asked)
