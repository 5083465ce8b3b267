"""clip_livestream_as_asset: cutting the clip of a post, and publishing the post (seed 002)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from livestream.outbound.bulkhead import Bulkhead, BulkheadFull
from livestream.outbox import Delivery, Pending, Urgency, enqueue, external, pending_messages, retry
from sessions_app import selectors
from sessions_app.clipping import extracting
from sessions_app.clipping.errors import ClipFailed, ClipImpossible, without_addresses
from sessions_app.clipping.extracting import ClipRange
from sessions_app.clipping.fetching import Deadline, SourceReader
from sessions_app.models import Asset, Post

QUARANTINE = "quarantine"
_PUT_OFF_SECONDS = 5
# For the upload, which comes after what CLIP_TIMEOUT bounds.
_UPLOAD_SECONDS = 120

# A cut may take minutes, and the threads of a worker are those of all queues: money among them.
_bulkhead = Bulkhead()


# A queue of its own: cutting needs a processor, and some may want other machines to do it.
@external(urgency=Urgency.CLIPS, max_runtime=settings.CLIP_TIMEOUT + _UPLOAD_SECONDS)
def clip_livestream_as_asset(
    now: datetime,
    *,
    session_id: str,
    rewind_seconds: int,
    duration: float,
    asset_id: str,
    metadata: Mapping[str, str],
    completed_at: datetime | None = None,
) -> bool:
    """Cut the clip, put it into quarantine and its post out of drafts; return whether this call did.

    The clip is `duration` seconds long and begins `rewind_seconds` before `completed_at`, or
    before now where it is None.
    A clip that is ready stays as it is. What fails leaves the post a draft and the reason on
    it; it is raised, so that it is tried again, unless only a person can change it. A process
    cuts one clip at a time, and puts off others for a moment, which is no failure. Calls the
    network, and must run outside of a transaction.
    """
    if not Asset.objects.filter(pk=asset_id).exclude(state=Asset.State.READY).exists():
        return False
    clip_range = ClipRange(completed_at=completed_at or now, rewind=rewind_seconds, seconds=duration)
    try:
        with _bulkhead.entered():
            name, size, seconds = _make(session_id, asset_id, clip_range, now)
    except BulkheadFull:
        _put_off(asset_id, now)
        return False
    except ClipImpossible as error:
        _leave_in_drafts(asset_id, str(error))
        return False
    except ClipFailed as error:
        _leave_in_drafts(asset_id, str(error))
        raise
    except Exception as error:
        _leave_in_drafts(asset_id, f"The clip could not be made ({type(error).__name__}).")
        raise
    return _finish(asset_id, name=name, size=size, seconds=seconds, metadata=metadata, now=now)


def retry_clip(*, post: Post, now: datetime) -> bool:
    """Have the clip of a draft cut again, now; return whether there was something to cut.

    A clip that is being cut at this moment is left to the task that does it.
    """
    with transaction.atomic():
        unready = Asset.objects.filter(pk=post.asset_id).exclude(state=Asset.State.READY)
        if not unready.update(state=Asset.State.PENDING):
            return False
        pending = pending_messages(clip_livestream_as_asset, key=str(post.asset_id))
        if pending.exists():
            retry(message_ids=list(pending.values_list("id", flat=True)), now=now)
        else:
            enqueue_cut(post=post)
    return True


def enqueue_cut(*, post: Post, at: datetime | None = None) -> None:
    """Enqueue the cut of a post's clip, due when all of it has been on air and is in the playlist.

    With `at` it is due then instead, and the pending task is moved to that time.
    """
    asset = post.asset
    on_air_in = max(asset.duration - asset.rewind_seconds, 0) + settings.CLIP_DELAY
    on_air_at = asset.completed_at + timedelta(seconds=on_air_in)
    pending: Pending = "touch" if at is None else "replace"
    enqueue(
        clip_livestream_as_asset,
        Delivery(eta=at or on_air_at, key=asset.id, pending=pending, subject=post.goal_id),
        session_id=asset.session_id,
        rewind_seconds=asset.rewind_seconds,
        duration=asset.duration,
        asset_id=asset.id,
        metadata={f"auto_claimed_by:{post.id}": f"message-{post.id}:0"},
        completed_at=asset.completed_at,
    )


def _put_off(asset_id: str, now: datetime) -> None:
    with transaction.atomic():
        post = Post.objects.select_related("asset").get(asset_id=asset_id)
        enqueue_cut(post=post, at=now + timedelta(seconds=_PUT_OFF_SECONDS))


def _make(session_id: str, asset_id: str, clip_range: ClipRange, now: datetime) -> tuple[str, int, float]:
    streamer_id = selectors.find_session(session_id=session_id).streamer_id
    if selectors.is_banned_from_clips(user_id=streamer_id):
        raise ClipImpossible("The streamer has been banned from clips.")
    location = selectors.playback_of(user_id=streamer_id)
    if location is None:
        raise ClipImpossible("No source of the streamer names a playback_url.")
    reader = SourceReader(folder=Path(settings.CLIP_SOURCE_FOLDER), deadline=Deadline(seconds=settings.CLIP_TIMEOUT))
    with tempfile.TemporaryDirectory(prefix="clip-") as folder:
        path, seconds = extracting.extract(
            location=location, clip_range=clip_range, folder=Path(folder), reader=reader, now=now
        )
        return _store(asset_id, path), path.stat().st_size, seconds


def _store(asset_id: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            return storages[QUARANTINE].save(f"clips/{asset_id}.mp4", File(file))
    except Exception as error:  # noqa: BLE001 - each storage raises its own
        # Without its cause, which names the storage's whole address.
        reason = without_addresses(f"{type(error).__name__}: {error}")[:300]
        raise ClipFailed(f"The clip could not be stored. {reason}") from None


def _finish(asset_id: str, *, name: str, size: int, seconds: float, metadata: Mapping[str, str], now: datetime) -> bool:
    with transaction.atomic():
        asset = Asset.objects.select_for_update(no_key=True).get(pk=asset_id)
        if asset.state == Asset.State.READY:
            return False
        asset.state, asset.storage_name, asset.size = Asset.State.READY, name, size
        asset.duration, asset.ready_at = seconds, now
        asset.metadata = {**asset.metadata, **metadata}
        asset.save()
        post = Post.objects.select_for_update(no_key=True).get(asset_id=asset_id)
        post.tags = [tag for tag in post.tags if tag != Post.DRAFTS]
        post.reason = ""
        post.save(update_fields=["tags", "reason"])
    return True


def _leave_in_drafts(asset_id: str, reason: str) -> None:
    with transaction.atomic():
        undone = Asset.objects.filter(pk=asset_id).exclude(state=Asset.State.READY)
        if undone.update(state=Asset.State.FAILED):
            Post.objects.filter(asset_id=asset_id).update(reason=reason[:500])
