"""The quarantine in a bucket: a real S3 protocol over real HTTP, served by moto."""

import boto3
import pytest
import requests
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from settings import storages as settings_of_storages
from tests.sessions_app.clips import draft, over_at_completion, wait_and_cut
from tests.support.broadcast import duration_of

pytestmark = pytest.mark.django_db

BUCKET = "quarantine-of-clips"


@pytest.fixture(scope="module")
def s3_address():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_address, settings):
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "eu-central-1"}
    found = boto3.resource("s3", endpoint_url=s3_address, **keys).Bucket(BUCKET)
    use_bucket(settings, s3_address)
    yield found
    if found.creation_date:
        found.objects.all().delete()
        found.delete()


def use_bucket(settings, address):
    quarantine = settings_of_storages.s3(
        bucket=BUCKET,
        endpoint_url=address,
        region="eu-central-1",
        prefix="waiting",
        access_key="k",
        secret_key="s",
    )
    settings.STORAGES = settings.STORAGES | {"quarantine": quarantine}


def test_a_clip_lies_in_the_bucket_and_its_address_is_signed(session, at_eight, edge, bucket):
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post) is None
    [kept] = bucket.objects.all()
    assert (kept.key, kept.size) == (f"waiting/clips/{post.asset_id}.mp4", post.asset.size)
    assert kept.Object().content_type == "video/mp4"
    address = storages["quarantine"].url(post.asset.storage_name)
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in address
    assert abs(duration_of(requests.get(address, timeout=60).content) - 3) < 0.15


def test_a_bucket_that_is_missing_leaves_a_draft_until_it_is_there(session, at_eight, edge, bucket):
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    assert wait_and_cut(at_eight, post).attempts == 1
    assert (post.asset.state, post.is_draft) == ("failed", True)
    assert "NoSuchBucket" in post.reason
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert wait_and_cut(at_eight, post) is None
    assert (post.asset.state, post.is_draft, post.reason) == ("ready", False, "")


def test_a_clip_stored_again_overwrites_itself(session, at_eight, edge, bucket):
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    edge.pages["page.m3u8"] = over_at_completion()
    post = draft(session, source=edge.url("page.m3u8"))
    bucket.put_object(Key=f"waiting/clips/{post.asset_id}.mp4", Body=b"half of it, from a worker that was killed")
    wait_and_cut(at_eight, post)
    assert [each.size for each in bucket.objects.all()] == [post.asset.size]
