"""The people of the local profile."""

import pytest
from django.core.management import CommandError, call_command

from livestream.demo import users
from livestream.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def grants(monkeypatch):
    """Note the grants that are asked for, in place of those of higher floors."""
    noted = []
    monkeypatch.setattr(users, "_grants", [])
    users.register_grant(lambda *, user_id, coins, now: noted.append((user_id, coins)))
    return noted


@pytest.fixture
def local(settings):
    settings.LOCAL_PROFILE = True


def test_outside_of_the_local_profile_nobody_is_created(settings):
    settings.LOCAL_PROFILE = False
    with pytest.raises(CommandError, match="local profile"):
        call_command("demo_users")
    assert not User.objects.exists()


def test_everybody_is_there_and_signs_in_with_the_demo_password(local, anonymous):
    call_command("demo_users")
    names = set(User.objects.values_list("username", flat=True))
    assert names == {"streamer", "support", *(f"viewer{n}" for n in range(1, 6))}
    for name in names:
        credentials = {"username": name, "password": "demo"}
        assert anonymous.post("/auth/token", credentials).status_code == 200


def test_each_viewer_and_nobody_else_is_granted_the_coins(local, grants):
    call_command("demo_users")
    viewers = User.objects.filter(username__startswith="viewer").values_list("id", flat=True)
    assert sorted(grants) == sorted((viewer, 100_000) for viewer in viewers)


def test_the_second_run_creates_nobody_and_keeps_a_changed_password(local, capsys):
    call_command("demo_users")
    streamer = User.objects.get(username="streamer")
    streamer.set_password("changed")
    streamer.save()
    before = dict(User.objects.values_list("id", "password"))
    capsys.readouterr()
    call_command("demo_users")
    assert dict(User.objects.values_list("id", "password")) == before
    assert "all there already" in capsys.readouterr().out


def test_support_sees_the_whole_admin_without_being_a_superuser(local, client):
    call_command("demo_users")
    support = User.objects.get(username="support")
    assert (support.is_staff, support.is_superuser) == (True, False)
    client.force_login(support)
    for page in ("livestream/user", "livestream/eventrecord", "livestream/outboxmessage"):
        assert client.get(f"/admin/{page}/").status_code == 200
    assert client.get("/admin/livestream/user/add/").status_code == 403


def test_the_others_do_not_see_the_admin(local, client):
    call_command("demo_users")
    client.force_login(User.objects.get(username="viewer1"))
    assert client.get("/admin/livestream/user/").status_code == 302
