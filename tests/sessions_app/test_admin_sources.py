"""Sources: entered by leads, looked at by support, and used by all that needs a room or a broadcast."""

from __future__ import annotations

import pytest

from sessions_app import selectors
from sessions_app.models import Source
from tests.support.desk import at_the_desk, list_of, page_of, staff
from tests.support.people import make_session

pytestmark = pytest.mark.django_db

ADDRESS = "https://cdn.example/live/page.m3u8?token=open-sesame"
PAGE = list_of("sessions_app.source")


@pytest.fixture
def session():
    return make_session()


@pytest.fixture
def lead():
    return at_the_desk(staff("support-lead"))


def entered(session, **said):
    usual = {"user": session.streamer_id, "provider": "byteplus", "room_id": "studio", "playback_url": ADDRESS}
    return usual | said


def test_a_lead_enters_where_a_streamer_broadcasts_from_and_what_else_is_known_of_it_stays(lead, session):
    assert lead.post(f"{PAGE}add/", entered(session)).status_code == 302
    source = Source.objects.get()
    assert source.metadata == {"provider": "byteplus", "room_id": "studio", "playback_url": ADDRESS}
    assert (selectors.room_of(session=session), selectors.playback_of(user_id=session.streamer_id)) == (
        "studio",
        ADDRESS,
    )
    Source.objects.update(metadata=source.metadata | {"encoder": "obs"})
    assert lead.post(page_of(source), entered(session, room_id="", playback_url="/clips/a.mp4")).status_code == 302
    source.refresh_from_db()
    assert source.metadata == {"provider": "byteplus", "playback_url": "/clips/a.mp4", "encoder": "obs"}
    assert selectors.room_of(session=session) == session.id


@pytest.mark.parametrize(
    "wrong", [{"room_id": "a b"}, {"room_id": "x" * 101}, {"playback_url": "ftp://a"}, {"user": "x"}]
)
def test_what_no_provider_would_take_is_refused(lead, session, wrong):
    answer = lead.post(f"{PAGE}add/", entered(session, **wrong))
    assert answer.status_code == 200
    assert answer.context["adminform"].errors.keys() == wrong.keys()
    assert not Source.objects.exists()


def test_what_signs_an_address_is_kept_where_it_is_left_as_it_is_shown(lead, session):
    lead.post(f"{PAGE}add/", entered(session))
    source = Source.objects.get()
    shown = lead.get(page_of(source)).context["adminform"].form["playback_url"].initial
    assert shown.startswith("https://cdn.example/live/page.m3u8")
    assert "sesame" not in shown
    lead.post(page_of(source), entered(session, room_id="other", playback_url=shown))
    source.refresh_from_db()
    assert (source.metadata["room_id"], source.metadata["playback_url"]) == ("other", ADDRESS)


def test_support_looks_and_neither_enters_nor_sees_what_signs_an_address(lead, session):
    lead.post(f"{PAGE}add/", entered(session))
    source, onlooker = Source.objects.get(), at_the_desk(staff("support"))
    for path in (PAGE, page_of(source)):
        shown = onlooker.get(path)
        assert (shown.status_code, b"open-sesame" in shown.content) == (200, False)
    assert onlooker.post(f"{PAGE}add/", entered(session)).status_code == 403
    assert onlooker.post(page_of(source), entered(session, room_id="other")).status_code == 403
    assert Source.objects.get().metadata["room_id"] == "studio"
