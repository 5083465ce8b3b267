"""The queues of a measurement: they have their own names, and are deleted in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pika
import redis

from livestream.outbox import Urgency

NAMESPACE = "bench-schedule"
# The queue of Dramatiq alone, and the namespace of its keys on Redis.
ALONE = "bench-schedule-alone"
_RABBITMQ = ("amqp", "amqps")


@contextmanager
def own_queues(url: str, *, namespace: str = NAMESPACE) -> Iterator[None]:
    """Delete the measurement's queues on this broker before and after the block."""
    _delete(url, namespace)
    try:
        yield
    finally:
        _delete(url, namespace)


def _delete(url: str, namespace: str) -> None:
    if url.split(":")[0] in _RABBITMQ:
        _delete_from_rabbitmq(url, namespace)
        return
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter(f"{namespace}*"):
            client.delete(key)


def _delete_from_rabbitmq(url: str, namespace: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        for queue in [ALONE, *(f"{namespace}.{urgency.queue}" for urgency in Urgency)]:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_delete(queue + suffix)
