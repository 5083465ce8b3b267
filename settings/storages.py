"""Where files are kept: the quarantine of clips, in a folder or in an S3 bucket."""

from pathlib import Path
from typing import Any

from .environment import env

# A bucket's name puts clips there; without one they stay in the state folder. Credentials are
# those that boto3 finds (environment, profile, role of the machine), unless set here.
QUARANTINE_BUCKET = env.str("QUARANTINE_BUCKET", "")
QUARANTINE_ENDPOINT_URL = env.str("QUARANTINE_ENDPOINT_URL", "")
QUARANTINE_REGION = env.str("QUARANTINE_REGION", "")
QUARANTINE_PREFIX = env.str("QUARANTINE_PREFIX", "")
QUARANTINE_ACCESS_KEY = env.str("QUARANTINE_ACCESS_KEY", "")
QUARANTINE_SECRET_KEY = env.str("QUARANTINE_SECRET_KEY", "")

Storage = dict[str, Any]


def quarantine(*, media_root: Path) -> Storage:
    """Return the storage that clips wait in until somebody has looked at them.

    A clip is called by its asset's id, so a repeat overwrites it and never lies beside it.
    """
    if QUARANTINE_BUCKET:
        return s3(
            bucket=QUARANTINE_BUCKET,
            endpoint_url=QUARANTINE_ENDPOINT_URL or None,
            region=QUARANTINE_REGION or None,
            prefix=QUARANTINE_PREFIX or "",
            access_key=QUARANTINE_ACCESS_KEY or None,
            secret_key=QUARANTINE_SECRET_KEY or None,
        )
    return in_folder(path=media_root / "quarantine")


def in_folder(*, path: Path) -> Storage:
    """Return a storage in a folder; nothing serves it."""
    options = {"location": str(path), "allow_overwrite": True}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


def s3(
    *,
    bucket: str,
    endpoint_url: str | None = None,
    region: str | None = None,
    prefix: str = "",
    access_key: str | None = None,
    secret_key: str | None = None,
) -> Storage:
    """Return a private S3 bucket, or one of a server that speaks S3 at `endpoint_url`."""
    from botocore.config import Config

    config = Config(
        # Without it addresses are signed in a way that newer regions refuse.
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint_url else "auto"},
        # Checksums in trailers are more than some servers of the same protocol understand.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=20,
        retries={"total_max_attempts": 2, "mode": "standard"},
    )
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint_url,
        "region_name": region,
        "location": prefix,
        "client_config": config,
        "file_overwrite": True,
        "default_acl": None,
        "querystring_auth": True,
    }
    keys = {"access_key": access_key, "secret_key": secret_key} if access_key else {}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | keys}
