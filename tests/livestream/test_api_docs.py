"""The OpenAPI document and its page, also without a network."""

import re

import pytest
from django.contrib.staticfiles import finders
from drf_spectacular.generators import SchemaGenerator

from livestream.api.schema import PROBLEM


@pytest.fixture
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def site_document():
    """The document of the tests' own site, which uses everything the kernel offers."""
    return SchemaGenerator(urlconf="tests.livestream.api_site").get_schema(public=True)


def test_the_document_is_served(anonymous):
    response = anonymous.get("/schema")
    assert response.status_code == 200
    assert b"/users/me" in response.content


def test_every_call_documents_its_problems_and_the_language(document):
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) >= 5
    for operation in operations:
        content = operation["responses"]["default"]["content"]
        assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        assert {"lang", "X-Client-Id"} <= {each["name"] for each in operation["parameters"]}
    assert document["components"]["schemas"]["Problem"] == PROBLEM


def test_a_real_problem_has_the_documented_members(anonymous):
    body = anonymous.post("/auth/token", {}).json()
    assert set(PROBLEM["required"]) <= set(body) <= set(PROBLEM["properties"])
    assert set(PROBLEM["properties"]["errors"]["items"]["required"]) == set(body["errors"][0])


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
    assert page["required"] == ["next", "previous", "results"]


def test_the_page_loads_nothing_from_elsewhere(anonymous):
    page = anonymous.get("/docs").content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert address.startswith("/static/")
        assert finders.find(address.removeprefix("/static/").partition("?")[0])


@pytest.mark.django_db
def test_the_metrics_count_requests(anonymous):
    anonymous.get("/healthz")
    assert b"django_http_requests_total" in anonymous.get("/metrics").content
