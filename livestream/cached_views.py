"""Cached views that events invalidate, by giving them another version.

A view is cached under its version. A reader that took the version before the invalidation stores
its result under the old version, which nobody reads any more. So a slow reader cannot restore
what was invalidated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from livestream import cache_server, ids
from livestream.models import ViewVersion
from livestream.outbound.circuit_breaker import CircuitOpen

log = structlog.get_logger(__name__)

# The longest time for which a stale view is served, should an invalidation be missing.
BACKSTOP_SECONDS = 60

_NEVER_INVALIDATED = "0"


def cached(*, name: str, part: str, build: Callable[[], Any]) -> Any:
    """Return `part` of the views called `name`, built where its current version is not cached."""
    version = ViewVersion.objects.filter(pk=name).values_list("version", flat=True).first()
    return kept(key=f"{name}:{version or _NEVER_INVALIDATED}:{part}", build=build)


def kept(*, key: str, build: Callable[[], Any], is_current: Callable[[], bool] = lambda: True) -> Any:
    """Return the view that is cached under `key`, which contains its version; build it if it is not cached.

    Give `is_current` where a version can come back, as the feed's does: a view is cached only if it returns True once
    the view is built. While the cache does not answer, every view is built.
    """
    key = f"view:{key}"
    found = _with_cache(lambda: cache.get(key))
    if found is None:
        found = build()
        if is_current():
            _with_cache(lambda: cache.set(key, found, BACKSTOP_SECONDS))
    return found


def _with_cache(call: Callable[[], Any]) -> Any:
    """Call the cache; None where it does not answer, or is being probed by another thread."""
    try:
        with cache_server.breaker.calling():
            return call()
    except CircuitOpen:
        return None
    except RedisError as error:
        log.warning("cache_unavailable", error=repr(error))
        return None


def invalidate(*, name: str) -> None:
    """Give the views called `name` another version, in the caller's transaction."""
    ViewVersion.objects.bulk_create(
        [ViewVersion(name=name, version=ids.new_id())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["version"],
    )


def channels_of(streamer_id: str) -> str:
    """Name the channel snapshots of a streamer, which are invalidated together."""
    return f"channels:{streamer_id}"


def session_token_of(session_id: str) -> str:
    """Name the cached stream tokens of a session."""
    return f"session-token:{session_id}"


def invalidate_cached_pusher_channel_data(*, streamer_id: str) -> None:
    """Drop the snapshots of the streamer's four cached channels (seeds 001, 002)."""
    invalidate(name=channels_of(streamer_id))


def invalidate_get_session_token_view_cache(*, session_id: str) -> None:
    """Drop the cached stream tokens of a session (seeds 001, 004)."""
    invalidate(name=session_token_of(session_id))
