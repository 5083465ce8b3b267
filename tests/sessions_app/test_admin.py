"""Support staff looks at sessions, and changes none by hand."""

import pytest

from livestream.models import User
from tests.support.people import make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_superuser("support"))
    return client


def test_a_session_and_a_source_can_be_found_and_read(desk, session, now):
    source = make_source(user_id=session.streamer_id, provider="byteplus", now=now)
    for page, each in (("session", session), ("source", source)):
        listed = desk.get(f"/admin/sessions_app/{page}/?q={each.id}")
        assert each.id in listed.content.decode()
        assert desk.get(f"/admin/sessions_app/{page}/{each.id}/change/").status_code == 200


def test_nothing_is_added_by_hand(desk):
    assert desk.get("/admin/sessions_app/session/add/").status_code == 403


def test_nothing_is_changed_by_hand(desk, session):
    address = f"/admin/sessions_app/session/{session.id}/change/"
    assert desk.post(address, {"title": "Mine"}).status_code == 403
    session.refresh_from_db()
    assert session.title == "Evening"
