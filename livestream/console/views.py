"""The page of the console, and its texts for the scripts.

The page itself reads nothing from the database. Whatever it shows comes from the public API and the realtime
server, so its scripts are an example of a client.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

from livestream.api import handlers
from livestream.console import security
from livestream.demo.users import DEMO_USERS, PASSWORD

# The panes, and the view that each shows first. Any user can do everything in any pane.
PANES = {"streamer": "perform", "viewer": "watch"}
# What the form of an invitation suggests, in seconds: short enough that a newcomer sees its end.
SUGGESTED_INVITATION = 10

_catalog = JavaScriptCatalog.as_view(domain="djangojs", packages=["livestream"])


@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """Answer with the page, or with 404 where the setting `CONSOLE` is off.

    `?pane=streamer` or `?pane=viewer` shows one pane alone, for instance on a phone.
    """
    if not settings.CONSOLE:
        return handlers.page_not_found(request)
    asked = request.GET.get("pane", "")
    shown = [asked] if asked in PANES else list(PANES)
    page = render(request, "livestream/console/console.html", {"start": _start(shown), **_navigation(shown)})
    page["Content-Security-Policy"] = security.policy()
    return page


@require_safe
def texts(request: HttpRequest) -> HttpResponseBase:
    """Answer with the catalogue of the scripts' texts in the request's language."""
    if not settings.CONSOLE:
        return handlers.page_not_found(request)
    return _catalog(request)


def _start(shown: list[str]) -> dict[str, Any]:
    """Return what the scripts have to know before their first call."""
    shortest, longest = settings.INVITATION_MIN_DURATION, settings.INVITATION_MAX_DURATION
    return {
        "panes": [{"name": name, "view": PANES[name]} for name in shown],
        "demo": _demo_users() if settings.LOCAL_PROFILE else None,
        "invitation": {"min": shortest, "max": longest, "suggested": min(max(SUGGESTED_INVITATION, shortest), longest)},
    }


def _demo_users() -> dict[str, Any]:
    """Return the accounts of the local profile, whose password is public."""
    names = [each.username for each in DEMO_USERS if not each.is_staff]
    return {"usernames": names, "password": PASSWORD}


def _navigation(shown: list[str]) -> dict[str, Any]:
    alone = shown[0] if len(shown) == 1 else ""
    views = [("", gettext("Both")), ("streamer", gettext("Streamer")), ("viewer", gettext("Viewer"))]
    return {
        "pane": alone,
        "panes": [{"name": name, "label": label, "current": name == alone} for name, label in views],
        "languages": settings.LANGUAGES,
    }
