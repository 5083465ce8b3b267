"""Serializers of bodies are shared, and still answer in each caller's language."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order", [("en", "zh-hant"), ("zh-hant", "en")])
def test_each_caller_gets_errors_in_their_language(api, order):
    told = {}
    for language in order * 2:
        path = f"/goals/{'1' * 24}/contributions?lang={language}"
        [error] = api.post(path, {"quantity": 0}).json()["errors"]
        told.setdefault(language, set()).add(error["detail"])
    assert {language: len(details) for language, details in told.items()} == {"en": 1, "zh-hant": 1}
    assert told["en"].pop().isascii()
    assert not told["zh-hant"].pop().isascii()
