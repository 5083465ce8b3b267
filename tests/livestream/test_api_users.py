"""The own account over HTTP, and blocking somebody."""

import pytest
from rest_framework.serializers import IntegerField

from livestream import clock, ids, users
from livestream.api import answers, profile
from livestream.models import User, UserTag
from tests.support.clients import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(db):
    return User.objects.create_user("viewer")


def test_the_profile_names_the_user_and_their_tags_in_order(api, user):
    for tag in ("b", "a"):
        users.add_tag(user_id=user.id, tag=tag, now=clock.now())
    body = api.get("/users/me").json()
    assert (body["id"], body["username"], body["tags"]) == (user.id, "mei", ["a", "b"])
    assert "password" not in body


@pytest.mark.undocumented
def test_higher_floors_add_to_the_profile(api, user, monkeypatch):
    monkeypatch.setattr(profile, "_readers", {})
    monkeypatch.setattr(profile.Profile, "_declared_above", {})
    monkeypatch.setattr(answers, "shared_serializer", lambda declared: declared())
    assert set(api.get("/users/me").json()) == {"id", "username", "name", "tags"}
    profile.register("balance", lambda who: len(who.username), IntegerField())
    assert api.get("/users/me").json()["balance"] == 3


def test_blocking_gives_the_viewer_the_tag_and_twice_is_once(api, user, viewer):
    for _ in range(2):
        response = api.put(f"/users/me/blocks/{viewer.id}")
        assert (response.status_code, response.content) == (204, b"")
    assert viewer.tags == {f"blocked-by:{user.id}"}
    assert user.tags == set()


def test_unblocking_takes_this_streamers_tag_alone_and_twice_is_once(api, user, viewer):
    other = ids.new_id()
    users.add_tag(user_id=viewer.id, tag=users.blocked_by_tag(streamer_id=other), now=clock.now())
    api.put(f"/users/me/blocks/{viewer.id}")
    for _ in range(2):
        assert api.delete(f"/users/me/blocks/{viewer.id}").status_code == 204
    assert viewer.tags == {f"blocked-by:{other}"}


def test_blocking_nobody_is_404_and_oneself_422(api, user):
    nobody = api.put(f"/users/me/blocks/{ids.new_id()}")
    oneself = api.put(f"/users/me/blocks/{user.id}")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "user_not_found")
    assert (oneself.status_code, oneself.json()["code"]) == (422, "cannot_block_yourself")
    assert user.tags == set()


@pytest.mark.parametrize("method", ["put", "delete"])
def test_only_who_is_signed_in_blocks(anonymous, viewer, method):
    assert getattr(anonymous, method)(f"/users/me/blocks/{viewer.id}").status_code == 401
    assert viewer.tags == set()


def test_everybody_reads_the_public_name_of_a_user_and_nothing_else(client_of, user, viewer):
    assert client_of(viewer).get(f"/users/{user.id}").json() == {"id": user.id, "name": "mei"}


def test_the_name_of_nobody_is_404_and_that_of_a_closed_account_stays(api, viewer):
    assert said(api.get(f"/users/{ids.new_id()}")) == (404, "user_not_found")
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    assert api.get(f"/users/{viewer.id}").json()["name"] == "viewer"
    assert said(api.get(f"/users/{viewer.id}?x=1")) == (400, "unknown_parameter")


def test_nobody_reads_names_without_signing_in(anonymous, user):
    for path in (f"/users/{user.id}", "/users/me/blocks"):
        assert said(anonymous.get(path)) == (401, "not_authenticated")


def test_a_streamer_lists_whom_they_block_the_latest_first_page_by_page(api, user, viewer):
    viewers = [viewer, *(User.objects.create_user(f"viewer-{number}") for number in range(2))]
    with clock.frozen() as moving:
        began = clock.to_epoch(clock.now())
        for each in viewers:
            api.put(f"/users/me/blocks/{each.id}")
            moving.advance(seconds=10)
    UserTag.objects.filter(user=viewer).update(added_at=None)
    users.block(streamer_id=viewer.id, user_id=user.id, now=clock.now())
    first = api.get("/users/me/blocks?page_size=2").json()
    last = api.get("/users/me/blocks" + first["next"]).json()
    assert first["results"] == [
        {"user_id": viewers[2].id, "name": "viewer-1", "since": began + 20},
        {"user_id": viewers[1].id, "name": "viewer-0", "since": began + 10},
    ]
    assert (last["results"], last["next"]) == ([{"user_id": viewer.id, "name": "viewer", "since": None}], None)
    api.delete(f"/users/me/blocks/{viewer.id}")
    assert len(api.get("/users/me/blocks").json()["results"]) == 2
