"""The OpenAPI document and its page, also without a network."""

import json
import re
from urllib.parse import urljoin

import pytest
import yaml
from django.contrib.staticfiles import finders
from drf_spectacular.generators import SchemaGenerator

from livestream.api.problem_schemas import INVALID_MEMBER, PROBLEM


@pytest.fixture
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def site_document():
    """The document of the tests' own site, which uses everything the kernel offers."""
    return SchemaGenerator(urlconf="tests.livestream.api_site").get_schema(public=True)


def test_the_document_is_served_in_yaml_and_in_json(anonymous):
    in_json = anonymous.get("/openapi.json").json()
    assert "/users/me" in in_json["paths"]
    assert yaml.load(anonymous.get("/schema").content, Loader=yaml.CSafeLoader) == in_json


def test_every_call_documents_its_language_and_who_calls(document):
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) >= 5
    for operation in operations:
        assert {"lang", "X-Client-Id"} <= {each["name"] for each in operation["parameters"]}


def test_a_declared_operation_documents_each_code_and_its_members(document):
    responses = document["paths"]["/users/me/blocks/{user_id}"]["put"]["responses"]
    reference = {"$ref": "#/components/schemas/UserNotFoundProblem"}
    unknown = responses["404"]["content"]["application/problem+json"]["schema"]
    assert reference in unknown["oneOf"]
    assert unknown["discriminator"]["mapping"]["user_not_found"] == reference["$ref"]
    problem = document["components"]["schemas"]["UserNotFoundProblem"]["properties"]
    assert (problem["code"]["const"], problem["status"]["const"]) == ("user_not_found", 404)
    assert problem["user_id"]["type"] == "string"
    assert "Retry-After" in responses["503"]["headers"]
    assert "default" not in responses


def test_a_call_documents_what_its_view_is(document):
    def statuses(path, method):
        return {status for status in document["paths"][path][method]["responses"] if status >= "4"}

    assert statuses("/users/me", "get") == {"400", "401", "406", "429", "500", "503"}
    assert statuses("/users/me/blocks/{user_id}", "delete") >= statuses("/users/me", "get") | {"404"}


def test_a_real_problem_has_the_documented_members(anonymous):
    body = anonymous.post("/auth/token", {}).json()
    assert set(body) == {*PROBLEM["required"], "errors"}
    assert set(INVALID_MEMBER["required"]) == set(body["errors"][0])


def test_calls_ask_for_a_bearer_token_but_signing_in_does_not(document):
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert document["paths"]["/users/me"]["get"]["security"] == [{"bearer": []}]
    assert "bearer" not in str(document["paths"]["/auth/token"]["post"].get("security", ""))


def test_an_id_in_a_path_is_documented_as_24_hex_digits(document):
    parameters = document["paths"]["/users/me/blocks/{user_id}"]["put"]["parameters"]
    user_id = next(each for each in parameters if each["name"] == "user_id")
    assert user_id["schema"] == {"type": "string", "pattern": "^[0-9a-f]{24}$"}


def test_the_idempotency_key_is_documented_where_it_is_kept_and_nowhere_else(site_document):
    def names(path):
        return {each["name"] for each in site_document["paths"][path]["post"]["parameters"]}

    assert "Idempotency-Key" in names("/pay")
    assert "Idempotency-Key" not in names("/echo")


def test_a_list_documents_its_page_and_filters(site_document):
    operation = site_document["paths"]["/messages"]["get"]
    assert {"cursor", "page_size", "actor"} <= {each["name"] for each in operation["parameters"]}
    reference = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    page = site_document["components"]["schemas"][reference.rpartition("/")[2]]
    assert page["required"] == ["next", "previous", "has_more", "results"]


def test_the_page_loads_nothing_from_elsewhere(anonymous):
    page = anonymous.get("/docs").content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert address.startswith("/static/")
        assert finders.find(address.removeprefix("/static/").partition("?")[0])


def test_the_page_contains_no_token_of_a_visitor(anonymous):
    first, second = anonymous.get("/docs"), anonymous.get("/docs")
    assert "public" in first["Cache-Control"]
    assert not first.cookies
    assert first["ETag"] == second["ETag"]


@pytest.mark.django_db
def test_the_metrics_count_requests(anonymous):
    anonymous.get("/healthz")
    assert b"django_http_requests_total" in anonymous.get("/metrics").content


def test_usual_addresses_of_the_documentation_lead_to_it(anonymous):
    assert urljoin("/docs/", anonymous.get("/docs/")["Location"]) == "/docs"
    answer = anonymous.get("/openapi.json")
    assert answer["Content-Type"].startswith("application/")
    assert json.loads(answer.content)["paths"].keys() == SchemaGenerator().get_schema(public=True)["paths"].keys()


def test_every_parameter_and_every_operation_is_described(document):
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert [
        each["operationId"] for each in operations if each["summary"].rstrip(".") == each["description"].rstrip(".")
    ] == []
    parameters = [(operation["operationId"], each) for operation in operations for each in operation["parameters"]]
    assert [(name, each["name"]) for name, each in parameters if not each["description"]] == []


def test_no_word_that_only_insiders_know_reaches_a_client(document):
    text = json.dumps(document).lower()
    assert [word for word in ("seed", "floor", "outbox", "round trip", "spec section") if word in text] == []
