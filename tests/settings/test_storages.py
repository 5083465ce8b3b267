"""Where clips are kept: a folder, or the bucket that the environment names."""

from pathlib import Path

import pytest
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage

from settings import storages as found


@pytest.fixture
def bucket(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_S3_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_S3_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"BUCKET": "clips", "REGION": "eu-central-1", "PREFIX": "waiting"}.items():
        monkeypatch.setattr(found, f"QUARANTINE_{name}", value)


def built(storage):
    assert storage["BACKEND"] == "storages.backends.s3.S3Storage"
    return S3Storage(**storage["OPTIONS"])


def test_without_a_bucket_clips_lie_in_the_media_folder(tmp_path):
    storage = storages.create_storage(found.quarantine(media_root=tmp_path))
    assert Path(storage.path("clips/a.mp4")) == tmp_path / "quarantine" / "clips" / "a.mp4"


def test_a_bucket_is_private_signed_as_new_regions_want_it_and_keeps_one_of_each_name(bucket, tmp_path):
    storage = built(found.quarantine(media_root=tmp_path))
    assert (storage.bucket_name, storage.region_name, storage.location) == ("clips", "eu-central-1", "waiting")
    assert (storage.file_overwrite, storage.default_acl, storage.querystring_auth) == (True, None, True)
    assert storage.client_config.signature_version == "s3v4"
    assert storage.access_key is None  # left to what boto3 finds


def test_a_server_of_the_same_protocol_is_spoken_to_by_path(bucket, monkeypatch, tmp_path):
    monkeypatch.setattr(found, "QUARANTINE_ENDPOINT_URL", "http://127.0.0.1:9000")
    monkeypatch.setattr(found, "QUARANTINE_ACCESS_KEY", "k")
    monkeypatch.setattr(found, "QUARANTINE_SECRET_KEY", "s")
    storage = built(found.quarantine(media_root=tmp_path))
    assert (storage.endpoint_url, storage.access_key, storage.secret_key) == ("http://127.0.0.1:9000", "k", "s")
    assert storage.client_config.s3["addressing_style"] == "path"
