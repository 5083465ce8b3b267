"""What support staff can see, cannot change, and can try again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from livestream import clock, ids, outbox
from livestream.errors import Conflict
from livestream.models import EventRecord, IdempotencyRecord, OutboxMessage, User, UserTag

pytestmark = pytest.mark.django_db

READ_ONLY = ["eventrecord", "outboxmessage", "idempotencyrecord"]


@pytest.fixture
def support(client):
    """A client of a member of staff who may look at everything, and retry messages."""
    user = User.objects.create_user("support", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__startswith="view_"),
        Permission.objects.get(codename="retry_outboxmessage"),
    )
    client.force_login(user)
    return client


def message(**changed):
    now = clock.now()
    given = {"actor": "track", "eta": now, "due_at": now, "created_at": now}
    return OutboxMessage.objects.create(**(given | changed))


def dead_message(**changed):
    error = "Traceback\n  File x\nTimeout: no answer\n"
    return message(failed_at=clock.now(), attempts=12, error=error, **changed)


def event(**changed):
    given = {"event_id": ids.new_id(), "name": "goal.ended", "payload": {}, "occurred_at": clock.now()}
    return EventRecord.objects.create(**(given | changed))


def answered_key():
    user = User.objects.create_user("mei")
    return IdempotencyRecord.objects.create(
        user=user,
        path="/pay",
        key="a-key",
        fingerprint="f",
        claim=ids.new_id(),
        leased_until=clock.now(),
        status=201,
        body='{"secret": 1}',
        created_at=clock.now(),
    )


MAKERS = {"eventrecord": event, "outboxmessage": message, "idempotencyrecord": answered_key}


@pytest.mark.parametrize("model", READ_ONLY)
def test_staff_sees_the_list_and_each_row(support, model):
    row = MAKERS[model]()
    assert support.get(f"/admin/livestream/{model}/").status_code == 200
    assert support.get(f"/admin/livestream/{model}/{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("model", READ_ONLY)
@pytest.mark.parametrize("as_superuser", [False, True])
def test_a_request_made_by_hand_changes_nothing_either(support, admin_client, model, as_superuser):
    client = admin_client if as_superuser else support
    row = MAKERS[model]()
    before = type(row).objects.values().get()
    page = f"/admin/livestream/{model}/"
    forged = {"actor": "x", "name": "x", "key": "x", "post": "yes", "_save": "Save"}
    attempts = [
        client.post(f"{page}add/", forged),
        client.post(f"{page}{row.pk}/change/", forged),
        client.post(f"{page}{row.pk}/delete/", forged),
    ]
    assert [response.status_code for response in attempts] == [403, 403, 403]
    client.post(page, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert type(row).objects.values().get() == before


def test_an_answer_that_was_kept_is_nobodys_business(support):
    row = answered_key()
    page = support.get(f"/admin/livestream/idempotencyrecord/{row.pk}/change/")
    assert "secret" not in page.content.decode()


@pytest.mark.parametrize("name", ["event_id", "goal_id", "session_id", "user_id", "escrow_id"])
def test_an_event_is_found_by_each_id_it_carries(support, name):
    wanted = event(name="goal.wanted", **{name: ids.new_id()})
    event(name="goal.other")
    page = support.get("/admin/livestream/eventrecord/", {"q": getattr(wanted, name)})
    found = page.context["cl"].result_list
    assert list(found) == [wanted]


@pytest.mark.parametrize("term", ["goal.ended", "goal_ended", "features.leaderboards"])
def test_an_event_is_found_by_its_name_and_by_an_old_one(support, term):
    wanted = event()
    event(name="session.ended")
    page = support.get("/admin/livestream/eventrecord/", {"q": term})
    assert list(page.context["cl"].result_list) == [wanted]


@pytest.mark.parametrize("term", ["_show_funding:", "escrow::show_funding:"])
def test_an_event_is_found_by_an_old_form_of_its_escrow(support, term):
    goal_id = ids.new_id()
    wanted = event(escrow_id=f"show_funding:{goal_id}")
    event(escrow_id=f"show_funding:{ids.new_id()}")
    page = support.get("/admin/livestream/eventrecord/", {"q": term + goal_id})
    assert list(page.context["cl"].result_list) == [wanted]


@pytest.mark.parametrize("term", ["deactivate_goal", "supersede_goal", "deactivate_due_goal"])
def test_a_message_is_found_by_its_actor_and_by_an_old_name(support, term):
    wanted = message(actor="deactivate_goal")
    message()
    page = support.get("/admin/livestream/outboxmessage/", {"q": term})
    assert list(page.context["cl"].result_list) == [wanted]


def test_a_message_is_found_by_its_subject_and_shows_its_last_error(support):
    wanted = dead_message(subject=ids.new_id())
    message(subject=ids.new_id())
    page = support.get("/admin/livestream/outboxmessage/", {"q": wanted.subject})
    assert list(page.context["cl"].result_list) == [wanted]
    assert "Timeout: no answer" in page.content.decode()


def test_messages_are_told_apart_by_their_state(support):
    later = clock.from_epoch(clock.now().timestamp() + 3600)
    rows = {
        "waiting": message(eta=later, due_at=later),
        "due": message(),
        "dead": dead_message(),
    }
    for state, row in rows.items():
        page = support.get("/admin/livestream/outboxmessage/", {"state": state})
        assert list(page.context["cl"].result_list) == [row]


def test_a_big_table_is_never_counted(support, django_assert_max_num_queries):
    event()
    with django_assert_max_num_queries(20) as queries:
        support.get("/admin/livestream/eventrecord/")
    counts = [q["sql"] for q in queries.captured_queries if "COUNT(" in q["sql"]]
    assert not [sql for sql in counts if "eventrecord" in sql]


def retry(client, row, **changed):
    asked = {"action": "retry_now", "_selected_action": [row.pk]}
    return client.post("/admin/livestream/outboxmessage/", asked | changed)


def test_retrying_asks_for_a_reason_first_and_does_nothing_before(support):
    row = dead_message()
    page = retry(support, row)
    assert page.status_code == 200
    assert 'name="reason"' in page.content.decode()
    row.refresh_from_db()
    assert row.failed_at is not None


def test_retrying_with_a_reason_makes_the_message_due_and_leaves_an_audit_entry(support):
    row = dead_message()
    response = retry(support, row, reason="Pusher is back")
    row.refresh_from_db()
    assert response.status_code == 302
    assert (row.failed_at, row.attempts) == (None, 0)
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id) == ("support", row.pk)
    assert entry.change_message == "task.retry: Pusher is back"


def test_a_service_that_refuses_is_shown_and_leaves_no_audit_entry(support, monkeypatch):
    def refuse(*, message_ids, now):
        raise Conflict("Not while the broker is away")

    monkeypatch.setattr(outbox, "retry", refuse)
    retry(support, dead_message(), reason="because")
    page = support.get("/admin/livestream/outboxmessage/")
    assert "Not while the broker is away" in page.content.decode()
    assert not LogEntry.objects.exists()


def test_who_may_only_look_cannot_retry(client):
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_outboxmessage"))
    client.force_login(user)
    row = dead_message()
    retry(client, row, reason="because")
    row.refresh_from_db()
    assert row.failed_at is not None
    assert not LogEntry.objects.exists()


def test_a_superuser_edits_an_account_and_its_tags(admin_client):
    user = User.objects.create_user("mei")
    UserTag.objects.create(user=user, tag="banned:livestream:create_clip")
    page = admin_client.get(f"/admin/livestream/user/{user.pk}/change/")
    assert "banned:livestream:create_clip" in page.content.decode()
    assert admin_client.get("/admin/livestream/user/", {"q": "me"}).context["cl"].result_count == 1
    assert admin_client.get("/admin/auth/group/").status_code == 200


def test_a_form_that_another_site_sends_is_refused(client):
    """Only the pages of the admin have sessions, so only they need this, and each form of theirs does."""
    User.objects.create_user("support", password="a password", is_staff=True)
    strict = Client(enforce_csrf_checks=True)
    form = {"username": "support", "password": "a password"}
    assert strict.post("/admin/login/", form).status_code == 403
    strict.get("/admin/login/")
    token = strict.cookies["csrftoken"].value
    assert strict.post("/admin/login/", form | {"csrfmiddlewaretoken": token}).status_code == 302


def test_only_the_admin_has_sessions(client):
    client.force_login(User.objects.create_user("support", is_staff=True))
    assert client.get("/admin/").status_code == 200
    assert client.get("/wallet").status_code == 401
    assert "sessionid" not in client.get("/config").cookies
