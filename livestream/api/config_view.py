"""What a client has to know of the service before anybody signs in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock, languages
from livestream.api.fields import ConstField, EpochDateTimeField
from livestream.api.operations import Tag, operation
from livestream.realtime_address import realtime_address


class RealtimeConfig(serializers.Serializer[Any]):
    """How pusher-js, or another client of the protocol, reaches the realtime server."""

    key = serializers.CharField(help_text="The public key of the app")
    host = serializers.CharField(allow_null=True, help_text="Null where Pusher's own servers are used")
    port = serializers.IntegerField(allow_null=True, help_text="Null for the default port")
    tls = serializers.BooleanField()
    cluster = serializers.CharField(allow_null=True, help_text="Pusher's cluster; null for a self-hosted server")
    auth_path = serializers.CharField(help_text="The path of this service that authorizes channels and connections")


class Config(serializers.Serializer[Any]):
    server_time = EpochDateTimeField(help_text="The service's time, in unix seconds")
    languages = serializers.ListField(child=serializers.CharField(), help_text="Values of `?lang=`")
    currency_unit = ConstField("coins", help_text="The unit of all amounts of money, which are whole numbers")
    realtime = RealtimeConfig(allow_null=True, help_text="Null where there is no realtime server")


_LOCAL = {
    "server_time": 1745993863,
    "languages": ["en", "zh-hant"],
    "currency_unit": "coins",
    "realtime": {
        "key": "local",
        "host": "127.0.0.1",
        "port": 8001,
        "tls": False,
        "cluster": None,
        "auth_path": "/notify/pusher/auth",
    },
}


class ConfigView(APIView):
    """GET /config"""

    authentication_classes: Any = ()
    permission_classes: Any = (AllowAny,)

    @operation(
        "read_config",
        tag=Tag.SERVICE,
        answers={200: Config},
        answer_examples={"On one machine": _LOCAL},
    )
    def get(self, request: Request) -> Response:
        """Read what a client has to know first.

        The languages of messages, the unit of money, the time of the service, and where its realtime server is. It
        needs no token.
        """
        found = {
            "server_time": clock.now(),
            "languages": languages.codes(),
            "currency_unit": "coins",
            "realtime": _realtime(),
        }
        return Response(Config(found).data)


def _realtime() -> dict[str, Any] | None:
    address = realtime_address()
    return asdict(address) | {"auth_path": reverse("channel-auth")} if address else None
