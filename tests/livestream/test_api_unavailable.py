"""A request that reaches a limit of the database is answered 503 with a code, wherever that happens."""

from __future__ import annotations

import psycopg
import psycopg_pool
import pytest
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from livestream.api import handlers
from livestream.api.problems import CONTENT_TYPE

# As Django raises them: its class, and the driver's error as the cause.
RAISED: dict[str, tuple[type[DatabaseError | InterfaceError], type[Exception] | None, str]] = {
    "lock": (OperationalError, psycopg.errors.LockNotAvailable, "busy"),
    "statement": (OperationalError, psycopg.errors.QueryCanceled, "busy"),
    "deadlock": (OperationalError, psycopg.errors.DeadlockDetected, "busy"),
    "idle": (InternalError, psycopg.errors.IdleInTransactionSessionTimeout, "temporarily_unavailable"),
    "shutdown": (OperationalError, psycopg.errors.AdminShutdown, "temporarily_unavailable"),
    "pool": (OperationalError, psycopg_pool.PoolTimeout, "temporarily_unavailable"),
    "lost": (OperationalError, psycopg.OperationalError, "temporarily_unavailable"),
    "closed": (InterfaceError, None, "temporarily_unavailable"),
}


def fail(name: str) -> None:
    kind, cause, _ = RAISED[name]
    raise kind("a secret reason") from (cause() if cause else None)


class ApiView(APIView):
    permission_classes = (AllowAny,)

    def get(self, request, name):
        fail(name)


def plain(request: HttpRequest, name: str) -> HttpResponse:
    return fail(name)  # type: ignore[func-returns-value]


def after(request: HttpRequest, name: str) -> HttpResponse:
    """Go on in a transaction that is broken, as code does that handles every error."""
    try:
        return plain(request, name)
    except DatabaseError:
        raise ProgrammingError("Cannot open a new connection in an atomic block.")  # noqa: B904 - as Django does


def wrong(request: HttpRequest) -> HttpResponse:
    raise ProgrammingError("no such column") from psycopg.errors.UndefinedColumn()


def bug(request: HttpRequest) -> HttpResponse:
    raise InternalError("a bug")


class FailingMiddleware:
    """A middleware that runs into the database, as that of sessions does when it saves one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if name := request.headers.get("X-Fail"):
            fail(name)
        return self.get_response(request)


urlpatterns = [
    path("api/<name>", ApiView.as_view()),
    path("plain/<name>", plain),
    path("admin/<name>", plain),
    path("after/<name>", after),
    path("wrong", wrong),
    path("bug", bug),
]
handler500 = handlers.server_error
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def failing_middleware(settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.FailingMiddleware"]


@pytest.mark.parametrize("name", RAISED)
@pytest.mark.parametrize("where", ["api", "plain"])
def test_a_view_answers_503_with_a_code(anonymous, where, name):
    assert_refused(anonymous.get(f"/{where}/{name}"), name)


@pytest.mark.parametrize("name", RAISED)
def test_an_error_in_a_middleware_is_answered_in_the_same_way(anonymous, failing_middleware, name):
    assert_refused(anonymous.get("/bug", HTTP_X_FAIL=name), name)


def assert_refused(response, name):
    body = response.json()
    assert (response.status_code, body["code"]) == (503, RAISED[name][2])
    assert response["Content-Type"] == CONTENT_TYPE
    assert response["Retry-After"] == "1"
    assert body["request_id"] == response["X-Request-ID"]
    assert "secret" not in response.content.decode()


def test_the_admin_shows_a_page_that_needs_no_database(anonymous, failing_middleware):
    for response in (anonymous.get("/admin/lock"), anonymous.get("/admin/x", HTTP_X_FAIL="closed")):
        assert response.status_code == 503
        assert response["Content-Type"].startswith("text/html")
        assert response["Retry-After"] == "1"
        page = response.content.decode()
        assert "try again" in page
        assert response["X-Request-ID"] in page
        assert "secret" not in page


@pytest.mark.parametrize("name", ["lock", "idle"])
def test_the_first_error_of_a_transaction_decides_the_answer(anonymous, name):
    assert_refused(anonymous.get(f"/after/{name}"), name)


@pytest.mark.parametrize("where", ["bug", "wrong"])
def test_any_other_error_of_the_database_is_still_a_crash(anonymous, where):
    assert (response := anonymous.get(f"/{where}")).status_code == 500
    assert response.json()["code"] == "server_error"


def test_the_log_names_the_limit_and_the_place(anonymous, caplog):
    anonymous.get("/plain/lock")
    [line] = [record for record in caplog.records if "database_limit" in str(record.msg)]
    assert "'limit': 'lock'" in str(line.msg)
    assert line.exc_info or "exc_info" in str(line.msg)
