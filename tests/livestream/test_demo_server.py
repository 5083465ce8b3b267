"""The retries of the demo's HTTP client, against a real server that stops, starts and fails."""

import io
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from livestream.demo import server as demo_server
from livestream.demo.errors import DemoFailed, NoServer
from livestream.demo.server import Call, Server
from livestream.demo.story import Story
from tests.support.ports import free_port


@contextmanager
def answering(*statuses, port=0):
    """Serve these statuses, one a request, then 200; yields the server, which notes the paths."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            web.paths.append(self.path)
            status = left.pop(0) if left else 200
            if status is None:  # hang up in the middle, as a killed process does
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b'{"a": null}')

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    left = list(statuses)
    web = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    web.paths = []
    thread = threading.Thread(target=web.serve_forever, args=[0.01])
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        thread.join()
        web.server_close()


@pytest.fixture
def told():
    return io.StringIO()


@pytest.fixture
def client_of(told):
    made = []

    def make(port):
        made.append(Server(address=f"http://127.0.0.1:{port}", story=Story(out=told)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_nobody_there_at_the_start_is_said_at_once(client_of):
    with pytest.raises(NoServer, match="make run"):
        client_of(free_port()).greet()


@pytest.mark.parametrize("stumble", [None, 503])
def test_a_call_is_repeated_until_it_is_answered(client_of, told, stumble):
    with answering(stumble, stumble) as web:
        answer = client_of(web.server_port).send(Call("GET", "/goals"))
    assert answer.status == 200
    assert web.paths == ["/goals"] * 3
    assert told.getvalue().count("waiting up to 60 s") == 1
    assert told.getvalue().count("the server is back") == 1


def test_a_call_that_was_carried_out_before_the_outage_is_not_repeated(client_of):
    with answering(None) as web:
        call = Call("POST", "/goals", already=lambda: {"id": "1"})
        answer = client_of(web.server_port).send(call)
    assert answer.body == {"id": "1"}
    assert web.paths == ["/goals"]


def test_a_call_that_was_not_carried_out_is_repeated(client_of):
    with answering(None) as web:
        answer = client_of(web.server_port).send(Call("POST", "/goals", already=lambda: None))
    assert answer.status == 200
    assert web.paths == ["/goals", "/goals"]


def test_an_outage_that_is_too_long_ends_the_demo(client_of, monkeypatch):
    monkeypatch.setattr(demo_server, "MAX_OUTAGE_SECONDS", 0.2)
    with pytest.raises(NoServer, match="did not return"):
        client_of(free_port()).send(Call("GET", "/goals"))


def test_waiting_in_vain_ends_with_what_was_waited_for(client_of):
    with pytest.raises(DemoFailed, match="in vain for the payout"):
        client_of(free_port()).until(lambda: False, what="the payout", seconds=0)


def test_the_time_of_an_outage_does_not_count_as_waiting(client_of, monkeypatch):
    monkeypatch.setattr(demo_server, "_POLL_SECONDS", 0.3)
    answers = iter([False, False, True])
    with answering(*[None] * 10) as web:
        client = client_of(web.server_port)

        def ask():
            client.send(Call("GET", "/goals"))
            return next(answers)

        assert client.until(ask, what="the payout", seconds=2.5)
