"""Bad input gets a clear error with a code, and changes nothing (spec section 10)."""

import pytest

from sessions_app.models import Session

pytestmark = pytest.mark.django_db

BODIES = [
    ({"title": 7}, "/title", "invalid"),
    ({"title": True}, "/title", "invalid"),
    ({"title": None}, "/title", "null"),
    ({"title": ["a"]}, "/title", "invalid"),
    ({"title": "x" * 201}, "/title", "max_length"),
    ({"preset": "secret"}, "/preset", "invalid_choice"),
    ({"preset": ""}, "/preset", "invalid_choice"),
    ({"preset": None}, "/preset", "null"),
    ({"preset": {}}, "/preset", "invalid_choice"),
    ({"prices": None}, "/prices", "null"),
    ({"prices": 5}, "/prices", "invalid"),
    ({"prices": []}, "/prices", "invalid"),
    ({"prices": {"hd": 5}}, "/prices/hd", "unknown_member"),
    ({"prices": {"sd": "5"}}, "/prices/sd", "invalid"),
    ({"prices": {"sd": 5.0}}, "/prices/sd", "invalid"),
    ({"prices": {"sd": True}}, "/prices/sd", "invalid"),
    ({"prices": {"sd": None}}, "/prices/sd", "null"),
    ({"prices": {"sd": 0}}, "/prices/sd", "min_value"),
    ({"prices": {"sd": -1}}, "/prices/sd", "min_value"),
    ({"prices": {"sd": 10**9 + 1}}, "/prices/sd", "max_value"),
    ({"prices": {"exclusive": 2**63}}, "/prices/exclusive", "max_value"),
    ({"prices": {"exclusive": -(2**70)}}, "/prices/exclusive", "min_value"),
    ({"active": False}, "/active", "unknown_member"),
    ({"streamer_id": "0" * 24}, "/streamer_id", "unknown_member"),
    ({"id": "0" * 24}, "/id", "unknown_member"),
]


@pytest.mark.parametrize(("body", "pointer", "code"), BODIES)
def test_a_session_is_not_opened_with_a_bad_body(api, body, pointer, code):
    problem = api.post("/sessions", body)
    assert problem.status_code == 400
    assert problem["Content-Type"] == "application/problem+json"
    assert problem.json()["code"] == "validation_error"
    assert [(e["pointer"], e["code"]) for e in problem.json()["errors"]] == [(pointer, code)]
    assert not Session.objects.exists()


@pytest.mark.parametrize(("body", "pointer", "code"), BODIES)
def test_a_session_is_not_changed_by_a_bad_body(api, session, body, pointer, code):
    problem = api.patch(f"/sessions/{session.id}", {"preset": "private", **body})
    assert problem.status_code == 400
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in problem.json()["errors"]]
    unchanged = Session.objects.get()
    assert (unchanged.title, unchanged.preset, unchanged.prices, unchanged.active) == (
        "Evening",
        "public",
        {"sd": 60, "exclusive": 200},
        True,
    )


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "malformed_json"),
        (b"[]", "not_an_object"),
        (b'{"title": "a\\u0000b"}', "text_not_storable"),
        (b'{"prices": {"sd": 1, "sd": 2}}', "duplicate_member"),
        (b'{"prices": {"sd": NaN}}', "number_not_finite"),
    ],
)
@pytest.mark.parametrize(
    ("verb", "path"), [("post", ""), ("patch", "/{id}"), ("post", "/{id}/start"), ("delete", "/{id}")]
)
def test_what_is_no_json_object_is_refused_everywhere(api, session, verb, path, raw, code):
    path = f"/sessions{path.format(id=session.id)}"
    problem = getattr(api, verb)(path, data=raw, content_type="application/json")
    assert (problem.status_code, problem.json()["code"]) == (400, code)
    session.refresh_from_db()
    assert (session.active, session.started_at) == (True, None)
    assert Session.objects.count() == 1


@pytest.mark.parametrize(("verb", "path"), [("post", "/start"), ("delete", "")])
def test_calls_without_members_refuse_any(api, session, verb, path):
    problem = getattr(api, verb)(f"/sessions/{session.id}{path}", {"at": 1})
    assert problem.status_code == 400
    assert problem.json()["errors"][0]["code"] == "unknown_member"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("active=yes", "invalid_choice"),
        ("active=1", "invalid_choice"),
        ("streamer=mei", "invalid_id"),
        ("streamer=" + "G" * 24, "invalid_id"),
        ("streamer=%00", "invalid_id"),
    ],
)
def test_a_bad_filter_is_refused(api, session, query, code):
    problem = api.get(f"/sessions?{query}")
    assert problem.status_code == 400
    assert [each["code"] for each in problem.json()["errors"]] == [code]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("title=Evening", "unknown_parameter"),
        ("cursor=%00", "invalid_cursor"),
        ("cursor=abc", "invalid_cursor"),
        ("page_size=0", "invalid_page_size"),
        ("page_size=101", "invalid_page_size"),
    ],
)
def test_a_bad_parameter_is_refused(api, session, query, code):
    problem = api.get(f"/sessions?{query}")
    assert (problem.status_code, problem.json()["code"]) == (400, code)


@pytest.mark.parametrize("session_id", ["1", "x" * 24, "A" * 24, "0" * 25, "%00", "null"])
def test_what_is_no_id_is_not_found(api, session_id):
    assert api.get(f"/sessions/{session_id}").status_code == 404
