"""The tests' profile: SQLite and the stub broker, or what DATABASE_URL and BROKER_URL name."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from .base import *
from .base import BROKER_URL, DATABASE_POOL_SIZE, DATABASE_URL, env
from .brokers import broker
from .databases import is_sqlite, sqlite
from .environment import refuse_to_start_on, unreadable_variables
from .limits import UNLIMITED
from .storages import in_folder

# A folder of its own for each process: parallel workers, and several runs at once in one
# checkout, never meet. Tests that need a folder to outlive the process pass their own.
LIVESTREAM_VAR = Path(tempfile.mkdtemp(prefix="livestream-test-"))
_owner = os.getpid()


@atexit.register
def _remove_state() -> None:
    # A forked child must not take its parent's folder away.
    if os.getpid() == _owner:
        shutil.rmtree(LIVESTREAM_VAR, ignore_errors=True)


DEBUG = False
SECRET_KEY = "only-for-tests-" + "x" * 50
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file and not memory, so that worker threads see what the test wrote. It need not outlive
# a power cut, hence no waiting for the disk.
DATABASES = {
    "default": env.database("DATABASE_URL", pool_size=DATABASE_POOL_SIZE, limits=UNLIMITED, synchronous="OFF")
    if DATABASE_URL
    else sqlite(path=LIVESTREAM_VAR / "livestream.sqlite3", synchronous="OFF"),
}
if DATABASES["default"] and is_sqlite(database=DATABASES["default"]):
    DATABASES["default"]["TEST"] = {"NAME": str(LIVESTREAM_VAR / "test.sqlite3")}
    # Tests execute more different statements than the 128 that Python caches; SQLite would prepare them again.
    DATABASES["default"]["OPTIONS"]["cached_statements"] = 2_000

# Workers of one run share a broker, not their queues.
BROKER_NAMESPACE = f"livestream-test-{os.getpid()}"
DRAMATIQ_BROKER = (
    env.broker("BROKER_URL", namespace=BROKER_NAMESPACE)
    if BROKER_URL
    else broker("stub://", namespace=BROKER_NAMESPACE)
)

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MEDIA_ROOT = LIVESTREAM_VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "quarantine": in_folder(path=MEDIA_ROOT / "quarantine"),
}
CLIP_SOURCE_FOLDER = LIVESTREAM_VAR / "recordings"
WHITENOISE_AUTOREFRESH = True

# What a test changes about a user is seen at once.
TOKEN_REMEMBERED = 0

PUSHER_APP_ID = "1"
PUSHER_KEY = "local"
PUSHER_SECRET = "local-secret"
PUSHER_PROVIDER = "local"
PUSHER_WEBHOOK_KEYS = (("local", "local-secret"),)
RTC_PROVIDER = "local"
ANALYTICS_PATH = str(LIVESTREAM_VAR / "analytics.jsonl")
ANALYTICS_URL = ""

# Short enough that a test of a lost message or a dead row need not wait.
OUTBOX_LEASE = 1
OUTBOX_MAX_ATTEMPTS = 3
RELAY_POLL = 0.02

refuse_to_start_on(unreadable_variables())
