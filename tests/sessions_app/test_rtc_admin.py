"""Support staff reads recordings and calls to the provider, and changes none by hand."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from livestream.models import User
from sessions_app.models import RtcCall
from tests.sessions_app.recordings import Show, broadcast_through_byteplus, work
from tests.support.plans import assert_found_through_indexes

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    """A client of a member of staff who may look at everything and change nothing."""
    user = User.objects.create_user("support", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@pytest.fixture
def show(at_eight, session):
    """A show that was recorded with the local provider."""
    broadcast_through_byteplus(session.streamer_id)
    show = Show(session)
    show.start()
    work()
    return show


def found(desk, page, term):
    answer = desk.get(f"/admin/sessions_app/{page}/", {"q": term})
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def test_a_recording_is_found_by_its_show_its_session_and_its_streamer(desk, show):
    session = show.session
    for term in (show.id, session.id, session.streamer_id, session.streamer.username[:2]):
        assert found(desk, "recording", term) == [show.recording]
    assert found(desk, "recording", "0" * 24) == []


def test_why_a_show_was_not_recorded_can_be_read(desk, at_eight, session):
    show = Show(session)
    show.start()
    work()
    assert "not recorded" in desk.get("/admin/sessions_app/recording/").content.decode()
    page = desk.get(f"/admin/sessions_app/recording/{show.id}/change/").content.decode()
    assert "The streamer has no BytePlus source." in page


@pytest.mark.postgres
def test_every_search_goes_through_indexes(desk, show):
    with CaptureQueriesContext(connection) as asked:
        found(desk, "recording", show.id)
        found(desk, "rtccall", show.id)
        for chosen in ({"action": "StartRecord"}, {"outcome": "refused"}):
            assert desk.get("/admin/sessions_app/rtccall/", chosen).status_code == 200
    tables = ('FROM "sessions_app_recording" WHERE', 'FROM "sessions_app_rtccall" WHERE')
    assert_found_through_indexes([each["sql"] for each in asked if any(table in each["sql"] for table in tables)])


def test_a_call_is_found_by_its_show_and_can_be_read(desk, show):
    (call,) = found(desk, "rtccall", show.id)
    assert (call.action, call.provider) == ("StartRecord", "local")
    assert show.id in desk.get(f"/admin/sessions_app/rtccall/{call.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({"action": "StartRecord"}, 1),
        ({"action": "StopRecord"}, 0),
        ({"outcome": "done"}, 1),
        ({"outcome": "refused"}, 0),
    ],
)
def test_calls_are_chosen_by_what_was_asked_and_how_it_went(desk, show, chosen, number):
    assert len(desk.get("/admin/sessions_app/rtccall/", chosen).context["cl"].result_list) == number


@pytest.mark.parametrize("page", ["recording", "rtccall", "source"])
def test_nothing_is_added_or_deleted_by_hand(desk, show, page):
    assert desk.get(f"/admin/sessions_app/{page}/add/").status_code == 403
    ids = {"recording": show.id, "rtccall": RtcCall.objects.get().pk, "source": show.session.streamer.sources.get().pk}
    assert desk.post(f"/admin/sessions_app/{page}/{ids[page]}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"/admin/sessions_app/{page}/{ids[page]}/change/", {"room_id": "x"}).status_code == 403
