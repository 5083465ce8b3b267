"""The URLs of sessions."""

from __future__ import annotations

from django.urls import path

from sessions_app.views import FeedViewSet, SessionViewSet

_many = SessionViewSet.as_view({"get": "list", "post": "create"})
_one = SessionViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "deactivate_session"})
_start = SessionViewSet.as_view({"post": "start"})

urlpatterns = [
    path("feed", FeedViewSet.as_view({"get": "list"}), name="feed"),
    path("sessions", _many, name="sessions"),
    path("sessions/<objectid:session_id>", _one, name="session"),
    path("sessions/<objectid:session_id>/start", _start, name="session-start"),
]
