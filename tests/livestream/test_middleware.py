"""What every request carries in, and every answer out."""

import pytest
from django.http import JsonResponse
from django.urls import path
from django.utils.translation import gettext

from livestream import context, ids


def tell(request):
    """Answer what a service would see of the request."""
    seen = {"request_id": context.request_id(), "client_id": context.client_id()}
    return JsonResponse({**seen, "message": gettext("This field is required.")})


urlpatterns = [path("tell", tell)]
pytestmark = pytest.mark.urls(__name__)


def test_a_request_without_an_id_is_given_one(anonymous):
    response = anonymous.get("/tell")
    assert ids.is_valid(response["X-Request-ID"])
    assert response.json()["request_id"] == response["X-Request-ID"]


def test_a_request_keeps_the_id_it_came_with(anonymous):
    response = anonymous.get("/tell", HTTP_X_REQUEST_ID="abc-1.2_3")
    assert response["X-Request-ID"] == response.json()["request_id"] == "abc-1.2_3"


@pytest.mark.parametrize("bad", ["a b", "x" * 65, "ü", "a\tb", "<script>", "a,b"])
def test_a_request_id_that_cannot_be_used_is_replaced(anonymous, bad):
    response = anonymous.get("/tell", HTTP_X_REQUEST_ID=bad)
    assert ids.is_valid(response["X-Request-ID"])


def test_the_log_names_the_same_request(anonymous, caplog):
    with caplog.at_level("INFO"):
        response = anonymous.get("/tell")
    lines = [str(record.msg) for record in caplog.records if "request_finished" in str(record.msg)]
    assert lines
    assert all(response["X-Request-ID"] in line for line in lines)


@pytest.mark.parametrize("client_id", ["", "ios", "web@1.2", "app:player/7", "x" * 64])
def test_the_calling_app_is_known_to_what_it_causes(anonymous, client_id):
    assert anonymous.get("/tell", HTTP_X_CLIENT_ID=client_id).json()["client_id"] == client_id


@pytest.mark.parametrize("bad", ["a b", "x" * 65, "ü", "<b>", "a,b"])
def test_a_client_id_that_could_not_be_recorded_is_refused(anonymous, bad):
    response = anonymous.get("/tell", HTTP_X_CLIENT_ID=bad)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_client_id")
    assert response.json()["request_id"] == response["X-Request-ID"]


def test_nothing_of_a_request_is_left_after_it(anonymous):
    anonymous.get("/tell", HTTP_X_CLIENT_ID="ios")
    assert (context.request_id(), context.client_id()) == ("", "")


CHINESE = "此為必需欄位。"
ENGLISH = "This field is required."


@pytest.mark.parametrize(
    ("query", "accepted", "language", "message"),
    [
        ("?lang=zh-hant", "", "zh-hant", CHINESE),
        ("?lang=zh-Hant", "", "zh-hant", CHINESE),
        ("?lang=zh-TW", "", "zh-hant", CHINESE),
        ("?lang=en", "zh-hant", "en", ENGLISH),
        ("?lang=xx", "zh-hant", "en", ENGLISH),
        ("?lang=", "zh-hant", "en", ENGLISH),
        ("?lang=" + "z" * 600, "", "en", ENGLISH),
        ("?lang=%00", "", "en", ENGLISH),
        ("", "zh-hant", "zh-hant", CHINESE),
        ("", "", "en", ENGLISH),
    ],
)
def test_the_query_chooses_the_language_then_the_header_then_the_default(anonymous, query, accepted, language, message):
    response = anonymous.get(f"/tell{query}", HTTP_ACCEPT_LANGUAGE=accepted)
    assert response["Content-Language"] == language
    assert response.json()["message"] == message


def test_the_language_of_one_request_is_not_that_of_the_next(anonymous):
    anonymous.get("/tell?lang=zh-hant")
    assert anonymous.get("/tell").json()["message"] == ENGLISH
