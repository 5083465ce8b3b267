"""Support looks at clips and the feed, and has a clip cut again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from livestream.models import User
from livestream.outbox import performing
from sessions_app.models import FeedEntry
from sessions_app.services import feed, opening
from tests.sessions_app.clips import add_source, draft, message_of, over_at_completion, wait_and_cut

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    """A member of staff who may look at posts and have their clips cut again."""
    member = User.objects.create_user("desk", is_staff=True)
    wanted = ("view_post", "view_asset", "view_feedentry", "retry_clip")
    member.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(member)
    return client


def ask_again(client, post, reason="the source is back"):
    posts = reverse("admin:sessions_app_post_changelist")
    return client.post(posts, {"action": "retry_clip", "_selected_action": [post.id], "reason": reason})


def test_a_draft_is_found_with_the_reason_why_it_is_one(desk, session, at_eight):
    post = draft(session)
    wait_and_cut(at_eight, post)
    posts = reverse("admin:sessions_app_post_changelist")
    for term in (post.id, post.goal_id, post.asset_id, session.streamer_id, "mei"):
        found = desk.get(posts, {"q": term}).content.decode()
        assert post.id in found
        assert "No source of the streamer names a playback_url." in found
    assets = reverse("admin:sessions_app_asset_changelist")
    assert post.reason in desk.get(assets, {"state": "failed"}).content.decode()
    assert post.asset_id not in desk.get(assets, {"state": "ready"}).content.decode()
    for term in (post.asset_id, post.id, session.id):
        assert post.asset_id in desk.get(assets, {"q": term}).content.decode()


def test_a_clip_is_cut_again_for_a_reason_that_is_kept(desk, session, at_eight, edge):
    post = draft(session)
    wait_and_cut(at_eight, post)
    edge.pages["page.m3u8"] = over_at_completion()
    add_source(session, edge.url("page.m3u8"))
    assert "reason" in ask_again(desk, post, reason="").content.decode()
    assert message_of(post) is None
    assert ask_again(desk, post).status_code == 302
    performing.perform(message_id=message_of(post).id)
    post.refresh_from_db()
    assert (post.is_draft, post.reason) == (False, "")
    assert LogEntry.objects.get().change_message == "clip.retry: the source is back"


def test_a_clip_that_waits_for_its_next_attempt_is_due_at_once(desk, session, at_eight, edge):
    edge.status = 503
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    waiting = wait_and_cut(at_eight, post)
    assert (waiting.attempts, waiting.due_at > at_eight.at) == (1, True)
    assets = reverse("admin:sessions_app_asset_changelist")
    desk.post(assets, {"action": "retry_clip", "_selected_action": [post.asset_id], "reason": "it is back"})
    waiting.refresh_from_db()
    assert (waiting.attempts, waiting.due_at) == (0, at_eight.at)


def test_without_the_permission_nothing_is_cut(client, session, at_eight):
    onlooker = User.objects.create_user("onlooker", is_staff=True)
    onlooker.user_permissions.set(Permission.objects.filter(codename="view_post"))
    client.force_login(onlooker)
    post = draft(session)
    wait_and_cut(at_eight, post)
    ask_again(client, post)
    assert message_of(post) is None
    assert not LogEntry.objects.exists()


def test_the_feed_is_looked_at_and_not_changed_by_hand(desk, session, now):
    opening.start_session(session_id=session.id, caller_id=session.streamer_id, now=now)
    feed.update_livestream_feed(session_id=session.id, now=now)
    entry = FeedEntry.objects.get()
    entries = reverse("admin:sessions_app_feedentry_changelist")
    for term in (session.id, session.streamer_id, "mei"):
        assert entry.id in desk.get(entries, {"q": term}).content.decode()
    page = reverse("admin:sessions_app_feedentry_change", args=[entry.id])
    assert (desk.get(page).status_code, desk.post(page, {}).status_code) == (200, 403)
