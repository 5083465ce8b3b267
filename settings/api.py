"""REST API: Django REST framework, tokens and the OpenAPI document."""

from datetime import timedelta
from typing import Any

from .environment import env

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["livestream.api.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["livestream.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["livestream.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "livestream.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "livestream.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "livestream.api.exceptions.problem_handler",
    "PAGE_SIZE": 20,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=env.int("ACCESS_TOKEN_SECONDS", 60 * 60) or 0),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=env.int("REFRESH_TOKEN_SECONDS", 14 * 24 * 60 * 60) or 0),
    "UPDATE_LAST_LOGIN": False,
    "AUTH_TOKEN_CLASSES": ("livestream.api.tokens.AccessToken",),
}

# Private keys of stream tokens: Ed25519 seeds in base64url. The first signs and all are published, so
# that a key can be replaced while tokens of the previous one are still valid. The default is a key that is
# derived from SECRET_KEY.
STREAM_TOKEN_KEYS: tuple[bytes, ...] = env.ed25519_seeds("STREAM_TOKEN_KEYS", "")

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Livestream goals",
    "DESCRIPTION": "Sessions, goals and the money behind a live performance.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    # The docs page works without a network: its assets come from the sidecar package.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
