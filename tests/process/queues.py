"""The queues of a fleet on the broker of this run, which a test can empty."""

from __future__ import annotations

import os
from contextlib import closing
from urllib.parse import urlsplit

import pika
import redis

from livestream.outbox import Urgency


def empty(*, namespace: str) -> int:
    """Delete the messages that wait in the queues, as a broker that lost its disk does; returns how many there were."""
    url = os.environ["BROKER_URL"]
    return _empty_redis(url, namespace) if urlsplit(url).scheme.startswith("redis") else _empty_rabbitmq(url, namespace)


def _empty_rabbitmq(url: str, namespace: str) -> int:
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        channel = connection.channel()
        return sum(channel.queue_purge(f"{namespace}.{each.queue}").method.message_count for each in Urgency)


def _empty_redis(url: str, namespace: str) -> int:
    with closing(redis.Redis.from_url(url)) as client:
        waiting = sum(int(client.llen(f"{namespace}:{namespace}.{each.queue}")) for each in Urgency)
        for key in client.scan_iter(match=f"{namespace}*"):
            client.delete(key)
        return waiting
