"""Acts at the desk: blocking, replaying, what is asked, noted and hidden."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry

from livestream.models import EventRecord, UserTag
from tests.goals.stories import quick_show
from tests.support.desk import act, at_the_desk, list_of, page_of, staff, told
from tests.support.people import make_funding, make_session, make_user
from tests.support.rows import make_row
from tests.support.shows import buy
from tests.support.unchanged import nothing_changes
from wallet.models import Escrow, Transfer

pytestmark = pytest.mark.django_db
SIGNED = "https://cdn-02.video.example/app1/stream-9f3a21.m3u8?auth=SECRET-0&expires=1"


@pytest.fixture
def lead():
    return staff("support-lead")


@pytest.fixture
def desk(lead):
    return at_the_desk(lead)


@pytest.fixture
def sale():
    funding = make_funding(make_session(), target=1000)
    buy(funding, make_user(coins=1000))
    return funding


@pytest.mark.parametrize("named_by", ["pk", "username"])
def test_a_viewer_is_blocked_and_unblocked_for_a_streamer(desk, lead, named_by):
    viewer, streamer = make_user(), make_user(name="mei")
    said = {"streamer": getattr(streamer, named_by), "reason": "Insults"}
    act(desk, "block", viewer, **said)
    assert UserTag.objects.get(user=viewer).tag == f"blocked-by:{streamer.pk}"
    act(desk, "unblock", viewer, **said)
    assert not UserTag.objects.exists()
    notes = list(LogEntry.objects.order_by("pk").values_list("user_id", "object_id", "change_message"))
    what = f'{{"streamer": "{said["streamer"]}"}}: Insults'
    assert notes == [(lead.pk, viewer.pk, f"{name} {what}") for name in ("user.block", "user.unblock")]


def test_a_streamer_that_is_none_is_told_and_changes_nothing(desk):
    viewer = make_user()
    with nothing_changes():
        act(desk, "block", viewer, streamer="nobody", reason="Insults")
    assert "There is no user nobody" in told(desk)
    assert not LogEntry.objects.exists()


def test_all_that_is_asked_is_needed_and_what_was_said_is_kept(desk):
    viewer = make_user()
    page = act(desk, "block", viewer, reason="Insults").content.decode()
    assert 'name="streamer"' in page
    assert "Insults" in page
    assert not UserTag.objects.exists()


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_without_a_reason_that_can_be_kept_whole_nothing_is_done_and_the_form_says_why(desk, reason):
    viewer, streamer = make_user(), make_user()
    page = act(desk, "block", viewer, streamer=streamer.pk, reason=reason).content.decode()
    assert "1 to 500 characters" in page
    assert not LogEntry.objects.exists()


def test_an_event_is_replayed_with_a_reason_and_an_audit_entry(desk):
    quick_show()
    event = EventRecord.objects.filter(name="goal.added").first()
    act(desk, "replay", event, reason="The feed missed it")
    assert LogEntry.objects.get().change_message == "event.replay: The feed missed it"
    assert "of 1 events run again" in told(desk)


def test_the_page_of_an_escrow_refunds_it_and_all_that_follows_names_the_agent(desk, lead, sale):
    escrow = Escrow.objects.get()
    assert 'value="refund_escrows"' in desk.get(page_of(escrow)).content.decode()
    act(desk, "refund_escrows", escrow, reason="The streamer fell ill")
    sale.refresh_from_db()
    assert (Escrow.objects.get().state, sale.outcome) == ("refunded", "refunded")
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (escrow.pk, "escrow.refund: The streamer fell ill")
    by = set(EventRecord.objects.filter(name__in=("goal.ended", "goal.progressed")).values_list("triggerer", flat=True))
    assert by == {f"support {lead.username}"}


def test_a_refund_that_comes_too_late_is_told_and_leaves_no_audit_entry(desk, sale):
    escrow = Escrow.objects.get()
    act(desk, "refund_escrows", escrow, reason="First")
    with nothing_changes():
        act(desk, "refund_escrows", escrow, reason="Second")
    assert "was refunded at" in told(desk)
    assert LogEntry.objects.count() == 1


def test_a_goal_is_ended_at_the_desk_and_nothing_is_due_then(desk, sale):
    act(desk, "end_goals", sale, reason="Fraud")
    sale.refresh_from_db()
    assert (sale.state, sale.outcome) == ("ended", "cancelled")
    act(desk, "end_goals", sale, reason="Again")
    assert f"The goal {sale.id} has ended" in told(desk)
    assert [entry.change_message for entry in LogEntry.objects.all()] == ["goal.end: Fraud"]


def test_settling_tells_what_it_did(desk, sale):
    act(desk, "settle_goals", sale, reason="A viewer asks")
    act(desk, "settle_escrows", Escrow.objects.get(), reason="A viewer asks")
    assert told(desk)
    assert LogEntry.objects.count() == 2


def test_an_act_on_more_rows_than_a_person_looked_at_is_refused(desk):
    users = [make_user() for _ in range(101)]
    with nothing_changes():
        act(desk, "block", *users, streamer=users[0].pk, reason="All of them")
    assert "At most 100" in told(desk)


@pytest.mark.undeclared_pushes
def test_tokens_and_secrets_are_on_no_page(desk):
    push = make_row(
        apps.get_model("notifications.push"),
        channels=[],
        data={"byteplus_token": "SECRET-1", "deep": [{"password": "SECRET-2"}], "goal": "shown"},
    )
    message = make_row(
        apps.get_model("livestream.outboxmessage"),
        kwargs={"token": "SECRET-3"},
        error="failed: https://x/?token=SECRET-4&a=1 with eyJhbGciOiJIUzI1NiJ9.SECRET-5abc.SECRET-6abc",
    )
    source = make_row(
        apps.get_model("sessions_app.source"),
        metadata={"app_secret": "SECRET-7", "room_id": "shown", "playback_url": SIGNED},
    )
    goal = make_row(apps.get_model("goals.goal"), rtc_sources={"started": {"playback_url": SIGNED, "key": "SECRET-8"}})
    post = make_row(apps.get_model("sessions_app.post"), reason=f"HTTP 403: {SIGNED}")
    call = make_row(apps.get_model("sessions_app.rtccall"), said="refused: Authorization: Bearer SECRET-9")
    for row in (push, message, source, goal, post, call):
        page = desk.get(page_of(row)).content.decode()
        assert "SECRET" not in page, row
        assert "SECRET" not in desk.get(list_of(row._meta.label_lower)).content.decode(), row
    assert "shown" in desk.get(page_of(push)).content.decode()
    for row in (source, goal, post):
        assert (
            "https://cdn-02.video.example/app1/stream-9f3a21.m3u8?[hidden]" in desk.get(page_of(row)).content.decode()
        )


def test_who_may_only_look_sees_no_hash_of_a_password(desk):
    user = make_user()
    user.set_password("x")
    user.save()
    assert user.password.split("$")[-1][:6] not in desk.get(page_of(user)).content.decode()


def test_the_buyer_s_money_is_found_from_their_page(desk, sale):
    transfer = Transfer.objects.get(kind="hold")
    links = {link.text: link.url for link in desk.get(page_of(transfer.debit)).context["links"]}
    assert links["User"] == f"/admin/livestream/user/{transfer.debit_id}/change/"
    assert desk.get(links["Transfers"]).context["cl"].result_list[0] == transfer
