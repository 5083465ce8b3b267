import secrets

import pytest

from settings.databases import from_url
from settings.limits import UNLIMITED
from settings.refusals import production_problems

POSTGRES = "postgresql://livestream@db.example/livestream"


def fit(**changes: object) -> dict[str, object]:
    """Return settings production would start with, but for the changes."""
    good = {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "DEBUG": False,
        "ALLOWED_HOSTS": ["live.example"],
        "DATABASE_URL": POSTGRES,
        "DATABASES": {"default": from_url(POSTGRES, pool_size=4, limits=UNLIMITED)},
        "TRUSTED_PROXIES": (),
        "BROKER_URL": "amqp://broker.example/",
        "PUSHER_APP_ID": "7",
        "PUSHER_KEY": "key",
        "PUSHER_SECRET": "secret",
        "PUSHER_PROVIDER": "pusher",
        "PUSHER_WEBHOOK_KEYS": (("key", "secret"),),
    }
    return good | changes


def test_it_starts_with_settings_that_are_fit() -> None:
    assert production_problems(settings=fit()) == []
    behind = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"), "TRUSTED_PROXIES": ("10.0.0.0/8",)}
    assert production_problems(settings=fit(**behind)) == []


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + "0123456789abcdef" * 4}, "SECRET_KEY"),
        ({"DEBUG": True}, "DEBUG"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": [" "]}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["live.example", "*"]}, "ALLOWED_HOSTS"),
        ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}, "TRUSTED_PROXIES"),
        ({"DATABASE_URL": "", "DATABASES": {}}, "DATABASE_URL"),
        ({"DATABASES": {"default": from_url("sqlite:///x.db", pool_size=1, limits=UNLIMITED)}}, "DATABASE_URL"),
        ({"BROKER_URL": ""}, "BROKER_URL"),
        ({"BROKER_URL": "stub://"}, "BROKER_URL"),
        ({"PUSHER_APP_ID": ""}, "PUSHER_APP_ID"),
        ({"PUSHER_KEY": ""}, "PUSHER_KEY"),
        ({"PUSHER_SECRET": ""}, "PUSHER_SECRET"),
        ({"PUSHER_SECRET": "local-secret"}, "PUSHER_SECRET"),
        ({"PUSHER_PROVIDER": "local"}, "PUSHER_PROVIDER"),
        ({"PUSHER_WEBHOOK_KEYS": ()}, "PUSHER_WEBHOOK_KEYS"),
        ({"PUSHER_WEBHOOK_KEYS": (("key", ""),)}, "PUSHER_WEBHOOK_KEYS"),
        ({"PUSHER_WEBHOOK_KEYS": (("key", "secret"), ("local", "local-secret"))}, "PUSHER_WEBHOOK_KEYS"),
    ],
)
def test_it_refuses_what_is_unfit_and_names_it(change: dict[str, object], names: str) -> None:
    problems = production_problems(settings=fit(**change))

    assert len(problems) == 1
    assert names in problems[0]


def test_it_refuses_the_key_that_the_local_profile_made() -> None:
    key = secrets.token_urlsafe(60)

    assert production_problems(settings=fit(SECRET_KEY=key, LOCAL_SECRET_KEY=key)) == [
        "SECRET_KEY is the one of the local profile."
    ]


def test_it_names_all_problems_at_once() -> None:
    problems = production_problems(settings=fit(SECRET_KEY="", DEBUG=True, ALLOWED_HOSTS=["*"], BROKER_URL=""))

    assert [problem.split()[0] for problem in problems] == ["SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "BROKER_URL"]
