"""Headers of answers, as the OpenAPI document describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from livestream import languages
from livestream.api.idempotency import REPLAYED

REQUEST_ID = "X-Request-ID"
RETRY_AFTER = "Retry-After"
ETAG = "ETag"
CHALLENGE = "WWW-Authenticate"
LANGUAGE = "Content-Language"
# What every answer has.
EVERYWHERE = (REQUEST_ID, LANGUAGE)
# What every answer to a caller with limits has.
LIMITS = RATE_LIMIT, RATE_LIMIT_POLICY = "RateLimit", "RateLimit-Policy"

HEADERS: dict[str, dict[str, Any]] = {
    RATE_LIMIT: {
        "description": (
            "How many calls of this class are left (`r`), and after how many seconds all of them are free again (`t`), "
            "as in draft-ietf-httpapi-ratelimit-headers. Where there is no limit, the header is missing."
        ),
        "schema": {"type": "string", "example": '"read";r=11987;t=1'},
    },
    RATE_LIMIT_POLICY: {
        "description": "The class of the call, and how many calls (`q`) are allowed in how many seconds (`w`).",
        "schema": {"type": "string", "example": '"read";q=12000;w=60'},
    },
    REQUEST_ID: {
        "description": "The id of this request in our logs. A request may bring its own in the same header.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "example": "692c2c1ad6945d32e732cc21"},
    },
    LANGUAGE: {
        "description": "The language of the messages in this answer.",
        "schema": {"type": "string", "enum": languages.codes()},
    },
    RETRY_AFTER: {
        "description": "After how many seconds a repeat may succeed.",
        "schema": {"type": "integer", "minimum": 0, "example": 1},
    },
    REPLAYED: {
        "description": "`true` if this repeats the first answer, because the `Idempotency-Key` was used before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    CHALLENGE: {
        "description": "The challenge of RFC 6750, which says that a bearer token is asked for.",
        "schema": {"type": "string", "example": 'Bearer realm="api"'},
    },
    ETAG: {
        "description": (
            "The version of this answer. Send it as `If-None-Match` next time: if nothing has changed, "
            "the answer is 304 without a body."
        ),
        "schema": {"type": "string", "example": '"33a64df551425fcc55e4d42a148795d9"'},
    },
}


def references(names: Iterable[str]) -> dict[str, Any]:
    """Return the headers of an answer as references to `components.headers`."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
