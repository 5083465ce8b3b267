"""Which requests are for the pages of the admin."""

from __future__ import annotations

from django.http import HttpRequest


def is_of_admin(request: HttpRequest) -> bool:
    """Return whether a request is for a page of the admin, which has sessions, forms, and Django's pages of errors."""
    return request.path_info.startswith("/admin/")
