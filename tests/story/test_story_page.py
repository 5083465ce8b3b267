"""The story page: who may read it, how it is reached, its query string, and what it never shows."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from goals.models import Goal
from livestream.models import EventRecord, OutboxMessage, User
from livestream.outbox import performing
from notifications.models import Push
from tests.story.conftest import NOW
from tests.story.crowds import write_crowd
from tests.story.desk import address
from tests.support import endings
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy

pytestmark = pytest.mark.django_db


@pytest.fixture
def funding(moving):
    """A sale in which kai bought two tickets, and lin one."""
    goal = make_funding(make_session(make_user(name="mei")), target=1000, seconds=60)
    buy(goal, make_user(name="kai", coins=1000), 2)
    buy(goal, make_user(name="lin", coins=1000))
    run_due()
    return goal


def test_it_is_reached_from_the_list_and_from_the_row_s_own_page(desk, funding):
    for page, link in (
        ("/admin/goals/goal/", address(funding)),
        (f"/admin/goals/goal/{funding.id}/change/", address(funding)),
        ("/admin/wallet/escrow/", address(escrow_id=funding.escrow_id)),
        (f"/admin/wallet/escrow/show_5Ffunding_3A{funding.id}/change/", address(escrow_id=funding.escrow_id)),
    ):
        assert f'href="{link}"' in desk.client.get(page).content.decode(), page


def test_only_who_may_look_at_goals_reads_the_story_of_one(client, funding):
    assert client.get(address(funding)).status_code == 302  # to the login
    reader = make_user(name="escrows-only", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_escrow"))
    client.force_login(reader)
    assert client.get(address(funding)).status_code == 403
    page = client.get(address(escrow_id=funding.escrow_id))
    assert page.status_code == 200
    assert f"/admin/goals/goal/{funding.id}/change/" not in page.content.decode()


@pytest.mark.parametrize("pk", ["6b018e61395828b1cda46d53", "nothing", "_00", "x" * 300])
def test_the_story_of_nothing_leads_back(desk, pk):
    assert desk.client.get(f"/admin/goals/goal/{pk}/story/").status_code == 302


def test_a_viewer_s_own_coins_are_told(desk, funding, moving):
    asked = desk.story(funding, payer="kai")
    assert asked.answer == "kai paid 400 coins. 400 coins are held in escrow: it is not decided yet who gets them."
    moving.advance(seconds=60)
    run_due()
    refunded = desk.story(funding, payer=User.objects.get(username="kai").pk)
    assert refunded.answer == (
        "kai paid 400 coins. All 400 coins were given back. The last of it on 2026-05-01 20:01:00 UTC."
    )
    assert f"refund-{funding.escrow_id}-" in refunded.text
    assert f"goal:ticket:{funding.id}" in refunded.text
    assert f"/admin/wallet/transfer/refund-show_5Ffunding_3A{funding.id}-" in refunded.html


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (endings.private_agreed, "120 coins went to {streamer}; nothing is given back."),
        (endings.one_on_one_cut_short, "184 coins were given back; 16 coins were paid out to {streamer}."),
    ],
)
def test_a_viewer_is_told_what_became_of_the_coins(desk, moving, ending, said):
    goal = ending(moving)
    answer = desk.story(goal, payer=goal.triggered_by.username).answer
    assert said.format(streamer=goal.streamer.username) in answer


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("mei", "mei is the streamer, and was paid 0 coins of this escrow."),
        ("somebody", "somebody paid nothing into this escrow."),
    ],
)
def test_who_paid_nothing_is_told_apart(desk, funding, term, said):
    make_user(name="somebody")
    assert desk.story(funding, payer=term).answer == said


def test_the_beginning_of_a_name_offers_who_may_be_meant(desk, funding):
    make_user(name="lina")
    assert desk.story(funding, payer="lin").answer.startswith("lin paid 200 coins")
    make_user(name="linus")
    page = desk.story(funding, payer="lin ")
    assert page.answer.startswith("lin paid")
    assert [user.username for user in desk.story(funding, payer="li").context["payer_result"].candidates] == [
        "lin",
        "lina",
        "linus",
    ]
    assert "Nobody has this id" in desk.story(funding, payer="\0zzz").text


UNREAD = [
    "yesterday",
    "2026-13-01",
    "9" * 400,
    "9999-12-31T23:59:59",
    "0001-01-01T00:00+14:00",
    "1999-12-31",
    "2101-01-01",
]


@pytest.mark.parametrize("moment", UNREAD)
@pytest.mark.parametrize("side", ["from", "to"])
def test_a_moment_that_cannot_be_read_is_refused_in_words(desk, funding, side, moment):
    page = desk.story(funding, **{side: moment})
    assert "is no moment" in page.text
    assert "kai paid in" in page.titles


def test_a_stretch_of_time_is_told_alone(desk, funding, moving):
    moving.advance(seconds=60)
    run_due()
    page = desk.story(funding, **{"from": "2026-05-01T20:00:30"})
    assert "kai paid in" not in page.titles
    assert "Given back to kai" in page.titles
    assert page.held[-1] == "0"
    assert "ends before it begins" in desk.story(funding, **{"from": "2026-05-02", "to": "2026-05-01"}).text


def test_receivers_that_ran_wait_or_failed_stand_below_their_event(desk, funding, moving):
    lines = {line.text for entry in desk.story(funding).entries("event") for line in entry.lines}
    assert "bind_show_goals_to_session: ran with the event" in lines
    assert "track_goals: ran at 2026-05-01 20:00:00 UTC" in lines
    position = EventRecord.objects.filter(goal_id=funding.id, name="goal.created").values_list("pk", flat=True).get()
    row = OutboxMessage.objects.create(
        actor="run_receiver",
        kwargs={"position": position, "receiver": "goal.created:track_goals"},
        subject=funding.id,
        eta=NOW,
        due_at=NOW,
        created_at=NOW,
        attempts=12,
        failed_at=NOW,
        error="Traceback …\nConnectionError: token=abcdef123 refused",
    )
    page = desk.story(funding)
    assert "track_goals: failed permanently after 12 tries: ConnectionError: token=[hidden] refused" in page.text
    assert page.fact("In the way") == "1 task failed, see below"
    assert f"/admin/livestream/outboxmessage/{row.pk}/change/" in page.html
    assert "abcdef123" not in page.html


def test_a_second_try_is_told_as_such(desk, funding):
    position = EventRecord.objects.filter(goal_id=funding.id, name="goal.added").values_list("pk", flat=True).get()
    row = OutboxMessage.objects.create(
        actor="run_receiver",
        kwargs={"position": position, "receiver": "goal.added:trigger_notify_goal_added"},
        subject=funding.id,
        eta=NOW,
        due_at=NOW,
        created_at=NOW,
        attempts=1,
    )
    performing.perform(message_id=row.id)
    assert "trigger_notify_goal_added: ran at 2026-05-01 20:00:00 UTC, 2 tries" in desk.story(funding).text


def test_what_support_did_and_why_is_part_of_the_story(desk, funding):
    lead = make_user(name="lead", is_staff=True)
    LogEntry.objects.create(
        user=lead,
        content_type=ContentType.objects.get_for_model(Goal),
        object_id=funding.id,
        action_flag=CHANGE,
        change_message="escrow.refund: the streamer fell ill",
        action_time=NOW,
    )
    page = desk.story(funding)
    assert "escrow.refund: the streamer fell ill" in page.text
    assert "lead acted on goal" in page.titles


@pytest.mark.undeclared_pushes
def test_what_is_in_a_push_is_not_shown(desk, funding):
    write_crowd(funding, number=3, began=NOW, seconds=1)
    assert Push.objects.filter(data__triggerer="only in the push").count() == 3
    assert "only in the push" not in desk.story(funding).html


def test_the_chart_is_drawn_by_the_server_and_says_in_words_what_it_shows(desk, moving):
    page = desk.story(endings.show_performed(moving))
    assert page.html.count("<svg") - page.html.count("<svg class") >= 2
    assert "Coins over time" in page.html
    assert "Held in escrow: at most 400 coins, 0 at 2026-05-01 20:01:04 UTC." in page.html
    assert "Performed: at most 60 seconds, 60 at 2026-05-01 20:01:04 UTC." in page.html


def test_actions_are_offered_to_whom_they_are_open(client, desk, funding):
    assert 'value="retry_now"' not in desk.story(funding).html
    OutboxMessage.objects.filter(subject=funding.id).update(attempts=1, error="ValueError: no")
    assert 'value="retry_now"' not in desk.story(funding).html
    client.force_login(User.objects.create_superuser("lead"))
    assert 'value="retry_now"' in desk.story(funding).html
