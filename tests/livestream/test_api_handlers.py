"""Also what no API view answers is a problem document, and never a page."""

import pytest
from rest_framework.test import APIClient

from livestream.api.problems import CONTENT_TYPE

pytestmark = pytest.mark.urls("tests.livestream.api_site")


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_address_is_a_problem(anonymous, settings, method, debug):
    settings.DEBUG = debug
    response = getattr(anonymous, method)("/nowhere/at/all")
    assert (response.status_code, response["Content-Type"]) == (404, CONTENT_TYPE)
    assert response.json()["code"] == "not_found"
    assert response.json()["instance"] == "/nowhere/at/all"


def test_a_post_to_an_unknown_address_is_not_asked_for_a_form_token():
    response = APIClient(enforce_csrf_checks=True).post("/nowhere", {})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_an_address_with_a_trailing_slash_is_unknown_rather_than_redirected(anonymous):
    assert anonymous.post("/echo/", {}).status_code == 404


def test_an_id_that_is_no_id_is_an_unknown_address(api):
    assert api.get("/people/123").json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/plain/crash", 500, "server_error"), ("/plain/deny", 403, "permission_denied")],
)
def test_a_plain_view_that_fails_answers_a_problem(anonymous, path, status, code):
    response = anonymous.get(path)
    assert (response.status_code, response["Content-Type"]) == (status, CONTENT_TYPE)
    assert response.json()["code"] == code
    assert "secret" not in response.content.decode()


def test_a_request_for_an_unknown_host_is_a_problem(anonymous):
    response = anonymous.get("/healthz", HTTP_HOST="evil.example")
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


@pytest.mark.urls("livestream.urls")
def test_the_admin_keeps_its_pages(anonymous, admin_client):
    response = admin_client.get("/admin/nothing/here/")
    assert response.status_code == 404
    assert "text/html" in response["Content-Type"]


@pytest.mark.urls("livestream.urls")
def test_the_admin_is_found_without_its_slash(anonymous):
    response = anonymous.get("/admin")
    assert (response.status_code, response["Location"]) == (302, "/admin/")
