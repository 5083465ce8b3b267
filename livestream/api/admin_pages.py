"""Whether a request is for the admin."""

from __future__ import annotations

from django.http import HttpRequest


def is_admin_request(request: HttpRequest) -> bool:
    """Return whether a request is for the admin. Only the admin has sessions, forms and Django's error pages."""
    return request.path_info.startswith("/admin/")
