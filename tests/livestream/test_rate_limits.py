"""Rate limits: counted once by all threads and processes, on Redis or in memory, and harmless without either."""

import os
import subprocess
import sys
import threading
import time
import uuid

import pytest
import redis

from livestream import cache_server, rate_limits
from livestream.rate_limits import Policy
from tests.support.ports import free_port

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15")
POLICY = Policy("tests", quota=20, window=3600)


def _answers() -> bool:
    try:
        return redis.Redis.from_url(REDIS, socket_connect_timeout=1, retry=None).ping()
    except redis.RedisError:
        return False


def _use(settings, url):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}}
    rate_limits.reset()


@pytest.fixture(params=["memory", "redis"])
def store(request, settings):
    """Count in memory, and on a Redis where one answers."""
    if request.param == "redis":
        if not _answers():
            pytest.skip("needs Redis")
        _use(settings, REDIS)
    settings.BROKER_NAMESPACE = f"test-{uuid.uuid4().hex}"
    yield request.param
    rate_limits.reset()
    if request.param == "redis":
        with redis.Redis.from_url(REDIS) as client:
            for key in client.scan_iter(f"*{settings.BROKER_NAMESPACE}*"):
                client.delete(key)


def take(caller="a", policy=POLICY):
    return rate_limits.take(policy=policy, caller=caller)


def use_up(caller="a", policy=POLICY):
    """Call until one call is refused, and return what that was told."""
    return next(usage for usage in (take(caller, policy) for _ in range(2 * policy.quota)) if not usage.allowed)


def allowed_in_threads(threads, each, caller="a"):
    """Return how many of all calls of these threads, which begin together, are allowed."""
    barrier, counts = threading.Barrier(threads), []

    def call():
        barrier.wait(30)
        counts.append(sum(take(caller).allowed for _ in range(each)))

    running = [threading.Thread(target=call) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    return sum(counts)


def test_threads_together_get_the_quota_and_not_one_call_more(store):
    assert allowed_in_threads(8, 10) == POLICY.quota
    assert allowed_in_threads(4, 10, caller="b") == POLICY.quota


def test_what_is_left_and_when_more_is_free_is_told(store):
    told = {(first.allowed, first.remaining, first.reset_after) for first in map(take, map(str, range(1000)))}
    assert told == {(True, 19, 180)}
    usage = use_up()
    assert usage.remaining == 0
    assert 170 <= usage.retry_after <= 180
    assert 3590 <= usage.reset_after <= 3600


def test_a_call_that_is_given_back_may_be_made_again(store):
    use_up()
    rate_limits.refund(policy=POLICY, caller="a")
    assert [take().allowed, take().allowed] == [True, False]


def test_calls_that_are_all_given_back_never_use_a_quota_up(store):
    for _ in range(3 * POLICY.quota):
        assert take().allowed
        rate_limits.refund(policy=POLICY, caller="a")


def test_policies_and_callers_are_counted_apart(store):
    use_up()
    assert take("b").allowed
    assert take(policy=Policy("others", 20, 3600)).allowed


def test_a_quota_refills_as_time_passes(store):
    quick = Policy("quick", quota=2, window=1)
    assert [take(policy=quick).allowed for _ in range(3)][:2] == [True, True]
    deadline = time.monotonic() + 10
    while not take(policy=quick).allowed:
        assert time.monotonic() < deadline, "nothing became free"


_IN_ANOTHER_PROCESS = """
import django; django.setup()
from django.conf import settings
from django.test.utils import override_settings
from livestream import rate_limits
cache = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "%(url)s"}}
with override_settings(CACHES=cache, BROKER_NAMESPACE="%(namespace)s"):
    rate_limits.reset()
    policy = rate_limits.Policy("tests", quota=20, window=3600)
    print(sum(rate_limits.take(policy=policy, caller="a").allowed for _ in range(30)))
"""


def test_processes_count_together_on_redis(settings, store):
    if store == "memory":
        assert cache_server.redis_url() is None
        return
    code = _IN_ANOTHER_PROCESS % {"url": REDIS, "namespace": settings.BROKER_NAMESPACE}
    others = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sum(int(other.communicate(timeout=120)[0]) for other in others) == POLICY.quota
    assert not take().allowed


def test_without_an_answer_of_redis_each_process_counts_by_itself(settings):
    _use(settings, f"redis://127.0.0.1:{free_port()}/0")
    assert allowed_in_threads(4, 10) == POLICY.quota


def test_a_redis_that_hangs_delays_one_call_at_a_time_and_briefly(settings):
    """It accepts connections and never answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        _use(settings, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        assert take().allowed
        assert time.monotonic() - began < 5
        assert allowed_in_threads(4, 5) == POLICY.quota - 1
    rate_limits.reset()
