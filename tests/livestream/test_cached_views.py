"""Cached views, and that what was invalidated stays so."""

import socket

import pytest
from django.core.cache import cache
from django.db import transaction

from livestream import cache_server, cached_views, rate_limits
from livestream.models import ViewVersion
from livestream.rate_limits import Policy
from settings.caches import cache_with_limits

pytestmark = pytest.mark.django_db


class View:
    """Something to cache: counts how often it is built, and may be slow."""

    def __init__(self):
        self.truth, self.built = 1, 0
        self.meanwhile = lambda: None

    def build(self):
        self.built += 1
        seen = self.truth
        self.meanwhile()
        return {"truth": seen}

    def read(self, part="public"):
        return cached_views.cached(name="n", part=part, build=self.build)["truth"]


@pytest.fixture
def view():
    cache.clear()
    return View()


def test_a_view_is_built_once(view):
    assert [view.read(), view.read()] == [1, 1]
    assert view.built == 1


def test_an_invalidated_view_is_built_again(view):
    view.read()
    view.truth = 2
    assert view.read() == 1
    cached_views.invalidate(name="n")
    assert [view.read(), view.read()] == [2, 2]
    assert view.built == 2


def test_a_slow_reader_cannot_put_back_what_was_invalidated(view):
    def change():
        view.meanwhile = lambda: None
        view.truth = 2
        cached_views.invalidate(name="n")

    view.meanwhile = change
    assert view.read() == 1  # began before the change, and may answer what it saw
    assert view.read() == 2


def test_a_slow_reader_of_an_older_version_cannot_either(view):
    cached_views.invalidate(name="n")
    test_a_slow_reader_cannot_put_back_what_was_invalidated(view)


def test_all_parts_are_invalidated_together(view):
    view.read("public"), view.read("full")
    view.truth = 2
    cached_views.invalidate(name="n")
    assert [view.read("public"), view.read("full")] == [2, 2]


def test_other_views_stay(view):
    view.read()
    view.truth = 2
    cached_views.invalidate(name="another")
    assert view.read() == 1


def test_an_invalidation_is_undone_with_its_transaction(view):
    view.read()
    with transaction.atomic():
        cached_views.invalidate(name="n")
        transaction.set_rollback(True)
    assert view.read() == 1
    assert view.built == 1


def test_an_emptied_cache_is_only_slower(view):
    cached_views.invalidate(name="n")
    view.read()
    cache.clear()
    assert view.read() == 1


@pytest.fixture
def silent_cache(settings):
    """A cache server that accepts connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        redis = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{server.getsockname()[1]}",
        }
        settings.CACHES = {"default": cache_with_limits(redis)}
        rate_limits.reset()
        yield server
    rate_limits.reset()


def test_a_cache_that_hangs_is_only_slower(view, silent_cache):
    assert [view.read(), view.read()] == [1, 1]
    assert view.built == 2


def test_while_a_call_of_another_kind_probes_the_server_no_view_waits_for_it(view, silent_cache):
    rate_limits.take(policy=Policy("tests", quota=20, window=3600), caller="a")
    silent_cache.accept()[0].close()
    with cache_server.breaker.calling():
        assert view.read() == 1
    with pytest.raises(BlockingIOError):
        silent_cache.accept()


def test_a_cache_that_is_back_is_used_again(view, silent_cache, settings):
    view.read()
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "back"}}
    assert [view.read(), view.read()] == [1, 1]
    assert view.built == 2


def test_nothing_is_cached_for_longer_than_a_minute():
    assert cached_views.BACKSTOP_SECONDS == 60


def test_a_name_has_one_version_however_often_it_is_invalidated():
    for _ in range(3):
        cached_views.invalidate_get_session_token_view_cache(session_id="a" * 24)
        cached_views.invalidate_cached_pusher_channel_data(streamer_id="a" * 24)
    assert set(ViewVersion.objects.values_list("name", flat=True)) == {
        "session-token:" + "a" * 24,
        "channels:" + "a" * 24,
    }
