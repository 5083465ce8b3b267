"""The cache, with a limit on each wait for it."""

from typing import Any

_REDIS = "django.core.cache.backends.redis.RedisCache"
# Seconds for a call that takes less than a millisecond: without the cache, an answer is only slower.
CACHE_PATIENCE = 0.2


def cache_with_limits(cache: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a cache, with time limits where it is Redis."""
    if cache["BACKEND"] != _REDIS:
        return cache
    limits = {"socket_timeout": CACHE_PATIENCE, "socket_connect_timeout": CACHE_PATIENCE}
    return cache | {"OPTIONS": cache.get("OPTIONS", {}) | limits}
