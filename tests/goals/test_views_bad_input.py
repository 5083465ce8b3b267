"""Bad input gets a clear error with a code, and changes nothing (spec section 10)."""

from __future__ import annotations

import pytest

from tests.goals.bodies import IN_FUNDING, IN_SHOW, NO_NUMBERS, RAW, funding_body, show_body, with_wrong
from tests.goals.snapshot import assert_refused, everything
from tests.goals.stories import sold_out

pytestmark = pytest.mark.django_db

NO_IDS = ["1", "x" * 24, "A" * 24, "0" * 25, "%00", "null", "68143584d6945d32e732cc2"]


def by_place(table):
    """One test a place: since nothing changes, all that is wrong there is tried in one world."""
    places = {place: [(wrong, code) for at, wrong, code in table if at == place] for place, _, _ in table}
    return pytest.mark.parametrize(("place", "cases"), places.items(), ids=list(places))


def assert_all_invalid(send, cases):
    """Send each case; `cases` are what is wrong, where, and the code for it."""
    before = everything()
    for wrong, place, code in cases:
        problem = send(wrong)
        assert_refused(problem, 400, "validation_error")
        assert [(entry["pointer"], entry["code"]) for entry in problem.json()["errors"]] == [(place, code)]
    assert everything() == before


@by_place(IN_FUNDING)
def test_a_sale_is_not_opened_with_a_bad_body(api, session, place, cases):
    def send(wrong):
        return api.post("/goals?type=funding", with_wrong(funding_body(session), place, wrong))

    assert_all_invalid(send, [(wrong, place, code) for wrong, code in cases])


@pytest.fixture
def sold(session):
    return sold_out(session)


@by_place(IN_SHOW)
def test_a_show_is_not_made_with_a_bad_body(api, sold, place, cases):
    def send(wrong):
        return api.post("/goals?type=show", with_wrong(show_body(sold), place, wrong))

    assert_all_invalid(send, [(wrong, place, code) for wrong, code in cases])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "invalid_goal_type"),
        ("?type=", "invalid_goal_type"),
        ("?type=exclusive", "invalid_goal_type"),
        ("?type=Funding", "invalid_goal_type"),
        ("?type=%00", "invalid_goal_type"),
        ("?type=funding&dry=1", "unknown_parameter"),
    ],
)
def test_a_goal_of_no_type_is_not_made(api, session, query, code):
    before = everything()
    assert_refused(api.post(f"/goals{query}", funding_body(session)), 400, code)
    assert everything() == before


@pytest.mark.parametrize("path", ["/goals?type=funding", "/goals?type=show", "/goals/{id}/contributions"])
def test_what_is_no_json_object_is_refused_everywhere(buyer, funding, path):
    before = everything()
    for raw, code in RAW:
        problem = buyer.post(path.format(id=funding.id), data=raw, content_type="application/json")
        assert_refused(problem, 413 if code == "body_too_large" else 400, code)
    assert everything() == before


def test_no_tickets_are_bought_with_a_bad_quantity(buyer, funding):
    def send(body):
        return buyer.post(f"/goals/{funding.id}/contributions", body)

    cases = [({"quantity": wrong}, "/quantity", code) for wrong, code in [*NO_NUMBERS, (10_001, "max_value")]]
    cases += [({}, "/quantity", "required"), ({"quantity": 1, "amount": 1}, "/amount", "unknown_member")]
    assert_all_invalid(send, cases)


def test_a_key_that_cannot_be_kept_is_refused(buyer, funding):
    before = everything()
    for key in ("", " ", "two words", "ü", "tab\there", "x" * 256):
        headers = {"Idempotency-Key": key}
        problem = buyer.post(f"/goals/{funding.id}/contributions", {"quantity": 1}, headers=headers)
        assert_refused(problem, 400, "invalid_idempotency_key")
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"agree": True}, 422, "agree_not_allowed"),
        ({"agree": False}, 422, "agree_not_allowed"),
        ({"agree": None}, 400, "validation_error"),
        ({"agree": "perhaps"}, 400, "validation_error"),
        ({"agree": {}}, 400, "validation_error"),
        ({"disagree": True}, 400, "validation_error"),
    ],
)
def test_a_sale_is_not_ended_with_a_bad_body(api, funding, body, status, code):
    before = everything()
    assert_refused(api.delete(f"/goals/{funding.id}", body), status, code)
    assert everything() == before


@pytest.mark.parametrize(
    ("verb", "path"),
    [("get", ""), ("delete", ""), ("get", "/events"), ("get", "/contributions"), ("post", "/contributions")],
)
def test_what_is_no_id_is_not_found(api, verb, path):
    for goal_id in NO_IDS:
        assert_refused(getattr(api, verb)(f"/goals/{goal_id}{path}"), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("session=1", "validation_error"),
        ("streamer=" + "G" * 24, "validation_error"),
        ("session=%00", "validation_error"),
        ("type=dance", "validation_error"),
        ("active=yes", "validation_error"),
        ("active=1", "validation_error"),
        ("state=over", "validation_error"),
        ("stage=over", "unknown_parameter"),
        ("cursor=abc", "invalid_cursor"),
        ("cursor=%00", "invalid_cursor"),
        ("page_size=0", "invalid_page_size"),
        ("page_size=101", "invalid_page_size"),
        ("page_size=ten", "invalid_page_size"),
    ],
)
def test_a_bad_filter_or_page_is_refused(api, funding, query, code):
    assert_refused(api.get(f"/goals?{query}"), 400, code)


@pytest.mark.parametrize("path", ["events", "contributions"])
@pytest.mark.parametrize(("query", "code"), [("type=show", "unknown_parameter"), ("cursor=x", "invalid_cursor")])
def test_a_bad_parameter_of_a_goal_s_own_lists_is_refused(api, funding, path, query, code):
    assert_refused(api.get(f"/goals/{funding.id}/{path}?{query}"), 400, code)
