"""Pages: each row exactly once, in order, there and back, whatever arrives meanwhile."""

import base64
import json
from itertools import chain
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from livestream import clock
from livestream.models import OutboxMessage
from livestream.storage import keyset
from livestream.storage.keyset import Cursor, InvalidCursor
from tests.support.rounds import rounds

pytestmark = [pytest.mark.urls("tests.livestream.api_site"), pytest.mark.django_db]

START = 1_800_000_000
LIST = "/messages"


def fill(moments):
    """Store one message for each moment (seconds after START) and return the ids, newest first."""
    rows = [
        OutboxMessage(actor="track", eta=at, due_at=at, created_at=at)
        for at in (clock.from_epoch(START + moment) for moment in moments)
    ]
    OutboxMessage.objects.bulk_create(rows)
    return [row.id for row in sorted(rows, key=lambda r: (r.created_at, r.id), reverse=True)]


def walk(client, url, towards="next"):
    """Follow the links and return the ids of each page."""
    pages = []
    while url:
        body = client.get(url).json()
        pages.append([row["id"] for row in body["results"]])
        url = body[towards] and LIST + body[towards]
    return pages


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("moments", [range(7), [0] * 7, [0, 0, 0, 1, 1, 2, 2]])
def test_the_pages_hold_every_row_once_also_where_moments_are_shared(anonymous, moments):
    expected = fill(moments)
    pages = walk(anonymous, "/messages?page_size=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert list(chain(*pages)) == expected


def test_the_way_back_shows_the_same_pages(anonymous):
    expected = fill([0, 0, 0, 1, 1, 2, 2])
    url = "/messages?page_size=3"
    while url:
        last, following = url, anonymous.get(url).json()["next"]
        url = following and LIST + following
    assert walk(anonymous, last, "previous") == [expected[6:], expected[3:6], expected[:3]]


def test_who_went_back_can_go_on_again(anonymous):
    expected = fill(range(5))
    second = anonymous.get(LIST + anonymous.get("/messages?page_size=2").json()["next"]).json()
    first = anonymous.get(LIST + second["previous"]).json()
    assert [row["id"] for row in first["results"]] == expected[:2]
    assert walk(anonymous, LIST + first["next"]) == [expected[2:4], expected[4:]]


def test_a_row_that_arrives_meanwhile_moves_nothing(anonymous):
    expected = fill(range(4))
    first = anonymous.get("/messages?page_size=2").json()
    fill([99])
    second = anonymous.get(LIST + first["next"]).json()
    assert [row["id"] for row in second["results"]] == expected[2:]
    assert second["next"] is None


def test_the_first_page_has_nothing_before_it_and_a_full_last_one_nothing_behind(anonymous):
    fill(range(4))
    first = anonymous.get("/messages?page_size=2").json()
    last = anonymous.get(LIST + first["next"]).json()
    assert first["previous"] is None
    assert last["next"] is None
    assert set(first) == {"next", "previous", "has_more", "results"}
    assert [page["has_more"] for page in (first, last)] == [True, False]


def test_an_empty_list_is_an_empty_page(anonymous):
    assert anonymous.get("/messages").json() == {
        "next": None,
        "previous": None,
        "has_more": False,
        "results": [],
    }


@pytest.mark.parametrize("prefix", ["", "/api", "/live/v1"])
def test_links_lead_on_below_any_prefix_of_a_proxy(anonymous, prefix):
    fill(range(3))

    def read(address):
        """Answer like a proxy that strips its prefix."""
        return anonymous.get(urlsplit(address)._replace(scheme="", netloc="").geturl().removeprefix(prefix)).json()

    address = f"https://proxy.example{prefix}/messages?page_size=2"
    following = urljoin(address, read(address)["next"])
    assert urlsplit(following).path == f"{prefix}/messages"
    assert len(read(following)["results"]) == 1
    assert read(urljoin(following, read(following)["previous"])) == read(address)


def test_links_keep_the_filters(anonymous):
    fill(range(3))
    link = anonymous.get("/messages?page_size=2&actor=track").json()["next"]
    assert "actor=track" in link
    assert "page_size=2" in link


def test_a_page_without_a_size_has_twenty_rows(anonymous):
    fill(range(21))
    assert len(anonymous.get("/messages").json()["results"]) == 20


@pytest.mark.parametrize("size", ["0", "101", "-1", "abc", "", "1.5", "1e2", "٣", "9" * 5000, " 5"])
def test_a_size_that_is_not_1_to_100_is_refused(anonymous, size):
    response = anonymous.get("/messages", {"page_size": size})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_page_size")


def test_both_bounds_of_the_size_are_served(anonymous):
    fill(range(101))
    sizes = [len(anonymous.get(f"/messages?page_size={n}").json()["results"]) for n in (1, 100)]
    assert sizes == [1, 100]


ID = "68143584d6945d32e732cc21"
MOMENT = "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!",
        "ü",
        encoded({}),
        encoded([]),
        encoded(1),
        encoded([False]),
        encoded([0, MOMENT, ID]),
        encoded([False, MOMENT]),
        encoded([False, MOMENT, ID, ID]),
        encoded([False, "yesterday", ID]),
        encoded([False, "2026-99-01T00:00:00", ID]),
        encoded([False, "9" * 300, ID]),
        encoded([False, MOMENT, ID + "00"]),
        encoded([False, "0001-01-01T00:00:00+23:59", ID]),
        encoded([False, "0001-01-01T00:00:00", ID]),
        encoded([False, "9999-12-31T23:59:59-23:59", ID]),
        encoded([False, MOMENT, "a\0"]),
        encoded([False, MOMENT, "\ud800"]),
        encoded([False, MOMENT, 5]),
        encoded([False, None, None]),
        "W" * 100_000,
        base64.urlsafe_b64encode(b"[" * 300).decode(),
    ],
    ids=range(24),
)
def test_a_cursor_that_no_list_gave_out_is_refused(anonymous, cursor):
    response = anonymous.get("/messages", {"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


@given(
    st.booleans(),
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=24), min_size=1, max_size=3
    ),
)
def test_a_cursor_is_read_as_it_was_written(backwards, values):
    cursor = Cursor(backwards, tuple(values))
    assert keyset.decode(keyset.encode(cursor)) == cursor


@given(st.text(max_size=60))
@example("W10")
def test_no_text_makes_reading_a_cursor_fail_in_another_way_than_refusing(text):
    try:
        cursor = keyset.decode(text)
    except InvalidCursor:
        return
    assert isinstance(cursor, Cursor)


@given(
    moments=st.lists(st.integers(0, 3), max_size=12),
    size=st.integers(1, 5),
)
@settings(max_examples=rounds(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_list_is_walked_completely_in_pages_of_any_size(anonymous, moments, size):
    OutboxMessage.objects.all().delete()
    expected = fill(moments)
    pages = walk(anonymous, f"/messages?page_size={size}")
    assert list(chain(*pages)) == expected
    assert all(len(page) == size for page in pages[:-1])
