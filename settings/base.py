"""What every profile shares. Everything that differs between machines comes from the environment."""

from typing import Any

from environs import validate

from . import logs
from .api import *
from .brokers import broker
from .caches import CACHE_PATIENCE as CACHE_PATIENCE
from .caches import cache_with_limits
from .databases import from_url
from .domain import *
from .environment import BASE_DIR as BASE_DIR
from .environment import env, folder
from .languages import LANGUAGES as LANGUAGES
from .limits import read_limits
from .process_kinds import COMMAND, KINDS
from .storages import quarantine
from .throttles import *
from .vendors import *

SECRET_KEY = env.str("SECRET_KEY", "")
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
PORT = env.int("PORT", 8000, validate=validate.Range(1, 65535))
# Where the local realtime server listens.
REALTIME_PORT = env.int("REALTIME_PORT", (PORT or 0) + 1, validate=validate.Range(1, 65535))
# Whether this is a profile in which things known to everybody, such as the demo users, may exist.
LOCAL_PROFILE = False
# Whether `/` shows the console, a page that plays streamer and viewer through the public API.
CONSOLE = env.bool("CONSOLE", False)
LIVESTREAM_VAR = folder(text=env.str("LIVESTREAM_VAR", "var"))

ROOT_URLCONF = "livestream.urls"
WSGI_APPLICATION = "livestream.wsgi.application"
AUTH_USER_MODEL = "livestream.User"
AUTHENTICATION_BACKENDS = ["livestream.api.sign_in_attempts.ThrottledModelBackend"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The seeds' paths have no trailing slash, and a redirect would lose the body of a POST.
APPEND_SLASH = False
CSRF_FAILURE_VIEW = "livestream.api.handlers.csrf_failure"

INSTALLED_APPS = [
    # First, so that the broker exists before any app declares an actor.
    "django_dramatiq",
    # Before the admin, whose templates it replaces.
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
    # The apps of this service, from the lowest floor up.
    "livestream",
    "wallet",
    "sessions_app",
    "goals",
    "notifications",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "livestream.api.caching.HeadMiddleware",
    # Before all that may answer, so that browsers of other origins can read refusals, too.
    "corsheaders.middleware.CorsMiddleware",
    "livestream.middleware.RequestContextMiddleware",
    # Before any middleware that may wait.
    "livestream.middleware.AdmissionMiddleware",
    # Before all others that may answer with words.
    "livestream.middleware.LanguageMiddleware",
    "livestream.middleware.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "livestream.api.caching.CompressionMiddleware",
    "livestream.middleware.AdminSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "livestream.api.caching.NotModifiedMiddleware",
    "livestream.api.caching.CacheHeadersMiddleware",
    "livestream.middleware.AdminCsrfMiddleware",
    "livestream.middleware.AdminAuthenticationMiddleware",
    "livestream.middleware.AdminMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "livestream.request_log.RequestLogMiddleware",
    "livestream.middleware.IdempotencyKeyMiddleware",
    "livestream.middleware.DatabaseErrorsMiddleware",
    "livestream.request_metrics.RequestMetricsMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# A user is known to others by id, so nothing is gained from long rules on demo names.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Each profile chooses what to do without a URL. The parsers report a bad one through `env`.
DATABASE_URL = env.str("DATABASE_URL", "")
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 20)
# `manage.py`, `livestream.wsgi` and `livestream.asgi` set it; other programs are treated as commands.
PROCESS_KIND = env.str("PROCESS_KIND", COMMAND, validate=validate.OneOf(KINDS))
DATABASE_LIMITS = read_limits(env, kind=PROCESS_KIND)
DATABASES: dict[str, Any] = {}
env.add_parser("database", from_url)

BROKER_URL = env.str("BROKER_URL", "")
BROKER_NAMESPACE = env.str("BROKER_NAMESPACE", "livestream")
DRAMATIQ_BROKER: dict[str, Any] = {}
env.add_parser("broker", broker)

CACHES: dict[str, Any] = {"default": cache_with_limits(env.dj_cache_url("CACHE_URL", "locmem://"))}

LANGUAGE_CODE = "en"
# Before the catalogues of the frameworks, so that all messages use the same words.
LOCALE_PATHS = [BASE_DIR / "livestream" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = folder(text=env.str("STATIC_ROOT", "staticfiles"))
MEDIA_ROOT = LIVESTREAM_VAR / "media"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "quarantine": quarantine(media_root=MEDIA_ROOT),
}
# What a source may name instead of a web address: a file below this folder.
CLIP_SOURCE_FOLDER = folder(text=env.str("CLIP_SOURCE_FOLDER", str(LIVESTREAM_VAR / "recordings")))

UNFOLD = {"SITE_TITLE": "Livestream", "SITE_HEADER": "Livestream", "SHOW_HISTORY": True}

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_STYLE = env.str("LOG_STYLE", "json")
LOGGING = logs.configure(style=LOG_STYLE, level=LOG_LEVEL)
