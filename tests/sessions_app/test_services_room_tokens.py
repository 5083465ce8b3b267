"""Which room a session is played in, and who is let into it for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app import selectors
from sessions_app.services import room_tokens
from tests.sessions_app.test_rtc_tokens import APP_ID, APP_KEY, read
from tests.support.people import make_session, make_source, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 20, 0, 0, 400_000, tzinfo=UTC)


@pytest.fixture
def session(db):
    return make_session()


@pytest.fixture
def _credentials(settings):
    settings.BYTEPLUS_APP_ID, settings.BYTEPLUS_APP_KEY = APP_ID, APP_KEY


def add(session, provider="byteplus", user_id=None, **metadata):
    user_id = user_id or session.streamer_id
    make_source(user_id=user_id, provider=provider, now=datetime.now(UTC), metadata=metadata)


def test_a_session_without_a_source_has_a_room_of_its_own(session):
    add(session, provider="rtmp", room_id="elsewhere")
    add(session, user_id=make_user().pk, room_id="somebody-elses")
    assert selectors.room_of(session=session) == session.id


def test_the_newest_source_that_names_a_room_decides(session):
    add(session, room_id="first")
    add(session, room_id="second")
    add(session)
    for unusable in (None, "", 7, "a b", "a:b", "x" * 129):
        add(session, room_id=unusable)
    assert selectors.room_of(session=session) == "second"
    assert selectors.room_of(session=session, goal_id="f" * 24) == f"second.{'f' * 24}"


def test_a_room_whose_name_leaves_no_place_for_a_goal_is_not_taken_for_one(session):
    add(session, room_id="x" * 128)
    assert selectors.room_of(session=session) == "x" * 128
    assert selectors.room_of(session=session, goal_id="f" * 24) == f"{session.id}.{'f' * 24}"


@pytest.mark.usefixtures("_credentials")
@pytest.mark.parametrize(("publish", "allowed"), [(False, [4]), (True, [0, 1, 2, 3, 4])])
def test_a_token_opens_the_room_until_the_grant_ends(session, publish, allowed):
    room, exp = room_tokens.room_of(session=session), NOW + timedelta(seconds=90)
    given = room_tokens.admission(room=room, user_id="a" * 24, exp=exp, now=NOW, publish=publish)
    assert given["byteplus_rtc_info"] == {"app_id": APP_ID, "room_id": session.id, "user_id": "a" * 24}
    _, issued_at, expire_at, *names, privileges = read(given["byteplus_token"])
    assert (issued_at, expire_at) == (int(NOW.timestamp()), int(NOW.timestamp()) + 90)
    assert names == [session.id, "a" * 24]
    assert sorted(privileges) == allowed


@pytest.mark.usefixtures("_credentials")
def test_a_grant_of_less_than_a_second_never_becomes_one_for_ever(session):
    room, exp = room_tokens.room_of(session=session), NOW + timedelta(milliseconds=100)
    given = room_tokens.admission(room=room, user_id="a" * 24, exp=exp, now=NOW)
    _, issued_at, expire_at, *_ = read(given["byteplus_token"])
    assert issued_at < expire_at == int(exp.timestamp())


def test_without_credentials_a_token_looks_the_same(session, settings):
    settings.BYTEPLUS_APP_ID = settings.BYTEPLUS_APP_KEY = ""
    room = room_tokens.room_of(session=session)
    given = room_tokens.admission(room=room, user_id="a" * 24, exp=NOW + timedelta(seconds=9), now=NOW)
    assert len(room.app_id) == 24
    assert given["byteplus_token"].startswith(f"001{room.app_id}")
