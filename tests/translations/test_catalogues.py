"""Everything that is said to clients has its translation: nothing is missing, stale, or left over."""

from __future__ import annotations

import ast
import re
from collections import Counter
from itertools import product

import pytest
from django.utils import translation

from tests.translations.catalogues import catalogues, read, read_compiled, translations_of
from tests.translations.chinese import mistakes_of
from tests.translations.extraction import (
    DJANGO,
    PLACE,
    ROOMS,
    SCRIPTS,
    calls_of,
    code_of,
    has_words,
    library_texts,
    name_of,
    refusal_names,
    refusals,
    scripts_of,
    singular,
    templates_of,
    texts_of,
)

CATALOGUES = pytest.mark.parametrize(("room", "domain"), [*product(ROOMS, (DJANGO, SCRIPTS))])
EVERY_ROOM = pytest.mark.parametrize("room", ROOMS)
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


@CATALOGUES
def test_every_text_is_translated(room, domain):
    translated = {text for text, chinese in translations_of(read(room, domain)).items() if chinese}
    assert texts_of(room, domain) - translated == set(), "run `make messages`, and translate what it names"


@CATALOGUES
def test_no_translation_is_of_a_text_that_nobody_says(room, domain):
    kept = {text for text in translations_of(read(room, domain)) if has_words(text)}
    assert kept - texts_of(room, domain) == set(), "run `make messages`"


@CATALOGUES
def test_the_compiled_catalogue_is_that_of_the_source(room, domain):
    assert translations_of(read_compiled(room, domain)) == translations_of(read(room, domain)), "run `make messages`"


@CATALOGUES
def test_a_translation_has_the_places_of_its_text(room, domain):
    for text, chinese in translations_of(read(room, domain)).items():
        assert Counter(PLACE.findall(chinese)) == Counter(PLACE.findall(singular(text)))


@CATALOGUES
def test_a_translation_is_traditional_chinese_in_our_terms(room, domain):
    found = {chinese: mistakes_of(chinese) for chinese in translations_of(read(room, domain)).values()}
    assert {chinese: mistakes for chinese, mistakes in found.items() if mistakes} == {}


@CATALOGUES
def test_a_translation_ends_as_its_text_does(room, domain):
    pairs = translations_of(read(room, domain)).items()
    unlike = {text: chinese for text, chinese in pairs if chinese.endswith("。") > singular(text).endswith((".", "-"))}
    assert unlike == {}


@EVERY_ROOM
def test_a_detail_is_a_constant_which_a_catalogue_can_hold(room):
    made = [call for path in code_of(room) for call in calls_of(path) if name_of(call) in refusal_names() and call.args]
    assert [ast.unparse(call) for call in made if not isinstance(call.args[0], ast.Constant)] == []


@EVERY_ROOM
def test_an_invalid_field_is_named_in_words_that_are_marked(room):
    names = {"ValidationError", "ErrorDetail"}
    made = [
        call
        for path in code_of(room)
        if "admin" not in path.parts
        for call in calls_of(path)
        if name_of(call) in names and call.args
    ]
    said = [call for call in made if isinstance(call.args[0], ast.Constant | ast.JoinedStr)]
    assert [ast.unparse(call) for call in said] == []


@EVERY_ROOM
def test_the_pages_of_clients_say_nothing_that_is_not_marked(room):
    for page in (path.read_text() for path in templates_of(room)):
        # A page of documentation is in English for everybody, and says so.
        assert '<html lang="en">' in page or unmarked_words(page) == []


def unmarked_words(template: str) -> list[str]:
    """Return the words that a page shows whatever the language is; `API` is one in every language."""
    without = re.sub(
        r"(?s)<(script|style)\b.*?</\1>|{% comment.*?endcomment %}|"
        r"{% blocktranslate.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}|{#.*?#}",
        "",
        template,
    )
    shown = re.findall(r"(?:alt|title|placeholder|aria-label)=\"([^\"]+)\"", without) + re.split(r"<[^>]*>", without)
    return [word for each in shown for word in re.findall(r"[A-Za-z]{2,}", each) if not word.isupper()]


@EVERY_ROOM
def test_the_scripts_of_clients_say_nothing_that_is_not_marked(room):
    for path in scripts_of(room):
        assert unmarked_sentences(path.read_text()) == []


def unmarked_sentences(script: str) -> list[str]:
    """Return the literals that begin as a sentence does, and are not what `gettext` or `ngettext` is called with."""
    without = re.sub(r"(?sm)/\*.*?\*/|^\s*//.*?$|\bn?gettext\(\s*([\"'`]).*?\1", "", script)
    return [found[1] for found in re.findall(r"([\"'`])([A-Z][a-z']* [a-z][^\n]*?)\1", without)]


def test_sentences_of_a_script_are_noticed_and_marked_ones_are_not():
    script = """
      /* "A comment is none" */
      const label = gettext("Open a session"), name = "card session", kind = "Bearer";
      show("You are live", ngettext("One coin", "%(count)s coins", 2), `It costs ${price} coins`);
    """
    assert unmarked_sentences(script) == ["You are live", "It costs ${price} coins"]


def test_words_of_a_page_are_noticed_and_marked_ones_are_not():
    page = '<p title="A hint">API: Hello <b>{{ name }}</b>{% translate "Bye" %}</p><script>let it = "be";</script>'
    assert unmarked_words(page) == ["hint", "Hello"]


def test_texts_of_every_kind_are_found():
    found = texts_of("livestream", DJANGO)
    assert "There is no such user" in found  # a title
    assert "There is no user {term}." in found  # a detail
    assert "The X-Client-Id header is not valid" in found  # of a problem without a refusal
    assert "An id must be 24 hexadecimal digits." in found  # marked
    assert "This field is required." in found  # a library's
    assert len(library_texts()) > 40
    assert len(refusals()) > 80
    assert {room for room, _ in catalogues()} == set(ROOMS)


def test_our_words_stand_above_those_of_the_libraries():
    ours = translations_of(read("livestream", DJANGO))
    with translation.override("zh-hant"):
        said = {text: translation.gettext(singular(text)) for text in library_texts()}
    assert said == {text: ours[text] for text in said}


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("沒有權限", []),
        ("`min_price` 必須是 1 到 {max} 的整數。", []),
        ("X-Client-Id 標頭無效", []),
        ("「any words here」不是可用的選項。", []),
        ("Not found", ["no Chinese", "English: Not found"]),
        ("找不到 the goal", ["English: the goal"]),
        ("无效", ["simplified: 无"]),
        ("請重試,謝謝", ["half-width punctuation: 試,"]),
        ("請重試.", ["half-width punctuation: 試."]),
        ("用戶不存在", ["another term: 用戶"]),
    ],
)
def test_what_is_no_traditional_chinese_is_noticed(text, mistakes):
    assert mistakes_of(text) == mistakes
