"""GET /sessions/{id}/token: who may watch what, until when, and that no cache says otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goals.models import Block, Goal
from goals.types import GoalType
from livestream import clock, ids, users
from livestream.cached_views import invalidate_get_session_token_view_cache
from sessions_app.services import ending
from tests.notifications.conftest import NOW
from tests.notifications.shows import buy, enter_stage, funded, running_show
from tests.notifications.stream_tokens import claims_of
from tests.support.clients import client_of, said
from tests.support.endings import cancel
from tests.support.invitations import agree, disagree, exclusive_of, invite
from tests.support.outbox import pass_time, run_due
from tests.support.people import make_show, make_user
from tests.support.stage import PATIENCE
from wallet.models import Transfer
from wallet.services import early_refunds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("offers_invitations")]

FIVE_MINUTES, HOUR = 300, 3600
GIVEN, UNPAID = (200, None), (403, "not_authorized_for_quality")


@pytest.fixture
def stranger(db):
    return make_user(coins=10_000)


def ask(session, user, quality="preview"):
    return client_of(user).get(f"/sessions/{session.id}/token?quality={quality}")


def rights(session, user):
    """Return what the user is answered for the preview and for sd."""
    return said(ask(session, user)), said(ask(session, user, "sd"))


def seconds_left(response):
    return response.json()["exp"] - clock.to_epoch(clock.now())


def test_a_token_says_who_may_watch_what_until_when(session, viewer):
    answer = ask(session, viewer).json()
    exp = clock.to_epoch(clock.now()) + FIVE_MINUTES
    about = {"session_id": session.id, "quality": "preview", "exp": exp}
    assert {name: answer[name] for name in about} == about
    iat = clock.to_epoch(clock.now())
    assert claims_of(answer["token"]) == {**about, "sub": viewer.pk, "iat": iat}


def test_while_nothing_paid_runs_everybody_sees_all(session, viewer, streamer):
    assert rights(session, viewer) == rights(session, streamer) == (GIVEN, GIVEN)
    for quality in ("preview", "sd"):
        assert seconds_left(ask(session, viewer, quality)) == FIVE_MINUTES
    assert seconds_left(ask(session, streamer)) == HOUR


def test_an_invitation_that_is_not_agreed_to_and_a_sale_keep_nobody_out(session, moving, viewer, stranger):
    invite(session, viewer)
    assert rights(session, stranger) == (GIVEN, GIVEN)
    funded(session, moving, viewer)
    assert rights(session, stranger) == (GIVEN, GIVEN)


def test_a_token_names_the_goal_that_it_was_paid_for(session, moving, viewer, streamer):
    show = running_show(session, moving, viewer)
    tokens = [ask(session, user, "sd").json()["token"] for user in (viewer, streamer)]
    assert [claims_of(token)["goal_id"] for token in tokens] == [show.id] * 2
    assert "goal_id" not in claims_of(ask(session, viewer).json()["token"])


def test_of_two_shows_in_a_row_each_lets_its_own_payers_in(session, moving, viewer, stranger, streamer):
    first = running_show(session, moving, viewer, target=60)
    assert (said(ask(session, viewer, "sd")), said(ask(session, stranger, "sd"))) == (GIVEN, UNPAID)
    finish_show(moving, first)
    assert rights(session, viewer) == rights(session, stranger) == (GIVEN, GIVEN)
    second = running_show(session, moving, stranger, target=60)
    assert (said(ask(session, viewer, "sd")), said(ask(session, stranger, "sd"))) == (UNPAID, GIVEN)
    assert claims_of(ask(session, streamer).json()["token"])["goal_id"] == second.id


def test_of_two_shows_at_once_which_an_earlier_release_allowed_each_lets_its_own_payers_in(
    session, moving, viewer, stranger, streamer
):
    both = make_user(coins=10_000)
    sales = [funded(session, moving, viewer, both), funded(session, moving, stranger, both)]
    first, second = (
        Goal.objects.create(
            type=GoalType.SHOW,
            session=session,
            streamer=streamer,
            active=True,
            created_at=moving.at,
            started_at=moving.at,
            levels=[{"title": "Show", "target": 60}],
            funding_goal=sale,
        )
        for sale in sales
    )
    assert watched(session, viewer, stranger) == [first.id, second.id]
    Goal.objects.filter(pk=second.id).update(stage_started=moving.at)
    invalidate_get_session_token_view_cache(session_id=session.id)
    assert watched(session, viewer, stranger, both, streamer) == [first.id, second.id, second.id, second.id]


def watched(session, *users):
    return [claims_of(ask(session, user, "sd").json()["token"])["goal_id"] for user in users]


def test_whom_the_streamer_blocked_watches_nothing_also_where_it_was_cached(session, moving, viewer, streamer):
    running_show(session, moving, viewer)
    assert rights(session, viewer) == (GIVEN, GIVEN)
    users.block(streamer_id=streamer.pk, user_id=viewer.pk, now=clock.now())
    assert set(rights(session, viewer)) == {(403, "blocked_by_streamer")}
    users.unblock(streamer_id=streamer.pk, user_id=viewer.pk)
    assert rights(session, viewer) == (GIVEN, GIVEN)


def test_nobody_watches_a_session_that_is_over_also_where_it_was_cached(session, viewer, streamer):
    assert ask(session, viewer).status_code == 200
    ending.deactivate_session(session_id=session.id, now=clock.now())
    assert set(rights(session, viewer) + rights(session, streamer)) == {(409, "session_not_active")}


def test_ticket_holders_watch_a_show_from_its_start_to_its_end(session, moving, viewer, stranger):
    show = make_show(funded(session, moving, viewer), target=60, nbf=clock.now() + timedelta(seconds=30))
    run_due()
    assert rights(session, viewer) == (GIVEN, GIVEN)
    pass_time(moving, seconds=30)
    assert (rights(session, viewer), rights(session, stranger)) == ((GIVEN, GIVEN), (GIVEN, UNPAID))
    assert seconds_left(ask(session, viewer, "sd")) == 60
    finish_show(moving, show)
    assert rights(session, viewer) == rights(session, stranger) == (GIVEN, GIVEN)


def test_a_late_ticket_counts_at_once(session, moving, viewer, stranger):
    show = running_show(session, moving, viewer)
    run_due()
    assert said(ask(session, stranger, "sd")) == UNPAID
    buy(show.funding_goal, stranger)
    assert said(ask(session, stranger, "sd")) == GIVEN


def test_payers_watch_a_private_show_from_the_agreement_to_its_exp(session, moving, viewer, stranger):
    goal, second = invite(session, viewer), make_user(coins=1000)
    invite(session, second)
    agree(goal)
    for payer in (viewer, second):
        assert seconds_left(ask(session, payer, "sd")) == 120
    assert rights(session, stranger) == (GIVEN, UNPAID)
    moving.advance(seconds=120)  # and the task that ends it is late
    assert rights(session, viewer) == (GIVEN, UNPAID)


def test_a_1_on_1_is_for_one(session, moving, viewer, stranger, streamer):
    trigger, rejected = (invite(session, each, kind=GoalType.TRIGGER_EXCLUSIVE) for each in (viewer, stranger))
    agree(trigger)
    assert rights(session, viewer) == rights(session, streamer) == (GIVEN, GIVEN)
    assert rights(session, stranger) == (GIVEN, UNPAID)
    run_due()
    rejected.refresh_from_db()
    assert rejected.outcome == "refunded"
    cancel(exclusive_of(trigger))
    assert rights(session, viewer) == rights(session, stranger) == (GIVEN, GIVEN)


def own_block(goal, viewer, seconds):
    """Have a payer's block end `seconds` after the agreement."""
    hold = Transfer.objects.get(credit_id=goal.escrow_id, kind=Transfer.Kind.HOLD, debit_id=viewer.pk)
    about = {"goal": goal, "payer": viewer, "amount": hold.amount, "created_at": clock.now()}
    Block.objects.update_or_create(hold=hold, defaults=about | {"duration": seconds, "starts_at": goal.agreed_at})


def test_each_payer_watches_a_private_show_until_their_own_block_ends(session, moving, viewer, stranger):
    goal = invite(session, viewer)
    invite(session, stranger)
    agree(goal)
    own_block(goal, viewer, 60)
    own_block(goal, stranger, 120)
    assert [seconds_left(ask(session, payer, "sd")) for payer in (viewer, stranger)] == [60, 120]
    moving.advance(seconds=60)
    assert (rights(session, viewer), rights(session, stranger)) == ((GIVEN, UNPAID), (GIVEN, GIVEN))


@pytest.mark.parametrize("change", [{"cut_at": NOW}, {"starts_at": None}])
def test_a_block_that_was_cut_or_has_not_begun_lets_nobody_in(session, moving, viewer, change):
    goal = agree(invite(session, viewer))
    own_block(goal, viewer, 60)
    Block.objects.update(**change)
    assert rights(session, viewer) == (GIVEN, UNPAID)


def test_whose_ticket_was_given_back_watches_no_longer(session, moving, viewer, stranger):
    show = running_show(session, moving, viewer, stranger)
    run_due()
    assert said(ask(session, viewer, "sd")) == GIVEN
    early_refunds.refund_payers(escrow_id=show.escrow_id, payers=[viewer.pk], reason="refunded", now=clock.now())
    run_due()
    assert (said(ask(session, viewer, "sd")), said(ask(session, stranger, "sd"))) == (UNPAID, GIVEN)


def test_a_grant_is_for_an_hour_at_most(session, moving, viewer):
    running_show(session, moving, viewer, target=5 * HOUR)
    assert seconds_left(ask(session, viewer, "sd")) == HOUR


def a_show_is_added(session, moving, viewer):
    make_show(Goal.objects.get(type="funding"), nbf=clock.now() + timedelta(seconds=30))


def a_show_starts(session, moving, viewer):
    make_show(Goal.objects.get(type="funding"))


def a_private_show_is_agreed_to(session, moving, viewer):
    agree(invite(session, viewer))


def a_1_on_1_is_agreed_to(session, moving, viewer):
    agree(invite(session, viewer, kind=GoalType.TRIGGER_EXCLUSIVE))


def an_invitation_is_declined(session, moving, viewer):
    disagree(invite(session, viewer))


HAPPENINGS = [a_show_is_added, a_show_starts, a_private_show_is_agreed_to, a_1_on_1_is_agreed_to]


@pytest.mark.parametrize("happen", [*HAPPENINGS, an_invitation_is_declined])
def test_an_answer_is_cached_until_something_begins_or_ends(session, moving, viewer, happen):
    funded(session, moving, viewer)
    first = ask(session, viewer).json()
    moving.advance(seconds=5)
    assert ask(session, viewer).json() == first
    happen(session, moving, viewer)
    run_due()
    assert ask(session, viewer).json() != first


def finish_show(moving, goal):
    enter_stage(goal)
    pass_time(moving, seconds=goal.target + PATIENCE)


def test_nobody_is_given_the_cached_public_token_once_a_show_has_started(session, moving, viewer, stranger):
    funding = funded(session, moving, viewer)
    assert rights(session, stranger) == (GIVEN, GIVEN)
    make_show(funding, target=60)  # nothing that follows is done yet
    assert rights(session, stranger) == (GIVEN, UNPAID)
    assert claims_of(ask(session, viewer, "sd").json()["token"])["goal_id"] == Goal.objects.get(type="show").id


@pytest.mark.parametrize("finish", [finish_show, lambda _, goal: cancel(goal)], ids=["completed", "missed"])
def test_the_end_of_a_show_is_the_end_of_the_cached_token(session, moving, viewer, finish):
    show = running_show(session, moving, viewer, target=60)
    run_due()
    assert said(ask(session, viewer, "sd")) == GIVEN
    paid_for = claims_of(ask(session, viewer, "sd").json()["token"])
    finish(moving, show)
    assert paid_for["goal_id"] == show.id
    assert "goal_id" not in claims_of(ask(session, viewer, "sd").json()["token"])


def test_a_cached_token_is_not_given_out_after_its_grant(session, moving, viewer):
    agree(invite(session, viewer))
    assert seconds_left(ask(session, viewer, "sd")) == 120
    moving.advance(seconds=119)
    assert seconds_left(ask(session, viewer, "sd")) == 1
    moving.advance(seconds=1)
    assert said(ask(session, viewer, "sd")) == UNPAID


@pytest.mark.parametrize("quality", ["", "hd", "exclusive", "SD", "sd ", "sd\x00"])
def test_a_quality_is_preview_or_sd(session, viewer, quality):
    assert said(client_of(viewer).get(f"/sessions/{session.id}/token", {"quality": quality})) == (
        400,
        "invalid_quality",
    )


def test_the_address_is_checked_as_well(session, viewer):
    client = client_of(viewer)
    assert said(client.get(f"/sessions/{session.id}/token")) == (400, "invalid_quality")
    assert said(client.get(f"/sessions/{session.id}/token?quality=sd&user={'a' * 24}")) == (400, "unknown_parameter")
    assert said(client.get(f"/sessions/{ids.new_id()}/token?quality=sd")) == (404, "session_not_found")
    assert said(client_of().get(f"/sessions/{session.id}/token?quality=sd")) == (401, "not_authenticated")
