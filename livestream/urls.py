"""All URLs of the service. Only those of the admin have a trailing slash."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from livestream.api import handlers

# Included first: it registers the converter `objectid`, which the other modules use.
_of_this_app = include("livestream.api.urls")

# Django tries patterns in this order, so the busiest URLs come first.
urlpatterns = [
    path("", include("goals.urls")),
    path("", include("sessions_app.urls")),
    path("", include("wallet.urls")),
    path("", include("notifications.urls")),
    path("", _of_this_app),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}livestream/favicon.svg")),
    path("", include("livestream.console.urls")),
    # Last: what no route knows answers with a problem, also where DEBUG would show a page.
    re_path(r"^", handlers.page_not_found),
]

handler400 = handlers.bad_request
handler403 = handlers.permission_denied
handler404 = handlers.page_not_found
handler500 = handlers.server_error
