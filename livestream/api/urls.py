"""The URLs of this app: authentication, your own account, operations, documentation."""

from __future__ import annotations

from django.urls import path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from livestream.api import auth_views, health, user_views
from livestream.ids import ObjectIdConverter

register_converter(ObjectIdConverter, "objectid")

urlpatterns = [
    path("auth/token", auth_views.TokenView.as_view(), name="token"),
    path("auth/token/refresh", auth_views.RefreshView.as_view(), name="token-refresh"),
    path("users/me", user_views.MeView.as_view(), name="me"),
    path("users/me/blocks/<objectid:user_id>", user_views.BlockView.as_view(), name="block"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
