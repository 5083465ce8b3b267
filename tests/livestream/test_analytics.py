"""Analytics leave with the transaction that tracked them, to a file and a real address."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction

from livestream import clock
from livestream.analytics import tracking
from livestream.analytics.sinks import SinkRefused, append
from livestream.models import OutboxMessage
from livestream.outbox import performing

pytestmark = pytest.mark.django_db(transaction=True)


class Sink(HTTPServer):
    """An analytics service that answers with `status` and keeps what it was sent."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SinkHandler)
        self.status, self.received = 200, []


class SinkHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        """Answer who followed a redirect, which would make a refusal look like success."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Keep the test's output to the test."""


@pytest.fixture
def sink(settings):
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.ANALYTICS_URL = f"http://127.0.0.1:{server.server_port}/track"
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def lines(settings, tmp_path):
    """Read the lines of a file of this test's own."""
    settings.ANALYTICS_PATH = str(tmp_path / "folder" / "analytics.jsonl")
    path = tmp_path / "folder" / "analytics.jsonl"
    return lambda: [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def track(**changed):
    given = {"event": "goal.created", "properties": {"goal_id": "g", "target": 60}, "insert_id": "i1"}
    with transaction.atomic():
        tracking.track(**(given | changed))
    return OutboxMessage.objects.get(actor="track", key=changed.get("insert_id", "i1"))


def test_an_event_becomes_one_line(lines):
    at = clock.from_epoch(1_800_000_000)
    performing.perform(message_id=track(user_id="u", occurred_at=at).id)
    assert lines() == [
        {
            "event": "goal.created",
            "insert_id": "i1",
            "user_id": "u",
            "time": 1_800_000_000,
            "properties": {"goal_id": "g", "target": 60},
        }
    ]
    assert not OutboxMessage.objects.exists()


def test_an_event_without_a_time_has_that_of_its_delivery(lines):
    with clock.frozen(clock.from_epoch(1_800_000_000)) as moving:
        message = track()
        moving.advance(seconds=5)
        performing.perform(message_id=message.id)
    assert lines()[0]["time"] == 1_800_000_005


def test_an_event_of_a_transaction_that_is_undone_is_never_sent():
    with transaction.atomic():
        tracking.track(event="e", properties={}, insert_id="i")
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


def test_an_event_outside_of_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        tracking.track(event="e", properties={}, insert_id="i")


def test_an_event_that_is_tracked_twice_waits_once():
    first = track()
    assert track().id == first.id


def test_where_an_address_is_set_the_event_is_sent_there_too(lines, sink):
    performing.perform(message_id=track().id)
    assert sink.received == lines()
    assert sink.received[0]["insert_id"] == "i1"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_address_that_refuses_is_asked_again_and_the_line_is_written_once(lines, sink, status):
    sink.status = status
    message = track()
    performing.perform(message_id=message.id)
    message.refresh_from_db()
    assert (message.attempts, SinkRefused.__name__ in message.error) == (1, True)
    assert lines() == []
    sink.status = 204
    performing.perform(message_id=message.id)
    assert [line["insert_id"] for line in lines()] == ["i1"]
    assert len(sink.received) == 2


def test_lines_of_many_writers_never_mix(tmp_path):
    path = tmp_path / "analytics.jsonl"
    record = {"text": "x" * 5000}
    threads = [threading.Thread(target=lambda: [append(path=path, record=record) for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [json.loads(line) for line in path.read_text().splitlines()] == [record] * 400
