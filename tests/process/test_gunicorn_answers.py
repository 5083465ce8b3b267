"""gunicorn, as production runs it: requests that wait long for a lock are refused, and `/healthz` still answers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
import requests

from settings.environment import BASE_DIR
from tests.process.house import House
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

THREADS = 3
LOCK_SECONDS = 2.0  # web's own limit is the same; named here so that an exported one does not matter
PERSON = {"username": "viewer1", "password": "demo"}


@pytest.fixture
def web(empty_house: House) -> Iterator[House]:
    """A house whose web server is one gunicorn process of three threads, with the file of its settings."""
    options = ["--bind", f"127.0.0.1:{empty_house.port}", "--workers", "1", "--threads", str(THREADS)]
    environment = empty_house.environment | {"DATABASE_LOCK_TIMEOUT": str(LOCK_SECONDS), "TOKEN_REMEMBERED": "0"}
    with empty_house.log.open("ab") as log:
        command = [sys.executable, "-m", "gunicorn", "livestream.wsgi", *options]
        server = subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: is_alive(empty_house), what="gunicorn to serve", seconds=120, every=0.2)
        yield empty_house
    finally:
        server.terminate()
        server.wait(timeout=60)


def is_alive(house: House) -> bool:
    try:
        return requests.get(f"{house.address}/healthz", timeout=30).status_code == 200
    except requests.ConnectionError:
        return False


def test_requests_that_wait_for_a_lock_are_refused_while_the_probe_is_answered(web: House) -> None:
    token = requests.post(f"{web.address}/auth/token", json=PERSON, timeout=60).json()["access"]

    def ask(_: int = 0) -> requests.Response:
        return requests.get(f"{web.address}/users/me", headers={"Authorization": f"Bearer {token}"}, timeout=60)

    assert ask().status_code == 200
    with closing(psycopg.connect(web.database.environment["DATABASE_URL"])) as other, ThreadPoolExecutor(8) as people:
        other.execute("LOCK TABLE livestream_user")
        asked = [people.submit(ask) for _ in range(8)]
        until(lambda: waiting_for_a_lock(web) == THREADS - 1, what="all threads but one to wait", seconds=30)
        answered_in = [seconds_to_probe(web) for _ in range(5)]
        answers = [each.result() for each in asked]

    codes = [answer.json()["code"] for answer in answers]
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(503, "1")}
    assert set(codes) == {"busy", "overloaded"}
    assert codes.count("busy") >= THREADS - 1
    assert max(answered_in) < 1.5  # half a second, on a machine that is not busy
    assert max(answer.elapsed.total_seconds() for answer in answers) < 2 * LOCK_SECONDS + 2
    assert_all_is_done_again(web, ask, limits_reached=codes.count("busy"))


def assert_all_is_done_again(web: House, ask: Callable[[], requests.Response], *, limits_reached: int) -> None:
    assert ask().status_code == 200
    page = requests.get(f"{web.address}/metrics", timeout=60).text
    assert f'livestream_database_limits_total{{limit="lock"}} {limits_reached}.0' in page
    end_all_sessions(web)
    assert [ask().status_code for _ in range(4)] == [200] * 4


def waiting_for_a_lock(house: House) -> int:
    [(waiting,)] = house.database.query(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return waiting


def seconds_to_probe(house: House) -> float:
    """Ask for `/healthz`, and return how long the answer took."""
    began = time.monotonic()
    assert is_alive(house)
    return time.monotonic() - began


def end_all_sessions(house: House) -> None:
    """End the sessions of all connections in the pool, as a restart of the database does."""
    house.database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
