"""`manage.py replay_webhooks`: what Pusher told is processed again, and counted once."""

from __future__ import annotations

import pytest

from goals.models import Goal
from goals.services import performance
from livestream import clock
from livestream.models import EventRecord
from notifications.models import Webhook
from tests.domain.pusher import Pusher, stage_of
from tests.domain.world import START
from tests.support.commands import run
from tests.support.endings import make_karaoke, offering_session
from tests.support.outbox import pass_time, run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def moving():
    with clock.frozen(START) as moving:  # a whole second, since webhooks know only milliseconds
        yield moving


@pytest.fixture
def song(moving) -> Goal:
    """A karaoke that was sung for seven seconds, as two webhooks told."""
    goal, pusher = make_karaoke(offering_session()), Pusher()
    pusher.notice(stage_of(goal.id), goal.streamer_id, True)
    pass_time(moving, seconds=7)
    pusher.notice(stage_of(goal.id), goal.streamer_id, False)
    run_due()
    goal.refresh_from_db()
    assert goal.progress == 7
    return goal


def replay(*arguments: str):
    ran = run("replay_webhooks", "--json", *arguments)
    run_due()
    return ran


def test_what_was_published_is_not_published_twice(song):
    logged, intervals = EventRecord.objects.count(), list(song.intervals.values())
    for _ in range(2):
        ran = replay("--all", "--apply")
        assert (ran.code, ran.told["done"]) == (0, {"published before: its event is replayed": 2})
    song.refresh_from_db()
    assert (song.progress, EventRecord.objects.count()) == (7, logged)
    assert list(song.intervals.values()) == intervals


def test_a_webhook_and_its_event_know_one_another(song):
    ids = {webhook.event_id for webhook in Webhook.objects.all()}
    assert ids == set(EventRecord.objects.filter(name__startswith="channel_").values_list("event_id", flat=True))


def test_one_that_was_ignored_is_read_anew(song):
    """As after a release that knows more channels than the one before, and whom a webhook concerns."""
    Pusher().notice(stage_of(song.id), song.streamer_id, True)
    Webhook.objects.filter(processed_at=None).update(subject_id="", processed_at=clock.now(), result="ignored")
    run_due()
    ran = replay("--result", "ignored", "--apply")
    assert (ran.code, ran.told["done"]) == (0, {"published": 1})
    assert song.intervals.filter(closed_at=None).count() == 1


def test_one_that_failed_is_tried_now_and_told_where_it_fails_again(moving, song, monkeypatch):
    def refuse(**kwargs):
        raise RuntimeError("broken")

    pusher = Pusher()
    with monkeypatch.context() as broken:
        broken.setattr(performance, "mark_stage", refuse)
        pusher.notice(stage_of(song.id), song.streamer_id, True)
        run_due()
        ran = replay("--result", "failed", "--apply")
        assert (ran.code, ran.told["failed"]) == (1, 1)
        assert "RuntimeError: broken" in ran.told["failures"][0]["error"]
    ran = replay("--result", "failed", "--apply")
    assert (ran.code, ran.told["done"]) == (0, {"published": 1})


def test_a_dry_run_says_what_became_of_them(song):
    before = list(Webhook.objects.values())
    assert replay("--channel", stage_of(song.id)).told["done"] == {"published": 2}
    assert list(Webhook.objects.values()) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which webhooks"),
        (["--id", "999999999"], "there is no webhook"),
        (["--id", "x"], "is no position"),
        (["--result", "odd"], "invalid choice"),
        (["--since", "2026-05-02", "--until", "2026-05-02"], "--since must lie before --until"),
    ],
)
def test_a_wrong_argument_is_refused_with_a_sentence(song, arguments, sentence):
    ran = run("replay_webhooks", "--apply", *arguments)
    assert (ran.code, sentence in ran.said) == (2, True), ran.said
