"""Every refusal and every crash answers in one shape."""

import pytest

from livestream.api.problems import CONTENT_TYPE

pytestmark = pytest.mark.urls("tests.livestream.api_site")

REQUIRED = {"type", "title", "status", "detail", "instance", "code", "request_id"}


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("domain", 429, "cooling_down"),
        ("conflict", 409, "sold_out"),
        ("http404", 404, "not_found"),
        ("denied", 403, "permission_denied"),
        ("throttled", 429, "throttled"),
        ("parse", 400, "parse_error"),
        ("crash", 500, "server_error"),
    ],
)
def test_what_a_view_raises_becomes_a_problem(anonymous, what, status, code):
    response = anonymous.get(f"/raise/{what}")
    body = response.json()
    assert response.status_code == body["status"] == status
    assert response["Content-Type"] == CONTENT_TYPE
    assert set(body) >= REQUIRED
    assert body["code"] == code
    assert body["type"] == f"/docs/errors#{code}"
    assert body["instance"] == f"/raise/{what}"
    assert body["request_id"] == response["X-Request-ID"] != ""
    assert "secret" not in response.content.decode()


def test_a_domain_error_tells_its_detail_its_extras_and_when_to_come_back(anonymous):
    response = anonymous.get("/raise/domain")
    body = response.json()
    assert (body["title"], body["detail"], body["goal_id"]) == ("Too soon", "Wait a little", "g1")
    assert response["Retry-After"] == "30"


def test_a_domain_error_without_a_detail_repeats_its_title(anonymous):
    body = anonymous.get("/raise/conflict").json()
    assert body["detail"] == body["title"] == "Sold out"


def test_extras_never_replace_the_members_of_the_standard(anonymous):
    body = anonymous.get("/raise/reserved").json()
    assert body["type"] == "/docs/errors#invalid_request"
    assert body["instance"] == "/raise/reserved"
    assert body["request_id"] != "z"


def test_a_throttled_caller_learns_when_to_come_back(anonymous):
    assert anonymous.get("/raise/throttled")["Retry-After"] == "7"


def test_a_crash_is_reported_although_it_is_answered(anonymous, caplog):
    anonymous.get("/raise/crash")
    assert any(record.exc_info for record in caplog.records)


def test_each_wrong_field_is_pointed_at(anonymous):
    body = {"goal_id": "x", "exp": "soon", "levels": [{"title": "a", "target": 1}, {"title": 3}]}
    response = anonymous.post("/typed", body)
    found = {(error["pointer"], error["code"]) for error in response.json()["errors"]}
    assert response.json()["code"] == "validation_error"
    assert found == {
        ("/goal_id", "invalid_id"),
        ("/exp", "invalid_epoch"),
        ("/levels/1/title", "invalid"),
        ("/levels/1/target", "required"),
    }
    assert all(error["detail"] for error in response.json()["errors"])


def test_a_method_that_is_not_there_is_a_problem_and_names_those_that_are(anonymous):
    response = anonymous.delete("/echo")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in response["Allow"]


def test_a_body_in_another_format_is_a_problem(anonymous):
    response = anonymous.generic("POST", "/echo", b"a=1", "application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_asking_for_another_format_is_a_problem(anonymous):
    response = anonymous.post("/echo", {}, HTTP_ACCEPT="application/xml")
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")
