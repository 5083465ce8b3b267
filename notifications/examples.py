"""Requests and answers that the API document shows; a test holds them to the declared shapes."""

from __future__ import annotations

from goals.examples import NOW, SALE, SESSION_ID, SHOW_ID, STREAMER_ID, VIEWER_ID
from sessions_app.examples import LIVE

CHANNEL = f"private-stream@{STREAMER_ID}"
PRESENCE = f"presence-enc-goal@{SHOW_ID}"
_SIGNATURE = "8f60f5cbd5a6e1a2c0a9b9e1a7d1d3a9e0a2b3c4d5e6f708192a3b4c5d6e7f80"

WEBHOOK = {
    "time_ms": NOW * 1000,
    "events": [{"name": "member_added", "channel": PRESENCE, "user_id": STREAMER_ID}],
}
JOIN = {"socket_id": "1234.5678", "channel_name": CHANNEL}
SIGN_IN = {"socket_id": "1234.5678"}
JOINED = {"auth": f"key:{_SIGNATURE}"}
SIGNED_IN = {"auth": f"key:{_SIGNATURE}", "user_data": f'{{"id":"{VIEWER_ID}"}}'}
SNAPSHOT = {"channel": CHANNEL, "version": 33, "server_time": NOW, "session": LIVE, "goals": [SALE]}

STREAM_TOKEN = {
    "session_id": SESSION_ID,
    "quality": "sd",
    "token": "eyJhbGciOiJFZERTQSJ9.eyJxdWFsaXR5Ijoic2QifQ.c2lnbmF0dXJl",
    "exp": NOW + 300,
    "byteplus_token": "001local",
    "byteplus_rtc_info": {"app_id": "local", "room_id": SESSION_ID, "user_id": VIEWER_ID},
}
STREAM_KEYS = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            "use": "sig",
            "alg": "EdDSA",
        }
    ]
}
