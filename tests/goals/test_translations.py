"""What goals say to clients is said in both languages."""

import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

import goals
from goals import errors
from goals.views.goals import InvalidGoalType
from livestream.errors import DomainError

FOLDER = Path(goals.__file__).parent / "locale" / "zh_Hant" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)
REFUSALS = [each for each in vars(errors).values() if isinstance(each, type) and each.__module__ == errors.__name__]


@pytest.mark.parametrize("refusal", [*REFUSALS, InvalidGoalType])
def test_every_refusal_has_a_chinese_title(refusal):
    assert issubclass(refusal, DomainError)
    with translation.override("zh-hant"):
        assert translation.gettext(refusal.title) != refusal.title


def test_the_compiled_catalogue_is_that_of_the_source():
    source = dict(ENTRY.findall((FOLDER / "django.po").read_text()))
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert len(source) > len(REFUSALS)
    assert {text: compiled.gettext(text) for text in source} == source
