"""One thread of a web process stays free for its liveness probe."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count

import pytest
from django.http import JsonResponse
from django.urls import path

from livestream import admission
from livestream.admission import WAIT_BUDGET, Admission, Overloaded
from livestream.api import health

THREADS = 8


def tell(request):
    return JsonResponse({"cookies": len(request.COOKIES)})


urlpatterns = [path("tell", tell), path("healthz", health.healthz)]
pytestmark = pytest.mark.urls(__name__)


def admission_of(threads: int | None) -> Admission:
    made = Admission()
    made.reserve_one_of(threads)
    return made


def occupy(admission: Admission, requests: int) -> ExitStack:
    """Begin this many requests, which end when the stack is closed."""
    stack = ExitStack()
    for _ in range(requests):
        stack.enter_context(admission.admitted())
    return stack


@pytest.fixture
def full(monkeypatch):
    """A process of eight threads, seven of which are occupied."""
    made = admission_of(THREADS)
    monkeypatch.setattr(admission, "requests", made)
    with occupy(made, THREADS - 1) as occupied:
        yield occupied


@pytest.mark.parametrize("threads", [None, 0, 1])
def test_without_a_thread_to_spare_everybody_is_admitted(threads):
    with occupy(admission_of(threads), 100):
        pass


def test_a_request_in_the_last_thread_waits_for_a_moment_and_is_refused():
    made = admission_of(THREADS)
    with occupy(made, THREADS - 1):
        began = time.monotonic()
        with pytest.raises(Overloaded) as refused, made.admitted():
            pass
        assert time.monotonic() - began >= WAIT_BUDGET
    assert refused.value.retry_after == 1


def test_further_requests_are_refused_at_once():
    made, refused = admission_of(THREADS), count()
    with occupy(made, THREADS - 1):
        began = time.monotonic()
        for _ in range(100):
            try:
                with made.admitted():
                    raise AssertionError("it should be full")
            except Overloaded:
                next(refused)
        assert next(refused) == 100
        assert time.monotonic() - began < 100 * WAIT_BUDGET / 5


def test_requests_are_admitted_again_when_others_end():
    made = admission_of(THREADS)
    with occupy(made, THREADS - 1), pytest.raises(Overloaded), made.admitted():
        pass
    with occupy(made, THREADS - 1):
        pass


def test_a_waiting_request_is_admitted_when_a_slot_becomes_free():
    made = admission_of(2)
    occupied = occupy(made, 1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: occupy(made, 1).close())
        occupied.close()
        assert waiting.result(timeout=30) is None


def test_a_burst_of_quick_requests_is_not_refused():
    made, served = admission_of(THREADS), count()

    def serve(_: int) -> None:
        with made.admitted():
            sum(range(1000))
            next(served)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(serve, range(2000)))
    assert next(served) == 2000


def test_the_probe_is_answered_while_others_are_refused(anonymous, full):
    refused = anonymous.get("/tell")
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert refused["Retry-After"] == "1"
    assert refused.json()["request_id"] == refused["X-Request-ID"] != ""
    assert anonymous.get("/healthz").status_code == 200
    full.close()
    assert anonymous.get("/tell").status_code == 200


def test_a_refusal_is_in_the_callers_language(anonymous, full):
    assert "稍後" in anonymous.get("/tell", HTTP_ACCEPT_LANGUAGE="zh-hant").json()["title"]
    assert "try again" in anonymous.get("/tell").json()["title"]


def test_a_crash_frees_its_slot(anonymous, monkeypatch):
    made = admission_of(2)
    monkeypatch.setattr(admission, "requests", made)
    with pytest.raises(ZeroDivisionError), made.admitted():
        raise ZeroDivisionError
    assert anonymous.get("/tell").status_code == 200


def test_the_probe_queries_no_user_although_there_is_a_cookie(anonymous, db, django_assert_num_queries):
    anonymous.cookies["sessionid"] = "x" * 32
    with django_assert_num_queries(0):
        assert anonymous.get("/healthz").status_code == 200
