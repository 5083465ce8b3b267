"""The parser of request bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import JSONParser

from livestream.json_bodies import LARGEST_BODY_BYTES, BodyTooLarge, load_object, refuse_unstorable


class StrictJSONParser(JSONParser):
    """A parser for JSON objects of at most 64 KB and 32 levels; refuses with a code."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Read the body; raises UnreadableBody or one of its kinds."""
        raw = stream.read(LARGEST_BODY_BYTES + 1)
        if len(raw) > LARGEST_BODY_BYTES:
            raise BodyTooLarge
        body = load_object(raw)
        refuse_unstorable(body)
        return body
