"""The default profile: one machine, SQLite, no broker to install, no credentials."""

import secrets
from pathlib import Path

from .api import PAGES_OF_THIS_MACHINE
from .base import *
from .base import (
    BROKER_NAMESPACE,
    BROKER_URL,
    DATABASE_LIMITS,
    DATABASE_POOL_SIZE,
    DATABASE_URL,
    LIVESTREAM_VAR,
    PUSHER_HOST,
    REALTIME_PORT,
    env,
)
from .brokers import broker
from .databases import sqlite
from .environment import key_pairs, refuse_to_start_on, unreadable_variables
from .logs import configure

SECRET_KEY_LENGTH = 50


def kept_secret_key(*, path: Path) -> str:
    """Return the key in this file, made on first use, so that tokens outlive a restart."""
    if path.exists() and len(key := path.read_text().strip()) >= SECRET_KEY_LENGTH:
        return key
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(SECRET_KEY_LENGTH))
    return path.read_text().strip()


LIVESTREAM_VAR.mkdir(parents=True, exist_ok=True)

# Lets `demo_users` make accounts whose password everybody knows.
LOCAL_PROFILE = True
CONSOLE = env.bool("CONSOLE", True)
DEBUG = env.bool("DEBUG", True)
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret_key(path=LIVESTREAM_VAR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])

DATABASES = {
    "default": env.database("DATABASE_URL", pool_size=DATABASE_POOL_SIZE, limits=DATABASE_LIMITS)
    if DATABASE_URL
    else sqlite(path=LIVESTREAM_VAR / "livestream.sqlite3", lock_timeout=DATABASE_LIMITS.sqlite_lock),
}
DRAMATIQ_BROKER = (
    env.broker("BROKER_URL", namespace=BROKER_NAMESPACE)
    if BROKER_URL
    else broker("stub://", namespace=BROKER_NAMESPACE)
)

# Pages that are being developed on this machine may call the API, whatever their port.
CORS_ALLOWED_ORIGIN_REGEXES = [PAGES_OF_THIS_MACHINE]

# Short enough that a demo can play a private show to its end.
INVITATION_MIN_DURATION = env.int("INVITATION_MIN_DURATION", 3)

# Known to everybody, which is why production refuses them.
PUSHER_APP_ID = env.str("PUSHER_APP_ID", "1")
PUSHER_KEY = env.str("PUSHER_KEY", "local")
PUSHER_SECRET = env.str("PUSHER_SECRET", "local-secret")
PUSHER_PROVIDER = env.str("PUSHER_PROVIDER", "pusher")
PUSHER_WEBHOOK_KEYS = key_pairs(text=env.str("PUSHER_WEBHOOK_KEYS", f"{PUSHER_KEY}:{PUSHER_SECRET}"))

# Without credentials and without another server, everything goes to the local realtime server.
REALTIME_SERVER = PUSHER_PROVIDER == "pusher" and PUSHER_SECRET == "local-secret" and not PUSHER_HOST
if REALTIME_SERVER:
    PUSHER_HOST, PUSHER_PORT, PUSHER_SSL = "127.0.0.1", REALTIME_PORT, False

ANALYTICS_PATH = env.str("ANALYTICS_PATH", str(LIVESTREAM_VAR / "analytics.jsonl"))

# Static files are served from where the packages keep them; nothing to collect first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

LOG_STYLE = env.str("LOG_STYLE", "console")
LOGGING = configure(style=LOG_STYLE, level=env.str("LOG_LEVEL", "INFO"))

refuse_to_start_on(unreadable_variables())
