"""The Dramatiq broker from a URL, with the middleware spelled out."""

import os
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# The pause (ms) after which a worker's consumer connects again. Dramatiq reads this when it is imported.
os.environ.setdefault("dramatiq_restart_delay", "1000")

from dramatiq.middleware import AgeLimit, Callbacks, Retries, ShutdownNotifications, TimeLimit
from environs import EnvError

MILLISECONDS = 1_000
# How long a call to the broker may take to connect, and to be answered.
_SECONDS = 5
_REDIS_LIMITS = {"socket_connect_timeout": str(_SECONDS), "socket_timeout": str(_SECONDS)}
_RABBITMQ_LIMITS = {
    "socket_timeout": str(_SECONDS),
    "stack_timeout": str(2 * _SECONDS),
    # While its memory or disk alarm blocks those who publish.
    "blocked_connection_timeout": str(_SECONDS),
    # For a network that drops all packets; a server that is only slow acknowledges what it received.
    "tcp_options": str({"TCP_USER_TIMEOUT": _SECONDS * MILLISECONDS}),
}
SCHEMES = {"stub": "stub", "amqp": "rabbitmq", "amqps": "rabbitmq", "redis": "redis", "rediss": "redis"}
CLASSES = {
    "stub": "dramatiq.brokers.stub.StubBroker",
    "rabbitmq": "dramatiq.brokers.rabbitmq.RabbitmqBroker",
    "redis": "dramatiq.brokers.redis.RedisBroker",
}


def kind_of(*, url: str) -> str:
    """Return `stub`, `rabbitmq` or `redis`; raise EnvError for any other scheme."""
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise EnvError("the broker must be stub://, amqp(s)://… or redis(s)://….")
    return SCHEMES[scheme]


def broker(url: str, *, namespace: str) -> dict[str, Any]:
    """Return DRAMATIQ_BROKER for a URL; `namespace` keeps apart the keys of services that share a Redis."""
    kind = kind_of(url=url)
    return {
        "BROKER": CLASSES[kind],
        "OPTIONS": _options(kind=kind, url=url, namespace=namespace),
        "MIDDLEWARE": _middleware(),
    }


def _options(*, kind: str, url: str, namespace: str) -> dict[str, Any]:
    if kind == "rabbitmq":
        # Without confirms, a RabbitMQ that was killed lost four of five messages.
        return {"url": _with(url=url, limits=_RABBITMQ_LIMITS), "confirm_delivery": True}
    if kind == "redis":
        # Maintenance hands the messages of a killed worker to others. With Dramatiq's default values
        # (60 s, one call in a thousand) this took up to half an hour.
        return {
            "url": _with(url=url, limits=_REDIS_LIMITS),
            "namespace": namespace,
            "heartbeat_timeout": 15 * MILLISECONDS,
            "maintenance_chance": 1_000_000,
        }
    return {}


def _with(*, url: str, limits: dict[str, str]) -> str:
    """Return the URL with these parameters; its own override them."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode(limits | dict(parse_qsl(parts.query)))))


def _middleware() -> list[Any]:
    return [
        AgeLimit(),
        TimeLimit(),
        ShutdownNotifications(),
        Callbacks(),
        # The outbox retries. A retry kept by the broker would be a delayed message, which
        # waits in a worker's memory and dies with it.
        Retries(max_retries=0),
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ]
