"""What the ground floor says to clients is said in both languages."""

import gettext
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.utils import translation

import livestream
from livestream.api import fields, urls
from livestream.errors import DomainError

FOLDER = Path(livestream.__file__).parent / "locale" / "zh_Hant" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)


def kinds_of(base):
    """Return every kind of refusal, those of kinds included."""
    return {base} | {kind for child in base.__subclasses__() for kind in kinds_of(child)}


def titles_of_the_ground_floor():
    import_module(urls.__name__)  # with the addresses, everything that refuses is imported
    ours = [kind for kind in kinds_of(DomainError) if kind.__module__.startswith("livestream.")]
    return sorted({kind.title for kind in ours})


def messages_of_our_fields():
    ours = (fields.BoundedInteger, fields.EpochDateTimeField, fields.ObjectIdSerializerField)
    return [message for field in ours for message in field.default_error_messages.values()]


@pytest.mark.parametrize("title", titles_of_the_ground_floor())
def test_every_refusal_has_a_chinese_title(title):
    with translation.override("zh-hant"):
        assert translation.gettext(title) != title


def test_every_field_refuses_in_chinese():
    english = [str(message) for message in messages_of_our_fields()]
    with translation.override("zh-hant"):
        chinese = [str(message) for message in messages_of_our_fields()]
    assert len(english) == 4
    assert not set(english) & set(chinese)


def test_the_compiled_catalogue_is_that_of_the_source():
    source = dict(ENTRY.findall((FOLDER / "django.po").read_text()))
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert len(source) > 30
    assert {text: compiled.gettext(text) for text in source} == source


def test_a_client_is_refused_in_its_language_under_the_same_code(anonymous):
    english, chinese = (anonymous.post(f"/nowhere?lang={lang}", {}).json() for lang in ("en", "zh-hant"))
    assert (english["title"], chinese["title"]) == ("Not Found", "找不到")
    assert english["code"] == chinese["code"] == "not_found"
