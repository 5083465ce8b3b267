"""What stands in the way of a clip: it leaves the post in drafts, says why, and can be tried again."""

import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection, transaction

from livestream import clock, users
from livestream.outbox import performing
from sessions_app.services import clipping
from tests.sessions_app.clips import (
    add_source,
    assert_left_in_drafts,
    assert_ready,
    draft,
    message_of,
    over_at_completion,
    wait_and_cut,
)
from tests.support.broadcast import playlist

pytestmark = pytest.mark.django_db


def test_a_streamer_without_a_source_keeps_the_draft_until_somebody_tries_again(session, at_eight, edge):
    post = draft(session)
    assert wait_and_cut(at_eight, post) is None
    assert_left_in_drafts(post, "playback_url")
    edge.pages["page.m3u8"] = over_at_completion()
    add_source(session, edge.url("page.m3u8"))
    assert clipping.retry_clip(post=post, now=at_eight.at)
    wait_and_cut(at_eight, post, seconds=1)
    assert_ready(post)
    assert not clipping.retry_clip(post=post, now=at_eight.at)


def test_a_source_that_is_down_is_asked_again(session, at_eight, edge):
    edge.pages["page.m3u8"], edge.status = over_at_completion(), 503
    post = draft(session, source=edge.url("page.m3u8"))
    left = wait_and_cut(at_eight, post)
    assert (left.attempts, "secret" in left.error) == (1, False)
    assert_left_in_drafts(post, "answered 503")
    edge.status = 200
    assert wait_and_cut(at_eight, post) is None
    assert_ready(post)


def test_a_storage_that_is_down_is_asked_again(session, at_eight, edge, settings, tmp_path):
    (tmp_path / "file").touch()
    usable = settings.STORAGES
    down = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "file")}}
    settings.STORAGES = usable | {"quarantine": down}
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post).attempts == 1
    assert_left_in_drafts(post, "could not be stored")
    settings.STORAGES = usable
    assert wait_and_cut(at_eight, post) is None
    assert_ready(post)


def test_segments_that_are_no_video_fail_and_leave_no_file(session, at_eight, edge, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    edge.pages |= {"page.m3u8": over_at_completion()} | {f"ts{n}.ts": b"<html>" for n in range(12)}
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post).attempts == 1
    assert_left_in_drafts(post, "ffmpeg failed")
    assert list(tmp_path.iterdir()) == []


def test_an_ffmpeg_that_hangs_is_ended(session, at_eight, edge, settings, tmp_path):
    hanging = tmp_path / "ffmpeg"
    hanging.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec /bin/sleep 600\n")
    hanging.chmod(0o755)
    settings.CLIP_FFMPEG, settings.CLIP_TIMEOUT = str(hanging), 5
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post).attempts == 1
    assert_left_in_drafts(post, "longer than CLIP_TIMEOUT")
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


@pytest.mark.parametrize(
    "source",
    ["file:///etc/hostname", "/etc/hostname", "../secret_key", "ftp://127.0.0.1/x.m3u8", "concat:a|b", "http://["],
)
def test_only_the_web_and_the_folder_are_read(session, at_eight, source):
    post = draft(session, source=source)
    assert wait_and_cut(at_eight, post) is None
    assert_left_in_drafts(post, "The source")


def test_a_playlist_cannot_name_files_of_this_machine(session, at_eight, edge, broadcast):
    edge.pages["page.m3u8"] = playlist(ended=True, name=f"file://{broadcast}/ts{{}}.ts")
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post) is None
    assert_left_in_drafts(post, "neither a web address nor a file")


def test_a_streamer_banned_meanwhile_gets_no_clip(session, at_eight, edge):
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    users.add_tag(user_id=session.streamer_id, tag="banned:livestream:create_clip", now=clock.now())
    wait_and_cut(at_eight, post)
    assert_left_in_drafts(post, "banned")
    assert edge.asked == []


@pytest.mark.django_db(transaction=True)
def test_a_long_cut_is_not_begun_twice(session, at_eight, edge):
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    at_eight.advance(seconds=30)
    message = message_of(post)

    def deliver_again():
        edge.meanwhile = lambda: None
        at_eight.advance(seconds=configured.OUTBOX_LEASE * 100)
        performing.perform(message_id=message.id)

    edge.meanwhile = lambda: on_a_thread(deliver_again)
    performing.perform(message_id=message.id)
    assert edge.asked.count("page.m3u8") == 1
    post.refresh_from_db()
    assert_ready(post)


@pytest.mark.django_db(transaction=True)
def test_while_one_clip_is_cut_another_is_put_off_and_holds_up_nobody(session, at_eight, edge):
    edge.pages["page.m3u8"] = over_at_completion()
    first, second = draft(session, source=edge.url("page.m3u8")), draft(session)
    at_eight.advance(seconds=30)
    waiting = message_of(second)

    def cut_second():
        edge.meanwhile = lambda: None
        performing.perform(message_id=waiting.id)

    edge.meanwhile = lambda: on_a_thread(cut_second)
    performing.perform(message_id=message_of(first).id)
    first.refresh_from_db()
    assert_ready(first)
    left = message_of(second)
    assert (left.kwargs, left.subject) == (waiting.kwargs, waiting.subject)
    assert (left.eta, left.attempts, left.error) == (at_eight.at + timedelta(seconds=5), 0, "")
    assert edge.asked.count("page.m3u8") == 1
    assert wait_and_cut(at_eight, second, seconds=5) is None
    assert_ready(second)


def on_a_thread(work):
    def closing():
        work()
        connection.close()

    thread = threading.Thread(target=closing)
    thread.start()
    thread.join()


def test_a_clip_that_is_ready_is_not_cut_again(session, at_eight, edge):
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    wait_and_cut(at_eight, post)
    asked, ready_at = list(edge.asked), post.asset.ready_at
    with transaction.atomic():
        clipping.enqueue_cut(post=post)
    wait_and_cut(at_eight, post)
    assert (edge.asked, post.asset.ready_at) == (asked, ready_at)
