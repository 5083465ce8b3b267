"""Each code is explained where the `type` of a problem leads."""

from __future__ import annotations

import re
from io import StringIO
from urllib.parse import urldefrag, urljoin

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from livestream.api import error_catalogue
from livestream.api.error_catalogue import codes_of, operations


def explained() -> dict[str, error_catalogue.Explanation]:
    return {each.code: each for chapter in error_catalogue.chapters() for each in chapter.explanations}


def test_the_copy_in_the_documentation_is_that_of_the_code():
    call_command("error_codes", "--check")
    out = StringIO()
    call_command("error_codes", stdout=out)
    assert out.getvalue().rstrip() == error_catalogue.render().rstrip()


def test_the_type_of_a_problem_leads_to_its_explanation(anonymous):
    problem = anonymous.get("/users/me").json()
    page, anchor = urldefrag(urljoin("https://api.example.com/users/me", problem["type"]))
    assert (page, anchor) == ("https://api.example.com/docs/errors", problem["code"])
    answer = anonymous.get("/docs/errors")
    assert answer["Content-Type"].startswith("text/html")
    assert f'<section id="{anchor}">' in answer.content.decode()


def test_the_page_explains_each_code_of_the_document_once(anonymous):
    document = SchemaGenerator().get_schema(request=None, public=True)
    answered = {code for operation in operations(document) for code in codes_of(operation)}
    shown = re.findall(r'<section id="([a-z0-9_]+)">', anonymous.get("/docs/errors").content.decode())
    assert len(shown) == len(set(shown))
    assert set(shown) == set(explained()) > answered
    assert len(answered) > 70


@pytest.mark.parametrize("explanation", explained().values(), ids=explained())
def test_a_code_says_when_it_happens_and_what_to_do(explanation):
    for text in (explanation.when, explanation.advice):
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith(".")
    assert "seed" not in f"{explanation.when} {explanation.advice}"


def test_the_page_shows_code_as_code_and_no_markup_of_a_text(anonymous):
    page = anonymous.get("/docs/errors").content.decode()
    assert "<code>max_price</code>" in page
    assert "Authorization: Bearer &lt;access&gt;" in page


@pytest.mark.parametrize("path", ["/docs/errors", "/openapi.json"])
def test_pages_of_documentation_are_only_read(anonymous, path):
    assert anonymous.post(path).status_code == 405
