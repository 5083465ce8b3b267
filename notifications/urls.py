"""Addresses of notifications."""

from __future__ import annotations

from django.urls import path

from notifications import views

urlpatterns = [
    path("sessions/<objectid:session_id>/token", views.StreamTokenView.as_view(), name="stream-token"),
    path(".well-known/jwks.json", views.StreamKeysView.as_view(), name="stream-keys"),
    path("notify/pusher", views.PusherWebhookView.as_view(), name="pusher-webhook"),
    path("notify/pusher/auth", views.ChannelAuthView.as_view(), name="channel-auth"),
    path("notify/channels/<str:channel_name>", views.ChannelView.as_view(), name="channel"),
]
