"""Addresses of the console."""

from __future__ import annotations

from django.urls import path

from livestream.console import views

urlpatterns = [
    path("", views.console, name="console"),
    path("console/texts.js", views.texts, name="console-texts"),
]
