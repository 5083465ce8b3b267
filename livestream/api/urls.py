"""The URLs of this app: authentication, your own account, operations, documentation."""

from __future__ import annotations

from django.urls import path, register_converter
from django.views.generic import RedirectView

from livestream.api import auth_views, config_view, docs_views, health, user_views
from livestream.api.caching import kept_by_all
from livestream.ids import ObjectIdConverter

register_converter(ObjectIdConverter, "objectid")

urlpatterns = [
    path("auth/token", auth_views.TokenView.as_view(), name="token"),
    path("auth/token/refresh", auth_views.RefreshView.as_view(), name="token-refresh"),
    path("auth/logout", auth_views.LogoutView.as_view(), name="logout"),
    path("users/me", user_views.MeView.as_view(), name="me"),
    path("users/me/blocks", user_views.BlocksView.as_view(), name="blocks"),
    path("users/<objectid:user_id>", user_views.UserView.as_view(), name="user"),
    path("config", config_view.ConfigView.as_view(), name="config"),
    path("users/me/blocks/<objectid:user_id>", user_views.BlockView.as_view(), name="block"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("schema", kept_by_all(docs_views.DocumentView.as_view()), name="schema"),
    path("openapi.json", kept_by_all(docs_views.JSONDocumentView.as_view()), name="openapi"),
    path("docs", kept_by_all(docs_views.BrowserView.as_view(url_name="schema")), name="docs"),
    path("docs/", RedirectView.as_view(url="../docs")),
    path("docs/errors", kept_by_all(docs_views.error_codes), name="error-codes"),
]
