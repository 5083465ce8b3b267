"""Rate limits: how often a caller may do something, counted on the Redis of the cache by all processes.

Where the cache is the memory of each process, so are the counts. While Redis does not answer, each process
counts by itself, and no call fails or waits long because of it.
"""

from __future__ import annotations

import functools
import math
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from throttled import MemoryStore, RateLimiterRegistry, RedisStore
from throttled.exceptions import StoreUnavailableError
from throttled.rate_limiter import BaseRateLimiter, per_duration

from livestream import cache_server
from livestream.outbound.circuit_breaker import CircuitOpen

log = structlog.get_logger(__name__)

# Callers that a process remembers without Redis. The longest idle is forgotten first.
_REMEMBERED = 100_000
_NO_RETRY = Retry(NoBackoff(), 0)


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `quota` calls at once, of which one becomes free every `window / quota` seconds."""

    name: str
    quota: int
    window: int  # seconds


@dataclass(frozen=True, slots=True)
class Usage:
    """What a caller has left of a policy; times are whole seconds, rounded up."""

    allowed: bool
    remaining: int
    reset_after: int
    retry_after: int


def take(*, policy: Policy, caller: str) -> Usage:
    """Count a call of the caller, unless it is one too many."""
    limited = _limit(policy, caller, cost=1)
    state = limited.state
    return Usage(
        allowed=not limited.limited,
        remaining=state.remaining,
        reset_after=_whole(state.reset_after),
        retry_after=max(1, _whole(state.retry_after)),
    )


def _whole(seconds: float) -> int:
    """Round up, but not for the error of a difference between two floats that count from 1970."""
    return math.ceil(round(seconds, 3))


def refund(*, policy: Policy, caller: str) -> None:
    """Count a call less, for one that turned out not to count."""
    # The library's public class refuses a negative cost; its limiter, which is called here, accepts one.
    _limit(policy, caller, cost=-1)


def _limit(policy: Policy, caller: str, *, cost: int) -> Any:
    key = f"{settings.BROKER_NAMESPACE}:{policy.name}:{caller}"
    shared = _stores().shared
    if shared is not None:
        try:
            with cache_server.breaker.calling():
                return _limiter(policy, shared).limit(key, cost)
        except CircuitOpen:
            pass
        except StoreUnavailableError as error:
            log.warning("rate_limits_not_shared", error=type(error.__cause__).__name__)
    return _limiter(policy, _stores().own).limit(key, cost)


class _Stores:
    """Where a process counts: on Redis, if that is the cache, and in its own memory."""

    def __init__(self) -> None:
        self.own = MemoryStore(options={"MAX_SIZE": _REMEMBERED})
        url = cache_server.redis_url()
        self.shared = None if url is None else RedisStore(server=url, options=_options())


def _options() -> dict[str, Any]:
    pool = {"retry": _NO_RETRY}
    return {
        "SOCKET_TIMEOUT": settings.CACHE_PATIENCE,
        "SOCKET_CONNECT_TIMEOUT": settings.CACHE_PATIENCE,
        "CONNECTION_POOL_KWARGS": pool,
        # The library would share a pool with other options under the same address.
        "REUSE_CONNECTION": False,
    }


_made: _Stores | None = None
_making = threading.Lock()


def _stores() -> _Stores:
    global _made
    if _made is None:
        with _making:
            _made = _made or _Stores()
    return _made


@functools.lru_cache(maxsize=64)
def _limiter(policy: Policy, store: Any) -> BaseRateLimiter:
    quota = per_duration(timedelta(seconds=policy.window), policy.quota)
    return RateLimiterRegistry.get("gcra")(quota, store)


def reset() -> None:
    """Forget what this process has counted, and read the address of the cache again."""
    global _made
    with _making:
        _made = None
    cache_server.breaker.close()
    _limiter.cache_clear()
