"""Sending what waits, through the pusher package to a real server."""

import pytest

from livestream.models import OutboxMessage
from notifications import push_examples
from notifications.models import Push
from notifications.provider import LocalProvider, PusherProvider, Unavailable
from notifications.push_contracts import PushEvent
from notifications.services import pushes, sending
from tests.notifications.conftest import NOW
from tests.support.outbox import run_due

pytestmark = pytest.mark.django_db


def store(count=1, channels=("private-user@1",), event=PushEvent.ESCROW_COMPLETED, bulk=False):
    messages = [
        pushes.Message(channels=list(channels), event=event, data=data_of(event, n), subject="g", event_id=f"{n:024x}")
        for n in range(count)
    ]
    pushes.push_all(messages=messages, now=NOW, bulk=bulk)


def data_of(event, number):
    example = push_examples.EXAMPLES[event] | {"amount": number}
    return {name: value for name, value in example.items() if name not in ("event_id", "push_id")}


def send(size=40):
    return sending.send_page(provider=PusherProvider(), now=NOW, size=size)


def numbers(server):
    return [data["amount"] for _, _, data in server.told]


def test_what_waits_is_sent_in_order_and_marked(pusher_server):
    store(25)
    run_due()
    assert numbers(pusher_server) == list(range(25))
    assert len(pusher_server.calls) == 3
    assert Push.objects.filter(sent_at=NOW, provider="pusher", attempts=0).count() == 25
    assert not OutboxMessage.objects.exists()


def test_what_is_sent_is_not_sent_again(pusher_server):
    store(3)
    assert send() == 3
    assert send() == 0
    assert len(pusher_server.told) == 3


def test_the_bulk_lets_what_happens_now_go_first(pusher_server):
    store(3, event=PushEvent.ESCROW_REFUNDED, bulk=True)
    store(2)
    send()
    assert [event for _, event, _ in pusher_server.told] == ["escrow.completed"] * 2 + ["escrow.refunded"] * 3


def test_a_page_holds_no_more_than_asked(pusher_server):
    store(5)
    assert send(size=2) == 2
    assert numbers(pusher_server) == [0, 1]


def test_an_outage_keeps_everything_and_says_why(pusher_server):
    store(12)
    pusher_server.answers = [200, 503]
    with pytest.raises(Unavailable):
        send()
    assert Push.objects.filter(sent_at=NOW).count() == 10
    waiting = Push.objects.filter(sent_at=None, failed_at=None)
    assert [(push.attempts, push.error) for push in waiting] == [(1, "503: because")] * 2
    send()
    assert numbers(pusher_server) == list(range(12))
    assert Push.objects.filter(sent_at=NOW, error="").count() == 12


def test_the_outbox_tries_again_later_and_not_at_once(pusher_server, moving):
    store(1)
    pusher_server.answers = [500, 500]
    with pytest.raises(AssertionError, match="Unavailable"):
        run_due()
    message = OutboxMessage.objects.get(actor="send_pushes")
    assert message.attempts == 1
    assert message.due_at > moving.at
    assert pusher_server.calls == []


def test_a_refused_push_is_set_aside_and_holds_nobody_up(pusher_server):
    store(4)
    store(1, channels=["private-user@bad"], event=PushEvent.ESCROW_REFUNDED)
    store(4)
    pusher_server.refuse = "escrow.refunded"
    assert send() == 9
    assert [event for _, event, _ in pusher_server.told] == ["escrow.completed"] * 8
    refused = Push.objects.get(event="escrow.refunded")
    assert (refused.failed_at, refused.sent_at, refused.attempts) == (NOW, None, 1)
    assert "400" in refused.error
    assert send() == 0


def test_what_a_foreign_server_says_can_be_stored(pusher_server):
    store(1)
    pusher_server.answers, pusher_server.raw_answer = [500], b"\0" * 9000 + b"x"
    with pytest.raises(Unavailable):
        send()
    assert Push.objects.get().error.startswith("500")


def test_a_crash_after_the_call_sends_again_under_the_same_event_id(pusher_server):
    store(1)
    send()
    Push.objects.update(sent_at=None)  # as if the process died before it could note the call
    send()
    first, second = (data for _, _, data in pusher_server.told)
    assert first == second
    assert first["event_id"] == f"{0:024x}"


def test_the_local_provider_keeps_what_it_was_asked():
    store(3, channels=["private-stream@1", "presence-stream@1"])
    assert sending.send_page(provider=LocalProvider(), now=NOW) == 3
    assert Push.objects.filter(sent_at=NOW, provider="local").count() == 3
