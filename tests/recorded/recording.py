"""Sends the requests, and stores the answers in a readable file, one line an answer.

An answer has the status, the stable headers and the body, with names in place of ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any

from rest_framework.test import APIClient

from livestream import rate_limits
from livestream.models import User
from tests.recorded.maker import Maker
from tests.recorded.questions import SAME_ETAG, Question
from tests.support.clients import client_of

# At most this many differences are shown of an answer.
_PLACES = 5
_HEADERS = ("Content-Type", "Cache-Control", "Vary", "Content-Language", "Allow", "WWW-Authenticate")


@dataclass(frozen=True)
class Answer:
    """What was answered; `body` is JSON as it was written, with names for ids, and empty without a body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


# The answers to a question, by reader.
Answers = dict[str, dict[str, Answer]]


@dataclass
class Asker:
    """Asks as the people of a world."""

    maker: Maker
    clients: dict[str, APIClient] = field(default_factory=dict)
    by_etag: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def ask_all(self, questions: Iterable[Question]) -> Answers:
        """Return the answers to these questions, by question and reader."""
        answers: Answers = {}
        for question in questions:
            for reader in question.readers:
                answers.setdefault(str(question), {})[reader] = self.ask(question, reader)
        return answers

    def ask(self, question: Question, reader: str) -> Answer:
        """Return one answer."""
        response = self._response(question, reader)
        headers = tuple((name, response[name]) for name in _HEADERS if name in response)
        body = self._named(response.content.decode())
        if response.status_code == HTTPStatus.OK and question.method == "GET":
            first = self.by_etag.setdefault((question.path, reader, response.get("ETag", body)), body)
            assert first == body, f"an ETag of {question} stands for two bodies:\n{first}\n{body}"
        return Answer(response.status_code, headers, body)

    def _response(self, question: Question, reader: str) -> Any:
        headers = {"X-Request-ID": "recorded"}
        if question.language:
            headers["Accept-Language"] = question.language
        if question.etag == SAME_ETAG:
            headers["If-None-Match"] = self._response(replace(question, method="GET", etag=""), reader)["ETag"]
        elif question.etag:
            headers["If-None-Match"] = question.etag
        path = question.path.format_map(self.maker.named)
        body = {name: value.format_map(self.maker.named) for name, value in (question.body or {}).items()}
        content: dict[str, Any] = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        rate_limits.reset()  # thousands of requests within one frozen moment
        return self._client(reader).generic(question.method, path, headers=headers, **content)

    def _client(self, reader: str) -> APIClient:
        if reader not in self.clients:
            self.clients[reader] = client_of(User.objects.filter(pk=self.maker.named.get(reader)).first())
        return self.clients[reader]

    def _named(self, text: str) -> str:
        for name, its_id in self.maker.named.items():
            text = text.replace(its_id, f"{{{name}}}")
        return text and json.dumps(json.loads(text), ensure_ascii=False)


def differences(expected: Answers, found: Answers) -> Iterator[str]:
    """Yield, for each answer that differs, the places where it does."""
    for question, by_reader in expected.items():
        for reader, answer in by_reader.items():
            if found[question][reader] != answer:
                places = _places(_as_json(answer), _as_json(found[question][reader]))
                yield f"{question}, asked by {reader}: " + "; ".join(islice(places, _PLACES))


def _as_json(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "headers": dict(answer.headers), "body": json.loads(answer.body or "null")}


def _places(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Yield the places where two documents differ, with both values; the order of members counts."""
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        expected, found = dict(enumerate(expected)), dict(enumerate(found))
    if isinstance(expected, dict) and isinstance(found, dict):
        if list(expected) != list(found):
            yield f"{path} lacks {_without(expected, found)}, has besides {_without(found, expected)}, or another order"
        for name in filter(found.__contains__, expected):
            yield from _places(expected[name], found[name], f"{path}/{name}")
    elif expected != found:
        yield f"{path} was {json.dumps(expected, ensure_ascii=False)}, is {json.dumps(found, ensure_ascii=False)}"


def _without(these: dict[str, Any], those: dict[str, Any]) -> list[str]:
    return [name for name in these if name not in those]


def write(path: Path, *, origin: str, chapters: dict[str, Answers]) -> None:
    """Write what was answered in each chapter of the world; readers with the same answer share a line."""
    header_sets: list[tuple[tuple[str, str], ...]] = []
    lines = []
    for chapter, answers in chapters.items():
        for question, by_reader in answers.items():
            for answer, readers in _shared(by_reader).items():
                if answer.headers not in header_sets:
                    header_sets.append(answer.headers)
                line = [chapter, question, readers, answer.status, header_sets.index(answer.headers)]
                lines.append(json.dumps([*line, json.loads(answer.body or "null")], ensure_ascii=False))
    head = [f'"recorded from": {json.dumps(origin)}', '"columns": ' + json.dumps(_COLUMNS)]
    head.append('"headers": [\n' + ",\n".join(json.dumps(dict(each)) for each in header_sets) + "\n]")
    head.append('"answers": [\n' + ",\n".join(lines) + "\n]")
    path.write_text("{" + ",\n".join(head) + "}\n")


_COLUMNS = ("chapter", "question", "readers", "status", "headers: their index", "body")


def _shared(by_reader: dict[str, Answer]) -> dict[Answer, list[str]]:
    shared: dict[Answer, list[str]] = {}
    for reader, answer in by_reader.items():
        shared.setdefault(answer, []).append(reader)
    return shared


def read(path: Path) -> dict[str, Answers]:
    """Return the answers by chapter, as `write` was given them."""
    stored: dict[str, Any] = json.loads(path.read_text())
    chapters: dict[str, Answers] = {}
    for chapter, question, readers, status, headers, body in stored["answers"]:
        text = "" if body is None else json.dumps(body, ensure_ascii=False)
        answer = Answer(status, tuple(stored["headers"][headers].items()), text)
        chapters.setdefault(chapter, {}).setdefault(question, {}).update(dict.fromkeys(readers, answer))
    return chapters
