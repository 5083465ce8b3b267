"""Drafts whose clips are to be cut, and how they are looked at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.core.files.storage import storages

from livestream import clock, ids
from livestream.models import OutboxMessage
from livestream.outbox import performing
from sessions_app.services import posts
from tests.support.broadcast import duration_of, playlist, second_shown
from tests.support.people import make_source

# The show completed ten seconds after the broadcast began; its clip is of seconds 4, 5 and 6.
COMPLETED, REWIND, DURATION = 10, 6, 3
FIRST_SECOND = COMPLETED - REWIND


def draft(session, *, source=None, duration=DURATION, rewind=REWIND, completed_at=None):
    """Make the draft of a show that completed just now; `source` is where it can be read."""
    if source is not None:
        add_source(session, source)
    return posts.create_post_from_livestream(
        session_id=session.id,
        goal_id=ids.new_id(),
        caption="Show",
        duration=duration,
        rewind_seconds=rewind,
        tags=["feed:shorts_livestream", "bypass:review"],
        completed_at=completed_at or clock.now(),
        now=clock.now(),
    )


def add_source(session, location, provider="byteplus"):
    metadata = {"playback_url": location}
    return make_source(user_id=session.streamer_id, provider=provider, metadata=metadata, now=clock.now())


def message_of(post):
    return OutboxMessage.objects.filter(actor="clip_livestream_as_asset", kwargs__asset_id=post.asset_id).first()


def wait_and_cut(moving, post, *, seconds=30):
    """Let time pass until the clip is due, and have it cut; returns the message where one is left."""
    moving.advance(seconds=seconds)
    performing.perform(message_id=message_of(post).id)
    post.refresh_from_db()
    post.asset.refresh_from_db()
    return message_of(post)


def broadcast_began():
    """Return the moment of second 0, for a show that completed just now."""
    return clock.now() - timedelta(seconds=COMPLETED)


def stored_clip(post):
    """Return the path of the clip in a quarantine that is a folder."""
    return Path(storages["quarantine"].path(post.asset.storage_name))


def over_at_completion():
    """Write the playlist of a broadcast that was over when the show completed."""
    return playlist(last=COMPLETED - 1, ended=True)


def assert_ready(post, *, first=FIRST_SECOND, seconds=DURATION):
    """Assert that the clip shows `seconds` from second `first` on, and its post is out."""
    clip = stored_clip(post)
    assert abs(duration_of(clip.read_bytes()) - seconds) < 0.15
    assert second_shown(clip, at=0.05) == first
    assert second_shown(clip, at=seconds - 0.15) == first + seconds - 1
    assert (post.asset.state, post.asset.size) == ("ready", clip.stat().st_size)
    assert abs(post.asset.duration - seconds) < 0.15
    assert "drafts" not in post.tags
    assert post.reason == ""


def assert_left_in_drafts(post, reason):
    assert (post.asset.state, post.is_draft) == ("failed", True)
    assert reason in post.reason
    assert "secret" not in post.reason
