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


CHINESE = "此欄位為必填。"
ENGLISH = "This field is required."
CHINESE_TAGS = ("zh-hant", "zh-Hant", "zh_hant", "zh-TW", "zh_TW", "zh-Hant-TW", "zh-HK", "zh")


@pytest.mark.parametrize(
    ("query", "accepted", "language", "message"),
    [
        *((f"?lang={tag}", "", "zh-hant", CHINESE) for tag in CHINESE_TAGS),
        ("?lang=en", "zh-hant", "en", ENGLISH),
        ("?lang=en-GB", "zh-hant", "en", ENGLISH),
        ("?lang=", "zh-hant", "zh-hant", CHINESE),
        ("", "zh-TW,zh;q=0.9,en;q=0.8", "zh-hant", CHINESE),
        ("", "fr,zh-Hant;q=0.5", "zh-hant", CHINESE),
        ("", "fr", "en", ENGLISH),
        ("", "", "en", ENGLISH),
    ],
)
def test_the_query_chooses_the_language_then_the_header_then_the_default(anonymous, query, accepted, language, message):
    response = anonymous.get(f"/tell{query}", HTTP_ACCEPT_LANGUAGE=accepted)
    assert response["Content-Language"] == language
    assert "Accept-Language" in response["Vary"]
    assert response.json()["message"] == message


@pytest.mark.parametrize("tag", ["xx", "fr-FR", "%00", "z" * 600, "zhhant", "*"])
def test_a_language_that_is_not_served_is_refused_in_the_language_that_the_header_prefers(anonymous, tag):
    for accepted, title in (("", "The service does not offer this language"), ("zh-hant", "不提供此語言")):
        response = anonymous.get(f"/tell?lang={tag}", HTTP_ACCEPT_LANGUAGE=accepted)
        refusal = response.json()
        assert (response.status_code, refusal["code"], refusal["title"]) == (400, "unsupported_language", title)
        assert refusal["languages"] == ["en", "zh-hant"]
        assert "`en`, `zh-hant`" in refusal["detail"]
        assert response["Content-Language"] == (accepted or "en")


def test_a_client_id_is_refused_in_the_language_of_the_query(anonymous):
    response = anonymous.get("/tell?lang=zh-hant", HTTP_X_CLIENT_ID="a b")
    assert response.json()["title"] == "`X-Client-Id` 標頭無效"
    assert response["Content-Language"] == "zh-hant"


def test_the_language_of_one_request_is_not_that_of_the_next(anonymous):
    anonymous.get("/tell?lang=zh-hant")
    assert anonymous.get("/tell").json()["message"] == ENGLISH


@pytest.mark.parametrize("debug", [False, True])
def test_another_host_gets_a_problem_also_where_debug_would_show_a_page(anonymous, settings, debug):
    settings.DEBUG = debug
    answer = anonymous.get("/goals", HTTP_HOST="192.168.1.5:8000")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "bad_request"
