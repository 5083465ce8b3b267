"""The Dramatiq broker from a URL, with the middleware spelled out."""

from typing import Any
from urllib.parse import urlsplit

from dramatiq.middleware import AgeLimit, Callbacks, Retries, ShutdownNotifications, TimeLimit
from environs import EnvError

MILLISECONDS = 1_000
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
        # Without confirms a killed RabbitMQ lost four messages of five.
        return {"url": url, "confirm_delivery": True}
    if kind == "redis":
        # A job of a killed worker is handed on by maintenance. With Dramatiq's own values
        # (60 s, one in a thousand) that took up to half an hour.
        return {
            "url": url,
            "namespace": namespace,
            "heartbeat_timeout": 15 * MILLISECONDS,
            "maintenance_chance": 1_000_000,
        }
    return {}


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
