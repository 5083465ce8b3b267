import pika
import pytest
import redis
from django.utils.module_loading import import_string
from dramatiq.middleware import Retries
from environs import EnvError

from settings.brokers import broker, kind_of


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("stub://", "stub"),
        ("amqp://guest:guest@h:5672/%2F", "rabbitmq"),
        ("amqps://h", "rabbitmq"),
        ("redis://h/0", "redis"),
        ("rediss://h/0", "redis"),
    ],
)
def test_the_scheme_chooses_a_broker_that_exists(url: str, kind: str) -> None:
    assert kind_of(url=url) == kind
    assert import_string(broker(url, namespace="n")["BROKER"])


def test_rabbitmq_confirms_what_it_took() -> None:
    assert broker("amqp://h", namespace="n")["OPTIONS"]["confirm_delivery"] is True


def test_no_wait_for_rabbitmq_is_without_a_limit() -> None:
    parameters = pika.URLParameters(broker("amqp://u:p@h/%2F?heartbeat=30", namespace="n")["OPTIONS"]["url"])
    assert (parameters.host, parameters.virtual_host, parameters.heartbeat) == ("h", "/", 30)
    assert (parameters.socket_timeout, parameters.stack_timeout, parameters.blocked_connection_timeout) == (5, 10, 5)
    assert parameters.tcp_options == {"TCP_USER_TIMEOUT": 5000}


def test_limits_that_the_url_names_stay() -> None:
    url = broker("amqp://h?blocked_connection_timeout=60", namespace="n")["OPTIONS"]["url"]
    assert pika.URLParameters(url).blocked_connection_timeout == 60


def test_no_wait_for_redis_is_without_a_limit() -> None:
    url = broker("redis://h/3?socket_timeout=9", namespace="n")["OPTIONS"]["url"]
    pool = redis.ConnectionPool.from_url(url)
    named = {name: pool.connection_kwargs[name] for name in ("db", "socket_connect_timeout", "socket_timeout")}
    assert named == {"db": 3, "socket_connect_timeout": 5, "socket_timeout": 9}


def test_redis_hands_on_the_work_of_a_killed_worker_soon() -> None:
    options = broker("redis://h/0", namespace="n")["OPTIONS"]

    assert options["heartbeat_timeout"] == 15_000
    assert options["maintenance_chance"] == 1_000_000
    assert options["namespace"] == "n"


@pytest.mark.parametrize("url", ["stub://", "amqp://h", "redis://h"])
def test_no_broker_retries_by_itself(url: str) -> None:
    retries = [one for one in broker(url, namespace="n")["MIDDLEWARE"] if isinstance(one, Retries)]

    assert [one.max_retries for one in retries] == [0]


@pytest.mark.parametrize("url", ["", "kafka://h", "http://h", "redis"])
def test_any_other_url_is_an_error_of_the_environment(url: str) -> None:
    with pytest.raises(EnvError):
        kind_of(url=url)
