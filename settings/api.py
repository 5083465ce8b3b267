"""REST API: Django REST framework, tokens and the OpenAPI document."""

from datetime import timedelta
from typing import Any

from environs import validate

from .environment import env
from .languages import LANGUAGES

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["livestream.api.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["livestream.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["livestream.api.throttles.CallThrottle"],
    "DEFAULT_PAGINATION_CLASS": "livestream.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "livestream.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "livestream.api.exceptions.problem_handler",
    # `?format=` is a parameter that no operation knows.
    "URL_FORMAT_OVERRIDE": None,
    "PAGE_SIZE": 20,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=env.int("ACCESS_TOKEN_SECONDS", 60 * 60) or 0),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=env.int("REFRESH_TOKEN_SECONDS", 14 * 24 * 60 * 60) or 0),
    "UPDATE_LAST_LOGIN": False,
    "AUTH_TOKEN_CLASSES": ("livestream.api.tokens.AccessToken",),
}

# Seconds for which a process trusts what it has cached about an access token, for calls that only read.
TOKEN_REMEMBERED = env.float("TOKEN_REMEMBERED", 1, validate=validate.Range(0, 60))

# Web pages of these origins may call the API. The admin is for its own pages alone.
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", [])
PAGES_OF_THIS_MACHINE = r"^https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$"
CORS_URLS_REGEX = r"^/(?!admin(?:/|$))"
CORS_ALLOW_HEADERS = (
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "x-client-id",
    "x-request-id",
)
CORS_EXPOSE_HEADERS = (
    "Date",
    "ETag",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
)

# Private keys of stream tokens: Ed25519 seeds in base64url. The first signs and all are published, so
# that a key can be replaced while tokens of the previous one are still valid. The default is a key that is
# derived from SECRET_KEY.
STREAM_TOKEN_KEYS: tuple[bytes, ...] = env.ed25519_seeds("STREAM_TOKEN_KEYS", "")

_ABOUT = """\
Sessions, goals and the money behind a live performance. A streamer opens a session. Viewers pay for goals in it,
the money waits in escrow, and what happens on stage decides whether it is paid out or given back.

### Sign in

`POST /auth/token` answers an access token and a refresh token for a username and a password. Send the access token
with each call, as `Authorization: Bearer <access>`. When it has expired, `POST /auth/token/refresh` exchanges the
refresh token, once, for the next pair.
The local profile has the users `streamer`, `viewer1` to `viewer5` and `support`, all with the password `demo`.

### Conventions

- Ids are 24 lowercase hexadecimal digits. Times are unix seconds. Money is a whole number of coins.
- Errors are problem documents (RFC 9457, `application/problem+json`). Their `code` is stable, and their `type` leads
  to an explanation. All codes are listed at [/docs/errors](/docs/errors).
- Lists return pages: follow `next` until `has_more` is false. `next` is a query, such as `?cursor=…`, to resolve
  against the address of the request. `page_size` is 1 to 100.
- Every call that creates, changes or moves something accepts an `Idempotency-Key`: a repeat of the same request gets
  the first answer again. A `GET` ignores the key. Any other call that does not accept one refuses it with
  `idempotency_key_not_supported`.
- A member or a query parameter that an operation does not know is refused. Bodies that Pusher's servers and libraries
  send may have further members, which are ignored.
"""

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Livestream goals",
    "DESCRIPTION": _ABOUT,
    "VERSION": "1",
    "CONTACT": {"name": "Support"},
    "LICENSE": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
    "SERVERS": [{"url": "/", "description": "The server that answered this document"}],
    "TAGS": [
        {"name": "Authentication", "description": "Tokens for a username and a password."},
        {"name": "Users", "description": "Your own account, and whom you block."},
        {"name": "Sessions", "description": "Broadcasts: open, start, change, end and find them."},
        {"name": "Goals", "description": "What the audience pays for or waits for: create, read and end goals."},
        {"name": "Tickets", "description": "Buy tickets of a sale, return them, and see who bought."},
        {"name": "Invitations", "description": "Invite a streamer to a private show or to a 1-on-1, and pay for it."},
        {"name": "Events", "description": "What happened to goals that you run or paid for, in order."},
        {"name": "Streams", "description": "The right to watch, and the keys with which an edge server checks it."},
        {
            "name": "Real time",
            "description": "Channels: authorization and snapshots, the webhook that Pusher calls, and every push "
            "(under `webhooks`).",
        },
        {"name": "Wallet", "description": "Your coins: balance, transfers, payments and earnings."},
        {"name": "Service", "description": "What a client needs to know about this server."},
    ],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Everybody reads the same document, whatever token comes along.
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    # Parameters have no serializer that could declare it.
    "APPEND_COMPONENTS": {"schemas": {"Language": {"type": "string", "enum": [code for code, _ in LANGUAGES]}}},
    "POSTPROCESSING_HOOKS": [
        "notifications.push_webhooks.add_pushes",
        "drf_spectacular.hooks.postprocess_schema_enums",
        "livestream.api.schema.add_headers",
    ],
    # The docs page works without a network: its assets come from the sidecar package.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
