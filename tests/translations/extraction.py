"""What the service says to clients: every text that a catalogue of translations must hold."""

from __future__ import annotations

import ast
import functools
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

import django_filters
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils import translation
from django.utils.translation.template import templatize
from rest_framework import exceptions, serializers
from rest_framework.utils.formatting import lazy_format
from rest_framework_simplejwt import authentication, tokens
from rest_framework_simplejwt import exceptions as of_tokens

from livestream.api.common_errors import BY_CODE
from livestream.errors import DomainError
from tests.architecture.source import ROOT

# A text with a plural is a pair.
Text = str | tuple[str, ...]
ROOMS = ("livestream", "wallet", "sessions_app", "goals", "notifications")
DJANGO, SCRIPTS = "django", "djangojs"
KEYWORDS = {**DEFAULT_KEYWORDS, **dict.fromkeys(("gettext_lazy", "gettext_noop", "pgettext_lazy"))}
# What answers with words of its own, outside of any refusal.
_PROBLEMS = frozenset({"build_problem"})
# Staff read English; the words that the admin's templates mark are Django's own.
_FOR_STAFF = "admin"
# `{name}`, `{}` and `%(name)s`.
PLACE = re.compile(r"\{[^{}]*\}|%\(\w+\)[a-z]")


def texts_of(room: str, domain: str) -> set[Text]:
    """Return every text of a room that its catalogue must hold; the lowest room has the libraries' as well."""
    if domain == SCRIPTS:
        return set(_of_scripts(room))
    libraries = library_texts() if room == "livestream" else set()
    said = {*_of_code(room), *_of_templates(room), *_of_refusals(room), *libraries}
    return {text for text in said if has_words(text)}


def singular(text: Text) -> str:
    return text if isinstance(text, str) else text[0]


def has_words(text: Text) -> bool:
    """Return whether there is something to translate besides places, as in `{error}`."""
    return re.search(r"\w", PLACE.sub("", singular(text))) is not None


def _of_scripts(room: str) -> Iterator[Text]:
    for path in scripts_of(room):
        yield from _marked("javascript", path.read_bytes())


def scripts_of(room: str) -> list[Path]:
    """Return the scripts of a room, without those of libraries."""
    return [path for path in _files(room, "*.js") if "vendor" not in path.parts]


def _of_templates(room: str) -> Iterator[Text]:
    for path in templates_of(room):
        # Without indentation, which would be wrong as Python.
        lines = (line.strip() for line in templatize(path.read_text()).splitlines())
        yield from _marked("python", "\n".join(lines).encode())


def templates_of(room: str) -> list[Path]:
    """Return the templates of a room that clients see."""
    return [path for path in _files(room, "*.html") if _FOR_STAFF not in path.parts]


def _of_code(room: str) -> Iterator[Text]:
    for path in _files(room, "*.py"):
        yield from _marked("python", path.read_bytes())
        for call in calls_of(path):
            yield from _said_by(call)


def _marked(language: str, source: bytes) -> Iterator[Text]:
    for _line, message, _comments, _context in extract(language, BytesIO(source), keywords=KEYWORDS):
        if message:
            yield message


def _said_by(call: ast.Call) -> Iterator[str]:
    """Yield the detail of a refusal, and title and detail of a problem, where they are constants."""
    name = name_of(call)
    said = call.args[:1] if name in refusal_names() else []
    if name in _PROBLEMS:
        said = [each.value for each in call.keywords if each.arg in {"title", "detail"}]
    yield from (each.value for each in said if isinstance(each, ast.Constant) and each.value)


def _of_refusals(room: str) -> set[str]:
    return {kind.title for kind in refusals() if kind.__module__.partition(".")[0] == room}


@functools.cache
def refusals() -> frozenset[type[DomainError]]:
    """Return every kind of refusal that there is in the product."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            if "migrations" not in module.name and not module.name.endswith(("asgi", "wsgi")):
                importlib.import_module(module.name)
    return frozenset({kind for kind in (DomainError, *descendants(DomainError)) if _is_ours(kind)})


@functools.cache
def refusal_names() -> frozenset[str]:
    return frozenset(kind.__name__ for kind in refusals())


@functools.cache
def library_texts() -> set[Text]:
    """Return the texts of the libraries that can reach a client: of fields in use, of exceptions, of statuses."""
    with translation.override("en"):
        said = {str(text) for text in (*_of_fields(), *_of_exceptions(), *_of_statuses())}
    return {*filter(None, said), *_of_tokens()}


def _of_tokens() -> Iterator[Text]:
    for module in (authentication, tokens, of_tokens):
        yield from _marked("python", Path(str(module.__file__)).read_bytes())


def _of_fields() -> Iterator[object]:
    refusals()  # imports every module, and so every serializer and filter
    for serializer in filter(_is_ours, descendants(serializers.Serializer)):
        for field in (serializer, *serializer().fields.values()):
            yield from _of_field(field)
    for filterset in filter(_is_ours, descendants(django_filters.FilterSet)):
        for each in filterset.base_filters.values():
            yield from each.field.error_messages.values()
            yield from (getattr(validator, "message", "") for validator in each.field.validators)


def _of_field(field: object) -> Iterator[object]:
    if isinstance(field, type):
        field = field()
    yield from field.error_messages.values()
    messages = (getattr(validator, "message", "") for validator in field.validators)
    # A validator of the framework has one of the field's messages, with its bound filled in.
    yield from (each for each in messages if not isinstance(each, lazy_format))
    if (child := getattr(field, "child", None)) is not None:
        yield from _of_field(child)


def _of_exceptions() -> Iterator[object]:
    for kind in descendants(exceptions.APIException):
        yield from (
            str(value) for name, value in vars(kind).items() if name.endswith(("_detail", "_singular", "_plural"))
        )


def _of_statuses() -> Iterator[str]:
    kinds = descendants(exceptions.APIException)
    return (HTTPStatus(kind.status_code).phrase for kind in kinds if kind.default_code not in BY_CODE)


def descendants(kind: Any) -> set[Any]:
    """Return every class that derives from `kind`."""
    return {each for child in kind.__subclasses__() for each in (child, *descendants(child))}


def calls_of(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def code_of(room: str) -> Iterable[Path]:
    return _files(room, "*.py")


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in ROOMS


def _files(room: str, pattern: str) -> list[Path]:
    return [path for path in sorted((ROOT / room).rglob(pattern)) if "migrations" not in path.parts]
