"""Support staff looks at goals, changes nothing by hand, and sets what tickets cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.admin import DEAREST_TICKET
from goals.demo import TICKET
from goals.models import (
    Contribution,
    Goal,
    PerformanceInterval,
    PerformanceMark,
    ProgressStep,
    ShowGoalPair,
    TicketProduct,
)
from goals.services import progress
from livestream import clock
from tests.goals.snapshot import everything
from tests.goals.stories import quick_show, quick_shows, sold_out
from tests.support.people import make_funding, make_session, make_user
from tests.support.plans import assert_found_through_indexes
from tests.support.shows import buy
from tests.support.stage import go_on_stage, leave_stage

pytestmark = pytest.mark.django_db

READ_ONLY = {"goal": Goal, "showgoalpair": ShowGoalPair, "contribution": Contribution}


@pytest.fixture
def desk(client):
    """A client of a member of staff who may look at everything and change nothing."""
    user = make_user(name="support", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@pytest.fixture
def show(session):
    return quick_show(session)


def found(client, page, term="", **query):
    answer = client.get(f"/admin/goals/{page}/", {"q": term} | query)
    assert answer.status_code == 200
    return set(answer.context["cl"].result_list)


@pytest.mark.parametrize("page", READ_ONLY)
def test_support_sees_the_list_and_each_row(desk, show, page):
    row = READ_ONLY[page].objects.first()
    assert str(row.pk) in desk.get(f"/admin/goals/{page}/").content.decode()
    assert desk.get(f"/admin/goals/{page}/{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("page", READ_ONLY)
@pytest.mark.parametrize("who", ["desk", "admin_client"])
def test_a_request_made_by_hand_changes_nothing(request, show, page, who):
    client, row = request.getfixturevalue(who), READ_ONLY[page].objects.first()
    before = everything()
    forged = {"active": "", "progress": "9", "amount": "9", "post": "yes", "_save": "Save"}
    paths = ("add/", f"{row.pk}/change/", f"{row.pk}/delete/")
    assert [client.post(f"/admin/goals/{page}/{path}", forged).status_code for path in paths] == [403] * 3
    client.post(f"/admin/goals/{page}/", {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert everything() == before


def test_a_goal_s_page_shows_its_stage_and_leads_to_its_money(desk, show, moving):
    go_on_stage(show, source="webhook-1")
    moving.advance(seconds=5)
    leave_stage(show, source="webhook-2")
    page = desk.get(f"/admin/goals/goal/{show.id}/change/").content.decode()
    assert page.count("webhook-1") >= 2  # the mark, and the interval that it opened
    assert f"/admin/wallet/escrow/{quote(show.escrow_id)}/change/" in page
    assert f"/admin/goals/contribution/?q={show.funding_goal_id}" in page
    assert (PerformanceMark.objects.count(), PerformanceInterval.objects.count()) == (2, 1)


def test_goals_are_found_by_each_id_and_by_their_streamer_s_name(desk, session, show):
    funding = show.funding_goal
    quick_show(make_session(make_user(name="somebody")))
    assert found(desk, "goal", show.id) == {show}
    assert found(desk, "goal", funding.id) == {funding, show}
    assert found(desk, "goal", f"show_funding:{funding.id}") == {funding, show}
    for term in (session.id, session.streamer_id, session.streamer.username[:6], f" {session.id} "):
        assert {funding, show} <= found(desk, "goal", term)
    assert found(desk, "goal", "some").isdisjoint({funding, show})
    assert found(desk, "goal", "nobody") == found(desk, "goal", "\0x") - found(desk, "goal") == set()


@pytest.mark.parametrize(
    ("name", "kind"), [("show", "show"), ("ShowGoal", "show"), ("ShowFundingGoal", "funding"), ("KaraokeGoal", None)]
)
def test_goals_are_found_by_their_type_and_its_old_class_name(desk, show, name, kind):
    assert found(desk, "goal", name) == {goal for goal in (show, show.funding_goal) if goal.type == kind}


def test_what_happened_to_the_newest_goals_is_found_by_their_old_class_name(desk, moving, show, monkeypatch):
    def of_goals(page, column):
        rows = desk.get(f"/admin/livestream/{page}/", {"q": "ShowGoal"}).context["cl"].result_list
        return {getattr(row, column) for row in rows}

    assert of_goals("eventrecord", "goal_id") == {show.id}
    assert of_goals("outboxmessage", "subject") == {show.id}
    monkeypatch.setattr("goals.admin.goals.MOST_GOALS", 1)
    moving.advance(seconds=1)
    newer = quick_show(make_session())
    assert of_goals("eventrecord", "goal_id") == {newer.id}


def test_a_goal_s_page_shows_its_steps_newest_first_and_twenty_at_a_time(desk, funding):
    for number in range(21):
        progress.increment_goal_progress(goal_id=funding.id, amount=1, key=f"step-{number}", now=clock.now())
    answer = desk.get(f"/admin/goals/goal/{funding.id}/change/")
    [steps] = [each for each in answer.context["inline_admin_formsets"] if each.opts.model is ProgressStep]
    assert [form.instance.key for form in steps.formset.forms] == [f"step-{number}" for number in range(20, 0, -1)]
    assert (steps.has_add_permission, steps.has_change_permission, steps.has_delete_permission) == (False,) * 3
    assert "step-20" in answer.content.decode()


def test_goals_that_are_not_over_can_be_picked_out(desk, show, moving):
    later = quick_show(make_session(), nbf=moving.at + timedelta(minutes=10))
    assert found(desk, "goal", state="active") == {show}
    assert found(desk, "goal", state="scheduled") == {later}
    assert len(found(desk, "goal")) == 4


def test_pairs_are_found_by_each_id(desk, session, show):
    quick_show(make_session())
    pair = session.show_goal_pairs.get()
    for term in (session.id, show.id, show.funding_goal_id):
        assert found(desk, "showgoalpair", term) == {pair}


def test_tickets_are_found_by_goal_and_escrow_and_by_who_bought_them(desk, session, moving):
    payer = make_user(name="mei-lin", coins=1000)
    funding, other = make_funding(session), sold_out(session)
    receipts = [buy(funding, payer), buy(other if other.active else make_funding(session), payer)]
    first, second = (Contribution.objects.get(pk=receipt.transfer_id) for receipt in receipts)
    for term in (funding.id, funding.escrow_id, first.pk):
        assert found(desk, "contribution", term) == {first}
    for term in (payer.pk, "mei"):
        assert found(desk, "contribution", term) == {first, second}
    assert found(desk, "contribution", other.id).isdisjoint({first, second})


@pytest.mark.parametrize("page", READ_ONLY)
@pytest.mark.parametrize("term", ["", "user-"])
def test_a_longer_list_takes_no_more_queries_and_is_never_counted(desk, session, page, term):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found(desk, page, term)
        assert not [each for each in captured.captured_queries if "COUNT(" in each["sql"]]
        return len(captured)

    quick_show(session)
    few = queries()
    quick_shows(session, number=3)
    assert queries() == few


@pytest.mark.postgres
@pytest.mark.parametrize("page", READ_ONLY)
def test_every_search_goes_through_indexes(desk, show, page):
    payer = Contribution.objects.get().payer
    with CaptureQueriesContext(connection) as captured:
        for term in (show.escrow_id, show.id, show.session_id, payer.username, "ShowGoal"):
            found(desk, page, term)
    assert_found_through_indexes(
        [each["sql"] for each in captured.captured_queries if f'FROM "goals_{page}"' in each["sql"]]
    )


@pytest.mark.parametrize("page", READ_ONLY)
def test_no_column_of_a_big_table_invites_to_sort_by_it(desk, show, page):
    assert not re.search(r'href="\?([^"]*&amp;)?o=', desk.get(f"/admin/goals/{page}/").content.decode())


@pytest.fixture
def priced(client, funding):
    """A client of a member of staff who may change what tickets cost."""
    user = make_user(name="pricing", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(content_type__model="ticketproduct"))
    client.force_login(user)
    return client


def set_price(client, price, **more):
    return client.post(f"/admin/goals/ticketproduct/{TICKET}/change/", {"price": price} | more)


def test_who_may_sets_the_price_of_later_sales(priced, session, funding):
    assert set_price(priced, "300", id="free", type="karaoke").status_code == 302
    product = TicketProduct.objects.get()
    assert (product.id, product.type, product.price) == (TICKET, "show", 300)
    funding.refresh_from_db()
    assert (funding.ticket_price, make_funding(session).ticket_price) == (200, 300)
    assert LogEntry.objects.get().object_id == TICKET


@pytest.mark.parametrize("price", ["0", "-1", "", "1.5", "free", str(DEAREST_TICKET + 1), str(2**63), str(10**30)])
def test_a_price_that_cannot_be_is_refused(priced, price):
    answer = set_price(priced, price)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() <= {"price", "__all__"}
    assert TicketProduct.objects.get().price == 200


def test_who_may_only_look_sets_no_price(desk, funding):
    assert set_price(desk, "1").status_code == 403
    assert TicketProduct.objects.get().price == 200


def test_a_new_ticket_can_be_made_and_one_that_was_sold_cannot_be_deleted(priced, funding):
    priced.post("/admin/goals/ticketproduct/add/", {"id": "vip", "type": "show", "price": "900"})
    assert TicketProduct.objects.get(pk="vip").price == 900
    priced.post(f"/admin/goals/ticketproduct/{TICKET}/delete/", {"post": "yes"})
    assert TicketProduct.objects.filter(pk=TICKET).exists()
