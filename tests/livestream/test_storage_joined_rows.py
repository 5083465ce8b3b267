"""Rows and values as one text: it changes with each of them, and only then."""

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat

from livestream.models import User
from livestream.storage.joined_rows import Joined, RowsAsText
from tests.support.people import make_user

pytestmark = pytest.mark.django_db

USERNAMES = ["plain", "with,comma", 'with"quote', "with (brackets)", "with\\backslash", "", "NULL", "plain "]


def text_of(rows):
    """Return the text of these rows, read as a column of another query."""
    (text,) = User.objects.annotate(text=RowsAsText(rows)).values_list("text", flat=True)[:1]
    return text


def names(*users):
    return User.objects.filter(pk__in=[user.pk for user in users]).order_by("pk").values_list("pk", "username")


def test_the_text_of_rows_changes_with_each_row_and_only_then():
    user, other = make_user(), make_user()
    texts = []
    for username in USERNAMES:
        User.objects.filter(pk=user.pk).update(username=username)
        texts.append(text_of(names(user, other)))
        assert text_of(names(user, other)) == texts[-1]
    assert len(set(texts)) == len(USERNAMES)
    assert len({*texts, text_of(names(other)), text_of(names(user, other).reverse())}) == len(USERNAMES) + 2
    assert text_of(names()) is None


def test_values_that_contain_separators_give_different_texts():
    user = make_user()
    found = set()
    for first, second in (("a,b", "c"), ("a", "b,c"), ("a,b,c", ""), ("", "a,b,c"), ("a", "b"), ("a b", "")):
        User.objects.filter(pk=user.pk).update(username=first, password=second)
        found.add(text_of(User.objects.filter(pk=user.pk).values_list("username", "password")))
    assert len(found) == 6


def test_an_aggregate_query_without_rows_still_returns_the_text_of_other_rows():
    user = make_user()
    nobody = User.objects.filter(pk="f" * 24).order_by().annotate(all=Value(1)).values("all")
    [row] = nobody.annotate(text=RowsAsText(names(user)), joined=Joined("username")).values_list("text", "joined")
    assert row == (text_of(names(user)), None)


def test_joined_leaves_out_duplicates():
    users = [User.objects.create(username=name) for name in ("c", "a", "b")]
    chosen = User.objects.filter(pk__in=[user.pk for user in users]).order_by()
    found = chosen.aggregate(all=Joined("username"))["all"].split(",")
    assert (found if connection.vendor == "postgresql" else sorted(found)) == ["a", "b", "c"]
    doubled = Joined(Concat(Value("same"), Value("!")))
    assert chosen.aggregate(all=doubled)["all"] == "same!"
