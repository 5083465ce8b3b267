"""What production refuses to start with, as pure functions of the settings."""

from collections.abc import Iterator, Mapping
from typing import Any

from environs import EnvError

from .brokers import kind_of
from .databases import is_postgres

Settings = Mapping[str, Any]

SECRET_KEY_LENGTH = 50
LOCAL_KEY, LOCAL_SECRET = "local", "local-secret"
BYTEPLUS_CREDENTIALS = ("BYTEPLUS_APP_ID", "BYTEPLUS_APP_KEY", "BYTEPLUS_ACCESS_KEY", "BYTEPLUS_SECRET_KEY")


def production_problems(*, settings: Settings) -> list[str]:
    """Return one sentence for everything that makes these settings unfit for production."""
    checks = (_secret_key, _debug, _hosts, _proxies, _database, _broker, _pusher, _byteplus)
    return [problem for check in checks for problem in check(settings)]


def _secret_key(settings: Settings) -> Iterator[str]:
    key = settings["SECRET_KEY"] or ""
    if not key:
        yield "SECRET_KEY is not set."
    elif len(key) < SECRET_KEY_LENGTH:
        yield f"SECRET_KEY is shorter than {SECRET_KEY_LENGTH} characters."
    elif key == settings.get("LOCAL_SECRET_KEY"):
        yield "SECRET_KEY is the one of the local profile."
    elif len(set(key)) < 10 or key.startswith("django-insecure-"):
        yield "SECRET_KEY is easy to guess."


def _debug(settings: Settings) -> Iterator[str]:
    if settings["DEBUG"]:
        yield "DEBUG is on; its error pages show secrets."


def _hosts(settings: Settings) -> Iterator[str]:
    hosts = [host.strip() for host in settings["ALLOWED_HOSTS"] or []]
    if not any(hosts):
        yield "ALLOWED_HOSTS is empty; name the hosts this service answers for."
    if "*" in hosts:
        yield "ALLOWED_HOSTS contains *, which lets a client choose the host name."


def _proxies(settings: Settings) -> Iterator[str]:
    if settings.get("SECURE_PROXY_SSL_HEADER") and not settings["TRUSTED_PROXIES"]:
        yield (
            "BEHIND_PROXY is on and TRUSTED_PROXIES is empty, so all clients would have the address of the proxy "
            "and share its limits; name the proxies."
        )


def _database(settings: Settings) -> Iterator[str]:
    if not settings["DATABASE_URL"]:
        yield "DATABASE_URL is not set."
    elif (database := settings["DATABASES"].get("default")) and not is_postgres(database=database):
        yield "DATABASE_URL must name a PostgreSQL database."


def _broker(settings: Settings) -> Iterator[str]:
    if not settings["BROKER_URL"]:
        yield "BROKER_URL is not set."
        return
    try:
        kind = kind_of(url=settings["BROKER_URL"])
    except EnvError:
        return  # Reported where the variable was read.
    if kind == "stub":
        yield "BROKER_URL is stub://, which reaches no worker outside its own process."


def _pusher(settings: Settings) -> Iterator[str]:
    for name in ("PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET"):
        if not settings[name]:
            yield f"{name} is not set."
    if settings["PUSHER_SECRET"] == LOCAL_SECRET or settings["PUSHER_KEY"] == LOCAL_KEY:
        yield "PUSHER_KEY or PUSHER_SECRET is the one of the local profile."
    if settings["PUSHER_PROVIDER"] != "pusher":
        yield "PUSHER_PROVIDER must be pusher; the local one delivers nothing."
    pairs = settings["PUSHER_WEBHOOK_KEYS"]
    if not pairs and settings["PUSHER_KEY"] and settings["PUSHER_SECRET"]:
        yield "PUSHER_WEBHOOK_KEYS is empty, so no webhook could be accepted."
    if any(not key or not secret for key, secret in pairs):
        yield "PUSHER_WEBHOOK_KEYS holds a pair without a key or without a secret."
    if any(key == LOCAL_KEY or secret == LOCAL_SECRET for key, secret in pairs):
        yield "PUSHER_WEBHOOK_KEYS holds a pair of the local profile, which anybody can sign with."


def _byteplus(settings: Settings) -> Iterator[str]:
    """Streams may do without BytePlus, but not with half of it."""
    provider = settings.get("RTC_PROVIDER", "local")
    if provider not in ("byteplus", "local"):
        yield "RTC_PROVIDER must be byteplus or local."
    missing = [name for name in BYTEPLUS_CREDENTIALS if not settings.get(name)]
    if provider == "byteplus" or len(missing) < len(BYTEPLUS_CREDENTIALS):
        yield from (f"{name} is not set, and other settings of BytePlus are." for name in missing)
    if provider != "byteplus":
        return
    if not settings["BYTEPLUS_SSL"]:
        yield "BYTEPLUS_SSL is off; what is recorded and banned would be readable on its way."
    storage = settings["BYTEPLUS_RECORD_STORAGE"]
    if not isinstance(storage, dict) or "Type" not in storage:
        yield "BYTEPLUS_RECORD_STORAGE must be the vendor's StorageConfig, a JSON object with a Type."
