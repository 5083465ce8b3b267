"""Queries that are compiled once: their rows are those of the querysets that they come from."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Model, Value
from django.db.models.functions import Concat
from rest_framework.test import APIClient

from goals import selectors
from goals.models import Goal
from livestream import cached_views
from livestream.models import EventRecord, SignIn, User, UserTag
from livestream.storage.compiled import CompiledQuery
from livestream.storage.conflicts import retried
from sessions_app.models import Session
from tests.support import endings
from tests.support.people import make_user
from wallet.models import Escrow

UNKNOWN = "f" * 24


def contents_of(row, *, within=()):
    """Return all that a row says: of an object its columns, its annotations, and the objects that came with it."""
    if not isinstance(row, Model):
        return row
    if row in within:  # a session knows its streamer's session
        return row.pk
    related = {name: contents_of(each, within=(*within, row)) for name, each in row._state.fields_cache.items()}
    return {name: value for name, value in vars(row).items() if name != "_state"} | {"related": related}


def values_of_everything():
    """Return values for each parameter that a query of the service has, by name."""
    users = [*User.objects.values_list("pk", flat=True), UNKNOWN]
    goals = [*Goal.objects.values_list("pk", flat=True), UNKNOWN]
    sign_ins = list(SignIn.objects.values_list("pk", flat=True))
    return {
        "goal_id": goals,
        "goal_ids": [json.dumps(goals), json.dumps(goals[1:2]), "[]"],
        "session_id": [*Session.objects.values_list("pk", flat=True), UNKNOWN],
        "position": [str(each) for each in EventRecord.objects.values_list("pk", flat=True)],
        "user_id": users,
        "user_ids": [json.dumps(users), "[]"],
        "payer_id": users,
        "streamer_id": users,
        "sign_in_id": [*sign_ins, UNKNOWN],
        "sign_in_ids": [json.dumps(sign_ins), "[]"],
        "escrow_id": [*Escrow.objects.values_list("pk", flat=True), "none"],
        "tag": [*UserTag.objects.values_list("tag", flat=True), "none"],
        "view": [cached_views.channels_of(user_id) for user_id in users],
    }


@pytest.mark.django_db
def test_each_query_of_the_service_reads_what_its_queryset_reads(moving):
    session, viewers = endings.full_house(moving)
    client = APIClient()
    viewers[0].set_password("secret")
    viewers[0].save()
    client.post("/auth/token", {"username": viewers[0].username, "password": "secret"})
    UserTag.objects.create(user=viewers[0], tag="blocked-by:100%")
    client.force_authenticate(viewers[1])
    for path in ("/feed", f"/sessions/{session.id}", "/wallet", "/users/me"):  # which make some of the queries
        assert client.get(path).status_code == 200
    pools, found = values_of_everything(), {}
    for query in CompiledQuery.made:
        for values in itertools.product(*(pools[name] for name in query.names)):
            given = dict(zip(query.names, values, strict=True))
            rows = [contents_of(row) for row in query.all(**given)]
            assert rows == [contents_of(row) for row in query.queryset(**given)], given
            found[query] = found.get(query, 0) + len(rows)
    assert len(found) >= 12
    assert [query for query, rows in found.items() if not rows] == []


@pytest.mark.django_db
def test_what_is_fixed_in_a_query_may_contain_any_character(db):
    user = make_user()
    text = '100% of it\'s \\ "%s" {0}'
    query = CompiledQuery(
        lambda user_id: User.objects.filter(pk=user_id).values_list(Concat(Value(text), "username"), flat=True)
    )
    for _ in range(7):  # PostgreSQL keeps a plan after some calls
        assert query.all(user_id=user.pk) == [text + user.username]
    assert query.all(user_id="' OR 1=1 --") == []


@pytest.mark.django_db
def test_it_sees_the_changes_of_its_own_transaction():
    user = make_user()
    query = CompiledQuery(lambda user_id: User.objects.filter(pk=user_id))
    assert query.first(user_id=user.pk) == user
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(username="another")
        assert query.first(user_id=user.pk).username == "another"
        transaction.set_rollback(True)
    assert query.first(user_id=user.pk).username == user.username


@pytest.mark.django_db
def test_in_a_transaction_that_has_failed_it_fails_as_any_query():
    query = CompiledQuery(lambda user_id: User.objects.filter(pk=user_id))
    with transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM there_is_no_such_table")
        with pytest.raises(transaction.TransactionManagementError):
            query.all(user_id=UNKNOWN)
        transaction.set_rollback(True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_that_locks_rows_needs_a_transaction():
    user = make_user()
    query = CompiledQuery(lambda user_id: User.objects.select_for_update().filter(pk=user_id))
    with transaction.atomic():
        assert query.first(user_id=user.pk) == user
    with pytest.raises(transaction.TransactionManagementError):
        query.first(user_id=user.pk)


@pytest.mark.django_db(transaction=True)
def test_many_threads_may_compile_it_at_the_same_moment():
    users = [make_user() for _ in range(8)]
    query = CompiledQuery(lambda user_id: User.objects.filter(pk=user_id).values_list("username", flat=True))

    def read(user):
        try:
            return [query.all(user_id=user.pk) for _ in range(20)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, users)) == [[[user.username]] * 20 for user in users]


@pytest.mark.django_db
def test_a_goal_is_read_by_one_statement(moving, django_assert_num_queries):
    goal = endings.make_karaoke(endings.offering_session())
    selectors.get_goal(goal.id)
    with django_assert_num_queries(1):
        assert selectors.get_goal(goal.id) == goal


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_migration_may_change_the_type_of_a_column():
    """PostgreSQL refuses a statement that was prepared before: its result would be another one."""
    user = make_user()
    query = CompiledQuery(lambda user_id: User.objects.filter(pk=user_id).values_list("username", flat=True))
    for _ in range(3):
        query.all(user_id=user.pk)

    def set_length(length):
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(
                _in_another_connection, f"ALTER TABLE livestream_user ALTER username TYPE {length}"
            ).result()

    try:
        set_length("varchar(200)")
        assert query.all(user_id=user.pk) == [user.username]
        set_length("varchar(210)")
        with pytest.raises(OperationalError), transaction.atomic():
            query.all(user_id=user.pk)
        assert query.all(user_id=user.pk) == [user.username]
        set_length("varchar(220)")
        assert retried(in_a_transaction)(lambda: query.all(user_id=user.pk)) == [user.username]
    finally:
        set_length("varchar(150)")


def in_a_transaction(read):
    with transaction.atomic():
        return read()


def _in_another_connection(statement):
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
