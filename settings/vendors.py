"""External services: Pusher, BytePlus and the analytics sink."""

from environs import validate

from .environment import env, key_pairs

PUSHER_APP_ID = env.str("PUSHER_APP_ID", "")
PUSHER_KEY = env.str("PUSHER_KEY", "")
PUSHER_SECRET = env.str("PUSHER_SECRET", "")
# A self-hosted server that speaks the same protocol is reached by its host and port.
PUSHER_HOST = env.str("PUSHER_HOST", "")
PUSHER_PORT = env.int("PUSHER_PORT", None)
PUSHER_SSL = env.bool("PUSHER_SSL", True)
PUSHER_CLUSTER = env.str("PUSHER_CLUSTER", "")
# The address of that server for clients, if it differs from the one that this service uses.
PUSHER_PUBLIC_HOST = env.str("PUSHER_PUBLIC_HOST", "")
PUSHER_PUBLIC_PORT = env.int("PUSHER_PUBLIC_PORT", None)
PUSHER_PUBLIC_SSL = env.bool("PUSHER_PUBLIC_SSL", True)
# `local` keeps what it was asked to send where admin shows it; nothing leaves the machine.
PUSHER_PROVIDER = env.str("PUSHER_PROVIDER", "pusher" if PUSHER_SECRET else "local")
# Every pair is accepted, so that a token can be replaced without losing a webhook.
PUSHER_WEBHOOK_KEYS = key_pairs(text=env.str("PUSHER_WEBHOOK_KEYS", "")) or (
    ((PUSHER_KEY, PUSHER_SECRET),) if PUSHER_KEY and PUSHER_SECRET else ()
)
PUSHER_WEBHOOK_MAX_AGE = env.int("PUSHER_WEBHOOK_MAX_AGE", 15 * 60)

# Whether `serve` starts the local realtime server: only the local profile does, without credentials.
REALTIME_SERVER = False
# Seconds for which the local realtime server holds a leave back, and gathers webhooks. Pusher's are 3 and 0.25.
REALTIME_LEAVE_DELAY = env.float("REALTIME_LEAVE_DELAY", 0.0, validate=validate.Range(0, 60))
REALTIME_BATCH_DELAY = env.float("REALTIME_BATCH_DELAY", 0.0, validate=validate.Range(0, 60))

# Analytics are JSON lines in a file; with a URL they are sent there as well.
ANALYTICS_PATH = env.str("ANALYTICS_PATH", "")
ANALYTICS_URL = env.str("ANALYTICS_URL", "")

# The ffmpeg that cuts clips; without a path, the one that imageio-ffmpeg brings.
CLIP_FFMPEG = env.str("CLIP_FFMPEG", "")

# Room tokens are signed with these; without them, with a key that opens nothing.
BYTEPLUS_APP_ID = env.str("BYTEPLUS_APP_ID", "")
BYTEPLUS_APP_KEY = env.str("BYTEPLUS_APP_KEY", "")
# The account's keys sign what is asked of its OpenAPI. The package has names of its own for
# them, and a file in the home directory; neither is looked at.
BYTEPLUS_ACCESS_KEY = env.str("BYTEPLUS_ACCESS_KEY", "")
BYTEPLUS_SECRET_KEY = env.str("BYTEPLUS_SECRET_KEY", "")
BYTEPLUS_HOST = env.str("BYTEPLUS_HOST", "open.byteplusapi.com")
BYTEPLUS_REGION = env.str("BYTEPLUS_REGION", "ap-singapore-1")
BYTEPLUS_SSL = env.bool("BYTEPLUS_SSL", True)
# Seconds to connect, and again to wait for an answer.
BYTEPLUS_TIMEOUT = env.float("BYTEPLUS_TIMEOUT", 5.0)
# Where recordings go: the vendor's StorageConfig, as it is sent.
BYTEPLUS_RECORD_STORAGE = env.json("BYTEPLUS_RECORD_STORAGE", {})
# `local` keeps what it was asked to do where admin shows it; nothing leaves the machine.
RTC_PROVIDER = env.str("RTC_PROVIDER", "byteplus" if BYTEPLUS_SECRET_KEY else "local")
