"""What `/metrics` says: how far behind the work is, whatever state the database is in."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
import requests
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from livestream import clock, metrics
from livestream.models import OutboxMessage
from settings.environment import BASE_DIR
from tests.support.scraping import scrape

pytestmark = pytest.mark.django_db


def task(**fields):
    """Store a task that is due now, unless said otherwise."""
    usual = {"actor": "track", "eta": clock.now(), "due_at": clock.now(), "created_at": clock.now()}
    return OutboxMessage.objects.create(**(usual | fields))


def test_tasks_are_told_by_state(moving, client):
    soon = clock.now() + timedelta(seconds=60)
    task(eta=soon, due_at=soon)
    [task() for _ in range(2)]
    [task(due_at=soon, running_until=soon, attempts=1) for _ in range(3)]
    [task(due_at=soon, attempts=2, error="ValueError") for _ in range(4)]
    [task(failed_at=clock.now()) for _ in range(5)]
    told = scrape(client)
    states = ("waiting", "due", "running", "failing", "dead")
    assert [told[f"livestream_outbox_messages {state}"] for state in states] == [1, 2, 3, 4, 5]


def test_what_is_most_overdue_is_told_in_seconds_also_while_a_lease_hides_it(moving, client):
    name = "livestream_outbox_oldest_due_seconds"
    assert scrape(client)[f"{name} money"] == 0
    task(urgency=0, eta=clock.now() - timedelta(seconds=90), due_at=clock.now() + timedelta(seconds=500), attempts=9)
    task(urgency=0, eta=clock.now() - timedelta(seconds=30))
    task(urgency=0, eta=clock.now() - timedelta(days=1), failed_at=clock.now())
    task(urgency=3, eta=clock.now() - timedelta(hours=1))
    told = scrape(client)
    assert (told[f"{name} money"], told[f"{name} lifecycle"], told[f"{name} analytics"]) == (90, 0, 3600)


def test_dead_tasks_are_counted_by_actor(moving, client):
    [task(failed_at=clock.now()) for _ in range(3)]
    task(actor="transfer", failed_at=clock.now())
    told = scrape(client)
    assert (told["livestream_outbox_dead track"], told["livestream_outbox_dead transfer"]) == (3, 1)


def test_tasks_that_this_release_does_not_know_are_no_backlog(moving, client):
    task(actor="of_another_release", eta=clock.now() - timedelta(days=1))
    told = scrape(client)
    assert told["livestream_outbox_messages due"] == told["livestream_outbox_oldest_due_seconds lifecycle"] == 0


def test_lateness_is_how_long_after_its_moment_work_was_done(moving, client, durable_probe):
    name = "livestream_outbox_lateness_seconds"
    before = scrape(client)
    durable_probe.do()
    moving.advance(seconds=42)
    durable_probe.perform()
    after = scrape(client)
    total = f"{name}_sum lifecycle"
    assert after[total] - before.get(total, 0) == pytest.approx(42)
    buckets = [f"{name}_bucket {edge} lifecycle" for edge in ("30.0", "60.0")]
    in_time = [after[each] - before.get(each, 0) for each in buckets]
    assert in_time == [0, 1]


def test_failures_are_counted_by_actor(moving, client, durable_probe):
    name = f"livestream_outbox_failures_total {durable_probe.actor}"
    before = scrape(client).get(name, 0)
    durable_probe.work = durable_probe.failing()
    durable_probe.do()
    durable_probe.perform()
    assert scrape(client)[name] == before + 1


def test_counting_ends_at_a_cap_however_many_rows_there_are(moving, client, monkeypatch):
    monkeypatch.setattr(metrics, "CAP", 3)
    [task(failed_at=clock.now()) for _ in range(5)]
    [task() for _ in range(5)]
    told = scrape(client)
    assert (told["livestream_outbox_messages dead"], told["livestream_outbox_messages due"]) == (3, 3)


def test_while_the_database_is_away_the_scrape_answers_and_says_so(client, monkeypatch):
    def away(now):
        raise DatabaseError("no")

    assert scrape(client)["livestream_database_up"] == 1
    monkeypatch.setattr(metrics, "_sources", [away, *metrics._sources])
    told = scrape(client)
    assert told["livestream_database_up"] == 0
    assert "livestream_outbox_messages due" not in told
    assert "livestream_outbox_failures_created" not in told
    assert "livestream_database_up" in told


def test_a_scrape_asks_the_same_number_of_questions_whatever_there_is(moving, client):
    with CaptureQueriesContext(connection) as few:
        client.get("/metrics")
    [task() for _ in range(20)]
    with CaptureQueriesContext(connection) as many:
        client.get("/metrics")
    assert len(few) == len(many) < 60


_WORKER = """
import django; django.setup()
from livestream.outbox import metrics
metrics.LATENESS.labels("money").observe(7)
"""


def test_a_machine_without_a_web_process_tells_what_its_workers_saw_also_without_a_database(tmp_path):
    """The database of that process is new and has no tables: that is no reason to say nothing."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "settings.test", "DATABASE_URL": ""}
    shared = {"env": environment | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}, "cwd": BASE_DIR}
    subprocess.run([sys.executable, "-c", _WORKER], check=True, **shared)
    command = [sys.executable, "manage.py", "metrics", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **shared) as process:
        try:
            address = process.stdout.readline().split()[2].rstrip(";")
            told = requests.get(address, timeout=60)
            assert requests.get(address.replace("/metrics", "/"), timeout=60).status_code == 404
        finally:
            process.terminate()
    assert (told.status_code, process.returncode) == (200, 0)
    assert 'livestream_outbox_lateness_seconds_sum{urgency="money"} 7.0' in told.text
    assert "livestream_database_up 0.0" in told.text
