"""Accounts and their tags."""

import pytest
from django.db import IntegrityError

from livestream import ids, users
from livestream.models import User, UserTag

pytestmark = pytest.mark.django_db


def test_a_user_is_known_by_an_object_id():
    assert ids.is_valid(User.objects.create_user("mei").id)


def test_a_tag_is_given_once_however_often_it_is_added():
    user = User.objects.create_user("mei")
    for _ in range(2):
        users.add_tag(user_id=user.id, tag="banned:livestream:create_clip")
    assert user.tags == {"banned:livestream:create_clip"}
    assert UserTag.objects.count() == 1


def test_a_tag_is_taken_once_however_often_it_is_removed():
    user = User.objects.create_user("mei")
    users.add_tag(user_id=user.id, tag="a")
    users.add_tag(user_id=user.id, tag="b")
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
        users.add_tag(user_id=User.objects.create_user(name).id, tag=name)
    with django_assert_num_queries(2):
        read = {user.username: user.tags for user in User.objects.prefetch_related("tag_rows")}
    assert read == {"a": {"a"}, "b": {"b"}, "c": {"c"}}
