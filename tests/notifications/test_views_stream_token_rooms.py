"""GET /sessions/{id}/token: the room's token that comes with it, and for whom there is one."""

from datetime import timedelta

import pytest

from goals.types import GoalType
from livestream import clock
from tests.notifications.shows import enter_stage, running_show
from tests.sessions_app.test_rtc_tokens import APP_ID, APP_KEY, read
from tests.support.clients import client_of
from tests.support.endings import cancel
from tests.support.invitations import agree, invite
from tests.support.outbox import run_due
from tests.support.people import make_source, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offers_invitations")]

VIEWER, PERFORMER = [4], [0, 1, 2, 3, 4]


@pytest.fixture(autouse=True)
def _credentials(settings):
    settings.BYTEPLUS_APP_ID, settings.BYTEPLUS_APP_KEY = APP_ID, APP_KEY


def ask(session, user, quality="sd"):
    response = client_of(user).get(f"/sessions/{session.id}/token?quality={quality}")
    assert response.status_code == 200, response.json()
    return response.json()


def room_token(answer):
    """Return until when, where, for whom and with which privileges the answer opens a room."""
    _, _, exp, room_id, user_id, privileges = read(answer["byteplus_token"])
    assert answer["byteplus_rtc_info"] == {"app_id": APP_ID, "room_id": room_id, "user_id": user_id}
    return exp, room_id, user_id, sorted(privileges)


def test_a_ticket_holder_enters_the_room_until_the_show_can_be_over(session, moving, viewer):
    show = running_show(session, moving, viewer, target=60)
    answer = ask(session, viewer)
    assert room_token(answer) == (answer["exp"], f"{session.id}.{show.id}", viewer.pk, VIEWER)
    assert answer["exp"] == clock.to_epoch(moving.at) + 60


@pytest.mark.parametrize("quality", ["preview", "sd"])
def test_while_nothing_paid_runs_everybody_enters_the_public_room_to_watch(session, viewer, quality):
    answer = ask(session, viewer, quality)
    assert room_token(answer) == (answer["exp"], session.id, viewer.pk, VIEWER)


def runs_a_show(session, moving, viewer):
    running_show(session, moving, viewer)


def runs_a_private_show(session, moving, viewer):
    agree(invite(session, viewer))


def runs_a_1_on_1(session, moving, viewer):
    agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))


@pytest.mark.parametrize("begin", [runs_a_show, runs_a_private_show, runs_a_1_on_1])
def test_the_preview_of_what_is_paid_for_opens_no_room(session, moving, viewer, begin):
    begin(session, moving, viewer)
    for user in (viewer, make_user()):
        answer = ask(session, user, "preview")
        assert answer["byteplus_token"] is answer["byteplus_rtc_info"] is None
        assert answer["exp"] == clock.to_epoch(moving.at) + 300


@pytest.mark.parametrize("quality", ["preview", "sd"])
def test_the_streamer_performs_in_the_room_of_the_newest_source(session, streamer, quality):
    for number in (1, 2):
        about = {"room_id": f"room-{number}"}
        make_source(
            user_id=streamer.pk, provider="byteplus", now=clock.now() + timedelta(seconds=number), metadata=about
        )
    answer = ask(session, streamer, quality)
    assert room_token(answer) == (answer["exp"], "room-2", streamer.pk, PERFORMER)


def test_the_viewer_of_a_1_on_1_only_watches(session, viewer):
    agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))
    assert room_token(ask(session, viewer))[3] == VIEWER


def test_who_holds_a_token_of_a_show_that_was_broken_off_sees_nothing_of_the_1_on_1_after_it(
    session, moving, viewer, streamer
):
    show = running_show(session, moving, viewer, target=3600)
    lost = ask(session, viewer)
    assert room_token(ask(session, streamer))[1] == room_token(lost)[1]
    cancel(show)
    run_due()
    other = make_user(coins=1000)
    agree(invite(session, other, kind=GoalType.TRIGGER_EXCLUSIVE))
    run_due()
    given, performed = room_token(ask(session, other)), room_token(ask(session, streamer))
    assert lost["exp"] > clock.to_epoch(moving.at)  # it still opens its room, in which nobody is
    assert given[1] == performed[1] != room_token(lost)[1]


def test_a_cached_room_token_is_replaced_when_the_streamer_comes_on_stage(session, moving, viewer):
    show = running_show(session, moving, viewer, target=60)
    run_due()
    first = ask(session, viewer)
    moving.advance(seconds=30)
    assert ask(session, viewer) == first
    enter_stage(show)
    run_due()
    assert room_token(ask(session, viewer))[0] == clock.to_epoch(moving.at) + 60


def test_a_cached_room_token_is_not_given_out_after_its_end(session, moving, viewer):
    running_show(session, moving, viewer, target=60)
    ends = set()
    for _ in range(5):
        answer = ask(session, viewer)
        exp, *_ = room_token(answer)
        assert moving.at < clock.from_epoch(exp) <= moving.at + timedelta(seconds=60)
        ends.add(exp)
        moving.move_to(clock.from_epoch(exp))
    assert len(ends) == 5  # nobody performs, so that each time there is as much left
