"""The pages of documentation beside the API document itself."""

from __future__ import annotations

import functools
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularJSONAPIView, SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response

from livestream.api import error_catalogue

_READ_ONLY = ["get", "head"]
_RENDERERS = {"json": OpenApiJsonRenderer2, "yaml": OpenApiYamlRenderer2}
_CODE = re.compile(r"`([^`]+)`")


class DocumentView(SpectacularAPIView):
    """The OpenAPI document, in YAML or JSON. A process generates it once, since that takes a second."""

    schema = None  # it does not describe itself
    http_method_names = _READ_ONLY

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        name = "json" if "json" in request.accepted_renderer.format else "yaml"
        response = HttpResponse(_document(name, get_language()), content_type=request.accepted_renderer.media_type)
        response["Content-Disposition"] = f'inline; filename="livestream.{name}"'
        return response


class JSONDocumentView(DocumentView):
    """The OpenAPI document in JSON."""

    renderer_classes = SpectacularJSONAPIView.renderer_classes


class BrowserView(SpectacularSwaggerView):
    """The page that shows the OpenAPI document."""

    schema = None  # the page is not an operation of the API
    http_method_names = _READ_ONLY

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page: Response = super().get(request, *args, **kwargs)
        # Shared caches keep this page, so it must not contain a visitor's CSRF token. The API accepts no cookies.
        page.data["csrf_token"] = ""
        return page


@functools.cache
def _document(name: str, _language: str) -> str | bytes:
    schema = SpectacularAPIView.generator_class().get_schema(public=True)
    return _RENDERERS[name]().render(schema, renderer_context={})


@require_safe
def error_codes(request: HttpRequest) -> HttpResponse:
    """Explain each code at its anchor, such as `/docs/errors#price_changed`."""
    chapters = [
        {
            "status": chapter.status,
            "phrase": chapter.phrase,
            "explanations": [
                {
                    "code": each.code,
                    "title": each.title,
                    "when": _html(each.when),
                    "advice": _html(each.advice),
                    "members": [(name, _html(description)) for name, description in each.members],
                    "names_a_delay": each.names_a_delay,
                    "places": _html(error_catalogue.places_of(each)),
                }
                for each in chapter.explanations
            ],
        }
        for chapter in error_catalogue.chapters()
    ]
    page = render(request, "livestream/error_codes.html", {"chapters": chapters})
    page["Content-Language"] = "en"  # as all documentation, whatever the reader prefers
    return page


def _html(text: str) -> SafeString:
    """Show what stands in backticks as code; everything else is escaped."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S308 - escaped before
