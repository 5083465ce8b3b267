"""The server of the cache, if it is Redis: its address, and one circuit breaker for all that a process asks of it."""

from __future__ import annotations

from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.utils.module_loading import import_string
from redis.exceptions import RedisError
from throttled.exceptions import StoreUnavailableError

from livestream.outbound.circuit_breaker import CircuitBreaker

# Views go to it through Django's cache, and counts of calls through throttled-py, which has an error of its own.
breaker = CircuitBreaker(failure=(RedisError, StoreUnavailableError))


def redis_url() -> str | None:
    """Return the address of the cache's Redis; None where the cache is another one."""
    cache = settings.CACHES["default"]
    if not issubclass(import_string(cache["BACKEND"]), RedisCache):
        return None
    location = cache["LOCATION"]
    return location if isinstance(location, str) else location[0]
