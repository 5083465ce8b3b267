"""Who may keep an answer, and what is compressed."""

import gzip
import json

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from livestream import clock, rate_limits
from livestream.api import docs_views
from livestream.api.tokens import sign_in_user
from livestream.models import User
from sessions_app.models import Session
from tests.support.clients import said
from tests.support.outbox import run_due
from tests.support.people import make_session

pytestmark = pytest.mark.django_db
NOW = clock.from_epoch(2_000_000_000)
GZIP = {"HTTP_ACCEPT_ENCODING": "gzip"}


def rules(response):
    return {rule.strip() for rule in response["Cache-Control"].split(",")}


def varies(response):
    return {name.strip().lower() for name in response["Vary"].split(",")}


def test_answers_with_secrets_are_neither_stored_nor_compressed(anonymous, api, user):
    pair = sign_in_user(user=user)
    session = make_session()
    auth = {"socket_id": "1.2", "channel_name": f"private-user@{user.pk}"}
    answers = [
        anonymous.post("/auth/token", {"username": "mei", "password": "a password"}, **GZIP),
        anonymous.post("/auth/token/refresh", {"refresh": pair["refresh"]}, **GZIP),
        api.get(f"/sessions/{session.id}/token?quality=sd", **GZIP),
        api.post("/notify/pusher/auth", auth, **GZIP),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert rules(answer) == {"no-store"}
        assert "Content-Encoding" not in answer
        assert "ETag" not in answer


def test_refusals_are_not_stored(anonymous, api):
    for answer in (anonymous.post("/auth/token", {}), anonymous.get("/users/me"), api.get("/nothing")):
        assert rules(answer) == {"no-store"}


def test_an_answer_to_a_caller_is_kept_by_that_caller_and_asked_for_again(api):
    first = api.get("/users/me")
    assert rules(first) == {"private", "no-cache"}
    assert varies(first) >= {"authorization", "accept-language", "origin"}
    again = api.get("/users/me", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert rules(again) == {"private", "no-cache"}


def test_nobody_keeps_a_refusal_of_what_everybody_may_read(anonymous, settings):
    settings.THROTTLES = {**settings.THROTTLES, "read": 1}
    rate_limits.reset()
    answers = [anonymous.get("/schema", HTTP_AUTHORIZATION="Bearer expired") for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert rules(answers[1]) == {"no-store"}


@pytest.mark.parametrize("path", ["/schema", "/docs", "/.well-known/jwks.json"])
def test_what_is_the_same_for_everybody_is_kept_by_everybody(anonymous, path):
    answer = anonymous.get(path)
    assert "public" in rules(answer)
    assert any(rule.startswith("max-age=") for rule in rules(answer))


@pytest.mark.parametrize("path", ["/schema", "/openapi.json"])
def test_the_document_is_generated_once(anonymous, path, monkeypatch):
    first = anonymous.get(path)
    monkeypatch.delattr(docs_views.SpectacularAPIView, "generator_class")
    assert anonymous.get(path).content == first.content
    assert anonymous.head(path)["Content-Length"] == first["Content-Length"]


@pytest.mark.parametrize("path", ["/schema", "/openapi.json", "/docs"])
def test_documentation_is_only_read(anonymous, path):
    assert said(anonymous.options(path)) == (405, "method_not_allowed")


def test_a_long_answer_is_compressed_on_request(anonymous, user):
    plain = anonymous.get("/schema", HTTP_ACCEPT="application/json")
    packed = anonymous.get("/schema", HTTP_ACCEPT="application/json", **GZIP)
    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert len(packed.content) < len(plain.content) / 3
    assert "accept-encoding" in varies(packed)


def test_a_compressed_answer_is_known_again_by_its_etag(api, user):
    for number in range(20):
        viewer = User.objects.create(username=f"a-viewer-with-a-long-name-{number}")
        api.put(f"/users/me/blocks/{viewer.pk}")
    first = api.get("/users/me/blocks", **GZIP)
    assert first["Content-Encoding"] == "gzip"
    assert api.get("/users/me/blocks", HTTP_IF_NONE_MATCH=first["ETag"], **GZIP).status_code == 304


@pytest.mark.parametrize("known", ["{}", "W/{}", '"another", W/{}', "*"])
def test_what_a_client_has_is_not_made_again(api, monkeypatch, known):
    session = make_session()
    first = api.get(f"/sessions/{session.id}")
    monkeypatch.setattr("sessions_app.views.answer", None)  # which would make the document
    answer = api.get(f"/sessions/{session.id}", HTTP_IF_NONE_MATCH=known.format(first["ETag"]))
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == first["ETag"]


@pytest.mark.parametrize("known", ["", '"another"', "no-quotes", 'W/"another"'])
def test_what_a_client_has_not_is_answered(api, known):
    session = make_session()
    answer = api.get(f"/sessions/{session.id}", HTTP_IF_NONE_MATCH=known)
    assert (answer.status_code, answer.json()["id"]) == (200, session.id)


@pytest.mark.parametrize("change", [{"title": "Another"}, {"prices": {"sd": 9}}, {"active": False, "ended_at": NOW}])
def test_a_change_that_raises_no_version_is_seen_at_once(api, change):
    """A process of the previous release changes a session so."""
    session = make_session()
    run_due()
    paths = ["/feed", f"/sessions/{session.id}"]
    known = {path: api.get(path) for path in paths}
    Session.objects.filter(pk=session.id).update(**change)
    for path in paths:
        answer = api.get(path, HTTP_IF_NONE_MATCH=known[path]["ETag"])
        assert answer.status_code == 200, path
        assert answer.json() != known[path].json()


def test_pages_of_the_feed_are_cached_whatever_else_the_query_says(api, monkeypatch):
    make_session()
    run_due()
    first = api.get("/feed").json()
    monkeypatch.setattr("sessions_app.views._read_first_page", None)
    for tag in ("en", "EN", "en-aaaa", "en-aaab"):
        assert api.get(f"/feed?lang={tag}").json() == first


@pytest.mark.parametrize("path", ["/wallet", "/feed", "/config", "/nowhere"])
def test_an_answer_to_head_is_that_to_get_without_its_body(user, path):
    """Asked of the application itself, because Django's test client takes the body away."""
    token = sign_in_user(user=user)["access"]
    answers = {method: wsgi_answer(method, path, token) for method in ("GET", "HEAD")}
    (status, headers, body), head = answers["GET"], answers["HEAD"]
    assert (head[0], head[2]) == (status, b"")
    assert head[1]["Content-Length"] == headers["Content-Length"] == str(len(body))


def wsgi_answer(method, path, token):
    said = {}
    environ = RequestFactory(HTTP_AUTHORIZATION=f"Bearer {token}").generic(method, path).environ
    body = b"".join(WSGIHandler()(environ, lambda status, headers: said.update(status=status, headers=dict(headers))))
    return said["status"], said["headers"], body


@pytest.mark.parametrize("path", ["/wallet", "/feed"])  # which know their ETag late and early
def test_a_304_is_counted_and_says_what_is_left(api, path, settings):
    settings.THROTTLES = {"read": 10}
    first = api.get(path)
    again = api.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    assert again["RateLimit-Policy"] == first["RateLimit-Policy"]
    assert again["RateLimit"].startswith('"read";r=')
    assert again["RateLimit"] != first["RateLimit"]


def headers_of_a_304(api, path, method):
    """Return the names of the headers of a 304."""
    etag = api.get(path)["ETag"]
    answer = getattr(api, method)(path, HTTP_IF_NONE_MATCH=etag)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    return set(answer.headers)


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_304_has_the_same_headers_whenever_its_etag_is_known(api, method):
    late, early = headers_of_a_304(api, "/wallet", method), headers_of_a_304(api, "/feed", method)
    assert early == late >= {"ETag", "Vary", "Cache-Control"}
    assert early.isdisjoint({"Allow", "Content-Type"})


def test_an_answer_to_head_has_the_etag_of_get(api):
    for path in ("/wallet", "/feed", "/schema"):
        assert api.head(path)["ETag"] == api.get(path)["ETag"]


@pytest.mark.undocumented  # no client has a reason to send `If-Match` with a GET
@pytest.mark.parametrize("path", ["/wallet", "/feed"])
def test_if_match_goes_before_if_none_match(api, path):
    etag = api.get(path)["ETag"]
    assert api.get(path, HTTP_IF_MATCH='"another"', HTTP_IF_NONE_MATCH=etag).status_code == 412
    assert api.get(path, HTTP_IF_MATCH=etag, HTTP_IF_NONE_MATCH=etag).status_code == 304
