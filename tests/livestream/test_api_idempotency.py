"""A money-moving POST that is repeated is answered, and not done, again."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from livestream import clock, idempotency, ids
from livestream.api.idempotency import fingerprint
from livestream.idempotency import Answer, Claim, KeyedRequest, KeyInUse
from livestream.models import IdempotencyRecord, User

pytestmark = [pytest.mark.urls("tests.livestream.api_site"), pytest.mark.django_db]

KEY = "a-key"


def pay(client, *, key=KEY, path="/pay", **body):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(path, body, **headers)


def question(user, *, body, path="/pay", key=KEY):
    return KeyedRequest(user.pk, path, key, fingerprint(body))


def test_a_repeat_gets_the_first_answer_and_does_nothing(api, user):
    first, second = pay(api, note="a"), pay(api, note="a")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content == b'{"z":1,"a":["a",1]}'
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"


def test_an_answer_without_a_body_is_repeated_as_well(api):
    first, second = pay(api, note="a", silent=True), pay(api, note="a", silent=True)
    assert (first.status_code, second.status_code) == (204, 204)
    assert second.content == b""
    assert second["Idempotency-Replayed"] == "true"


def test_the_order_of_members_makes_no_other_body(api):
    pay(api, note="a", crash=False)
    response = api.post("/pay", {"crash": False, "note": "a"}, HTTP_IDEMPOTENCY_KEY=KEY)
    assert response["Idempotency-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(api, user):
    pay(api, note="a")
    response = pay(api, note="b")
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert user.tags == {"paid:pay:a"}


@pytest.mark.parametrize("body", [{"note": 1}, {"note": "1"}, {"note": True}, {"note": None}])
def test_bodies_that_only_look_alike_differ(body):
    others = [{"note": 1.5}, {"note": [1]}, {}, {"note": "1", "x": None}]
    assert fingerprint(body) not in {fingerprint(other) for other in others}
    assert len({fingerprint({"note": value}) for value in (1, "1", True, None)}) == 4


def test_keys_are_of_one_user_and_one_path(api, client_of, user):
    pay(api, note="a")
    tips = [pay(api, path=f"/pay/tip{n}", note="a") for n in range(6)]
    others = [pay(client_of(User.objects.create_user(f"user{n}")), note="a") for n in range(6)]
    another_key = pay(api, key="b", note="a")
    assert {response.status_code for response in (*tips, *others, another_key)} == {201}
    assert not any("Idempotency-Replayed" in response for response in (*tips, *others, another_key))
    assert user.tags == {"paid:pay:a", *(f"paid:tip{n}:a" for n in range(6))}


def test_without_a_key_nothing_is_kept(api):
    assert pay(api, key=None, note="a").status_code == 201
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "schlüssel", "tab\t", "\x7f"])
def test_a_key_that_is_not_visible_ascii_is_refused(api, user, key):
    response = pay(api, key=key, note="a")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_idempotency_key")
    assert user.tags == set()


@pytest.mark.parametrize("key", ["k", "k" * 255, '"8e03978e-40d5"', "~!@#$%^&*()"])
def test_a_key_of_visible_ascii_is_taken(api, key):
    assert pay(api, key=key, note="a").status_code == 201


@pytest.mark.parametrize(("why", "status"), [("refuse", 409), ("crash", 500), ("answer_400", 400)])
def test_a_refusal_changes_nothing_and_gives_the_key_free(api, user, why, status):
    assert pay(api, note="a", **{why: True}).status_code == status
    assert user.tags == set()
    assert not IdempotencyRecord.objects.exists()
    assert pay(api, note="b").status_code == 201


def test_a_body_that_cannot_be_read_takes_no_key(api):
    response = api.generic("POST", "/pay", b"{", "application/json", HTTP_IDEMPOTENCY_KEY=KEY)
    assert response.status_code == 400
    assert not IdempotencyRecord.objects.exists()


def test_somebody_who_is_not_signed_in_takes_no_key(anonymous):
    assert pay(anonymous, note="a").status_code == 401
    assert not IdempotencyRecord.objects.exists()


def test_while_the_first_request_runs_a_repeat_is_told_to_come_back(api, user):
    with clock.frozen():
        idempotency.claim(request=question(user, body={"note": "a"}), now=clock.now())
        response = pay(api, note="a")
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_in_use")
    assert response["Retry-After"] == "15"
    assert user.tags == set()


def test_a_claim_whose_process_died_is_taken_over_after_its_lease(api, user):
    with clock.frozen() as moving:
        idempotency.claim(request=question(user, body={"note": "a"}), now=clock.now())
        moving.advance(seconds=14.9)
        assert pay(api, note="a").status_code == 409
        moving.advance(seconds=0.2)
        # The token's life is judged by the real clock, so it is still good.
        assert pay(api, note="a").status_code == 201
    assert user.tags == {"paid:pay:a"}


def test_whoever_lost_the_claim_commits_nothing(user):
    asked = question(user, body={})
    slow = idempotency.claim(request=asked, now=clock.now())
    quick = idempotency.claim(request=asked, now=clock.now() + idempotency.LEASE)
    with pytest.raises(KeyInUse):
        idempotency.complete(claim=slow, answer=Answer(201, "{}"))
    idempotency.release(claim=slow)
    idempotency.complete(claim=quick, answer=Answer(200, "[]"))
    assert idempotency.claim(request=asked, now=clock.now()) == Answer(200, "[]")


def test_an_answer_that_was_given_is_not_released(user):
    asked = question(user, body={})
    mine = idempotency.claim(request=asked, now=clock.now())
    idempotency.complete(claim=mine, answer=Answer(200, ""))
    idempotency.release(claim=mine)
    assert isinstance(idempotency.claim(request=asked, now=clock.now()), Answer)


def test_a_key_is_kept_for_24_hours_and_then_free_for_anything(user):
    with clock.frozen() as moving:
        mine = idempotency.claim(request=question(user, body=1), now=clock.now())
        idempotency.complete(claim=mine, answer=Answer(200, ""))
        moving.advance(seconds=24 * 3600 - 1)
        assert isinstance(idempotency.claim(request=question(user, body=1), now=clock.now()), Answer)
        moving.advance(seconds=1)
        again = idempotency.claim(request=question(user, body=2), now=clock.now())
        assert isinstance(again, Claim)
        idempotency.complete(claim=again, answer=Answer(201, ""))
        assert idempotency.claim(request=question(user, body=2), now=clock.now()) == Answer(201, "")


def test_the_purge_forgets_what_is_older_than_24_hours_and_nothing_else(user):
    now = clock.now()
    for age in (0, 23, 24, 25):
        asked = question(user, body={}, key=str(age))
        idempotency.claim(request=asked, now=now - timedelta(hours=age))
    assert idempotency.purge(now=now) == 2
    assert set(IdempotencyRecord.objects.values_list("key", flat=True)) == {"0", "23"}


def test_the_relay_purges_once_a_minute():
    from livestream.outbox import sweeping
    from livestream.sweeps import purge_idempotency_records

    user = User.objects.create_user(ids.new_id())
    old = clock.now() - timedelta(days=2)
    idempotency.claim(request=question(user, body={}), now=old)
    purge_idempotency_records()
    assert not IdempotencyRecord.objects.exists()
    rhythms = [each.every for each in sweeping._sweeps if each.function is purge_idempotency_records]
    assert rhythms == [60]


@pytest.mark.django_db(transaction=True)
def test_of_many_repeats_at_the_same_moment_one_works(client_of):
    user = User.objects.create_user("mei")
    barrier = threading.Barrier(8)
    answers = []

    def repeat():
        client = client_of(user)
        barrier.wait()
        answers.append(pay(client, note="a"))
        connections.close_all()

    threads = [threading.Thread(target=repeat) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worked = [a for a in answers if a.status_code == 201 and "Idempotency-Replayed" not in a]
    assert len(worked) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert user.tags == {"paid:pay:a"}
    assert pay(client_of(user), note="a").content == worked[0].content
