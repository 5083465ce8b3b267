"""Accounts and their tags."""

import pytest
from django.db import IntegrityError

from livestream import clock, ids, sweeps, users
from livestream.models import EventRecord, User, UserTag

pytestmark = pytest.mark.django_db


def test_a_user_is_known_by_an_object_id():
    assert ids.is_valid(User.objects.create_user("mei").id)


def test_a_tag_is_given_once_however_often_it_is_added():
    user = User.objects.create_user("mei")
    for _ in range(2):
        users.add_tag(user_id=user.id, tag="banned:livestream:create_clip", now=clock.now())
    assert user.tags == {"banned:livestream:create_clip"}
    assert UserTag.objects.count() == 1


def test_a_tag_is_taken_once_however_often_it_is_removed():
    user = User.objects.create_user("mei")
    users.add_tag(user_id=user.id, tag="a", now=clock.now())
    users.add_tag(user_id=user.id, tag="b", now=clock.now())
    for _ in range(2):
        users.remove_tag(user_id=user.id, tag="a")
    assert user.tags == {"b"}


def test_the_database_itself_refuses_a_tag_twice():
    user = User.objects.create_user("mei")
    UserTag.objects.create(user=user, tag="a")
    with pytest.raises(IntegrityError):
        UserTag.objects.create(user=user, tag="a")


def test_a_list_of_users_reads_its_tags_in_one_query(django_assert_num_queries):
    for name in "abc":
        users.add_tag(user_id=User.objects.create_user(name).id, tag=name, now=clock.now())
    with django_assert_num_queries(2):
        read = {user.username: user.tags for user in User.objects.prefetch_related("tag_rows")}
    assert read == {"a": {"a"}, "b": {"b"}, "c": {"c"}}


def events(name):
    return list(EventRecord.objects.filter(name=name).values_list("payload", flat=True))


def test_a_block_is_published_once_however_often_it_is_asked_for():
    streamer, viewer = User.objects.create_user("mei"), User.objects.create_user("lu")
    for _ in range(2):
        users.block(streamer_id=streamer.id, user_id=viewer.id, now=clock.now())
    [told] = events("user.blocked")
    assert (told["streamer_id"], told["user_id"]) == (streamer.id, viewer.id)
    users.unblock(streamer_id=streamer.id, user_id=viewer.id)
    users.block(streamer_id=streamer.id, user_id=viewer.id, now=clock.now())
    assert len(events("user.blocked")) == 2


def test_other_tags_block_nobody():
    users.add_tag(user_id=User.objects.create_user("mei").id, tag="banned:livestream:create_clip", now=clock.now())
    assert events("user.blocked") == []


def test_closing_an_account_is_published_once_and_again_after_it_was_open():
    user = User.objects.create_user("mei")
    for _ in range(2):
        users.close_account(user_id=user.id, now=clock.now())
    sweeps.closed_accounts()
    assert [told["user_id"] for told in events("account.closed")] == [user.id]
    user.refresh_from_db()
    assert (user.is_active, user.closed_at is None) == (False, False)
    users.reopen_account(user_id=user.id)
    user.refresh_from_db()
    assert (user.is_active, user.closed_at) == (True, None)
    users.close_account(user_id=user.id, now=clock.now())
    assert len(events("account.closed")) == 2


def test_the_sweep_finds_those_that_were_closed_in_the_table_and_only_them():
    closed = [User.objects.create_user(name, is_active=False) for name in "ab"]
    User.objects.create_user("open")
    for _ in range(2):
        sweeps.closed_accounts()
    assert sorted(told["user_id"] for told in events("account.closed")) == sorted(user.id for user in closed)


def test_an_account_that_is_saved_open_can_be_closed_again():
    user = User.objects.create_user("mei")
    users.close_account(user_id=user.id, now=clock.now())
    user.refresh_from_db()
    user.is_active = True
    user.save(update_fields=["is_active"])
    assert User.objects.get().closed_at is None
    User.objects.update(is_active=False)
    sweeps.closed_accounts()
    assert len(events("account.closed")) == 2


def test_an_account_that_another_program_opens_and_closes_again_has_the_consequences_again():
    users.close_account(user_id=User.objects.create_user("mei").id, now=clock.now())
    for is_active in (True, False):
        User.objects.update(is_active=is_active)
        sweeps.closed_accounts()
    assert len(events("account.closed")) == 2


@pytest.mark.parametrize("act", [users.close_account, users.reopen_account])
def test_nobody_has_no_account_to_close_or_open(act):
    given = {"now": clock.now()} if act is users.close_account else {}
    with pytest.raises(users.UserNotFound):
        act(user_id=ids.new_id(), **given)
