"""Production: everything from the environment, and no start with a setting that is not fit for it."""

from .base import *
from .base import BROKER_NAMESPACE, BROKER_URL, DATABASE_LIMITS, DATABASE_POOL_SIZE, DATABASE_URL, LIVESTREAM_VAR, env
from .environment import refuse_to_start_on, unreadable_variables
from .refusals import production_problems

if DATABASE_URL:
    DATABASES = {"default": env.database("DATABASE_URL", pool_size=DATABASE_POOL_SIZE, limits=DATABASE_LIMITS)}
if BROKER_URL:
    DRAMATIQ_BROKER = env.broker("BROKER_URL", namespace=BROKER_NAMESPACE)

ANALYTICS_PATH = env.str("ANALYTICS_PATH", str(LIVESTREAM_VAR / "analytics.jsonl"))

# HTTPS only. A health probe inside the cluster may speak plain HTTP to the two paths it needs.
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
# W021: entering the browsers' preload list cannot be undone soon, so the owner decides. W003: the check looks for
# Django's own CSRF middleware by name; `AdminCsrfMiddleware` protects the admin, the only pages with cookies.
SILENCED_SYSTEM_CHECKS = ["security.W021", "security.W003"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# Only where a proxy sets this header itself: otherwise any client could claim HTTPS.
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}

_local_key = LIVESTREAM_VAR / "secret_key"
LOCAL_SECRET_KEY = _local_key.read_text().strip() if _local_key.exists() else ""

refuse_to_start_on([*unreadable_variables(), *production_problems(settings=globals())])
