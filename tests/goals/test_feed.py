"""GET /feed: live sessions with their current goals, as stored, whatever was replayed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.endings import EndedBecause
from goals.services import creation, lifecycle
from livestream import clock
from livestream.events import replaying
from livestream.models import EventRecord
from sessions_app import views
from sessions_app.models import FeedEntry
from sessions_app.services import ending
from tests.support import endings
from tests.support.clients import client_of, said
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy, running_show
from tests.support.stage import go_on_stage, leave_stage

pytestmark = pytest.mark.django_db


def feed(reader=None, **query):
    answer = client_of(reader or make_user()).get("/feed", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def shown(reader=None):
    """Return the feed as ids: each session with its goals."""
    return [(e["session"]["id"], [g["id"] for g in e["goals"]]) for e in feed(reader)["results"]]


def replay_everything():
    for event_id in EventRecord.objects.order_by("position").values_list("event_id", flat=True):
        replaying.replay_event(event_id=event_id)
        run_due()


def end(session):
    ending.deactivate_session(session_id=session.id, now=clock.now())


def test_a_session_is_in_the_feed_from_its_start_to_its_end(moving):
    session = make_session(live=False)
    run_due()
    assert shown() == []
    live = make_session()
    run_due()
    assert shown() == [(live.id, [])]
    end(live)
    assert shown() == []  # at once: the entry itself goes a moment later
    assert FeedEntry.objects.count() == 1
    run_due()
    assert FeedEntry.objects.count() == 0
    assert session.id not in str(feed())


def test_a_session_that_starts_while_a_page_is_made_is_not_kept_for_the_feed_without_it(moving, monkeypatch):
    other = make_session()
    run_due()
    moving.advance(seconds=1)
    read, started = views._read_first_page, []

    def start_meanwhile(limit):
        if not started:
            started.append(make_session())
            run_due()
        return read(limit)

    monkeypatch.setattr(views, "_read_first_page", start_meanwhile)
    etag, first = etag_and_feed()
    assert [entry["session"]["id"] for entry in first] == [started[0].id, other.id]
    end(started[0])
    run_due()
    _, second = etag_and_feed(HTTP_IF_NONE_MATCH=etag)
    assert [entry["session"]["id"] for entry in second] == [other.id]


def etag_and_feed(**headers):
    answer = client_of(make_user()).get("/feed", **headers)
    assert answer.status_code == 200
    return answer["ETag"], answer.json()["results"]


def test_the_feed_has_a_new_etag_each_second_while_a_streamer_is_on_stage(moving):
    show = running_show(moving, target=60)
    moving.advance(seconds=0.3)
    go_on_stage(show)
    run_due()
    reader, etag, known, statuses = client_of(make_user()), "", None, set()
    for _ in range(30):
        answer = reader.get("/feed", HTTP_IF_NONE_MATCH=etag)
        if answer.status_code == 200:
            etag, known = answer["ETag"], answer.json()["results"]
        assert known == views._read_first_page(2)[0]  # from the database, not from a cache
        statuses.add(answer.status_code)
        moving.advance(seconds=0.21)
    assert statuses == {200, 304}


def test_the_feed_keeps_its_etag_while_nobody_is_on_stage(moving):
    show = running_show(moving, target=60)
    go_on_stage(show)
    moving.advance(seconds=5.3)
    leave_stage(show)
    run_due()
    reader = client_of(make_user())
    etag = reader.get("/feed")["ETag"]
    moving.advance(seconds=5)
    assert reader.get("/feed", HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_sessions_are_listed_page_by_page_and_the_newest_first(moving):
    made = []
    for _ in range(3):
        made.insert(0, make_session().id)
        moving.advance(seconds=1)
    run_due()
    page = feed(page_size=2)
    assert [e["session"]["id"] for e in page["results"]] == made[:2]
    rest = client_of(make_user()).get("/feed" + page["next"]).json()
    assert [e["session"]["id"] for e in rest["results"]] == made[2:]


def test_goals_are_shown_as_they_are_now_and_not_as_they_were_stored(moving):
    session = make_session()
    funding = make_funding(session, target=400)
    run_due()
    buy(funding, make_user(coins=1000))
    [entry] = feed()["results"]
    assert [(g["id"], g["progress"], g["state"]) for g in entry["goals"]] == [(funding.id, 200, "active")]
    run_due()
    lifecycle.deactivate_goal(goal_id=funding.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    assert shown() == [(session.id, [])]


def test_a_goal_of_a_later_time_appears_when_it_starts(moving):
    session = endings.offering_session()
    karaoke = creation.create_karaoke_goal(
        streamer_id=session.streamer_id,
        session_id=session.id,
        levels=[dict(song) for song in endings.SONGS],
        nbf=clock.from_epoch(clock.now().timestamp() + 60),
        now=clock.now(),
    )
    run_due()
    assert shown() == [(session.id, [])]
    moving.advance(seconds=61)
    run_due()
    assert shown() == [(session.id, [karaoke.id])]


def test_after_any_replay_the_feed_is_the_same(moving):
    over, session = make_session(), endings.offering_session()
    make_funding(over)
    karaoke, gone = endings.make_karaoke(session), make_funding(session)
    run_due()
    end(over)
    lifecycle.deactivate_goal(goal_id=gone.id, because=EndedBecause.SESSION_ENDED, now=clock.now())
    run_due()
    before = feed()["results"]
    assert shown() == [(session.id, [karaoke.id])]
    replay_everything()
    assert feed()["results"] == before
    FeedEntry.objects.all().delete()  # as if the feed had been lost
    replay_everything()
    assert feed()["results"] == before


def test_nobody_reads_in_the_feed_who_paid(moving):
    session, viewers = endings.full_house(moving)
    run_due()
    [entry] = feed(session.streamer)["results"]
    assert len(entry["goals"]) == 5
    for reader in (session.streamer, viewers[0], None):
        text = str(feed(reader))
        assert not [viewer for viewer in viewers if viewer.pk in text]
        assert not [word for word in ("breakdown", "triggered_by", "exclusive_to") if word in text]


def queries_of(reader):
    client = client_of(reader)
    with CaptureQueriesContext(connection) as found:
        client.get("/feed")
    return len(found)


def test_a_longer_feed_takes_no_more_queries(moving):
    reader = make_user()
    make_funding(make_session())
    run_due()
    before = queries_of(reader)
    for _ in range(3):
        session = make_session()
        make_funding(session)
        make_funding(session)
    run_due()
    assert queries_of(reader) == before <= 7  # two of them see whether anything has changed meanwhile
    assert queries_of(reader) <= 3  # who asks, and whether anything changed


@pytest.mark.parametrize(
    ("query", "code"),
    [("colour=red", "unknown_parameter"), ("page_size=0", "invalid_page_size"), ("cursor=x", "invalid_cursor")],
)
def test_bad_parameters_are_told(query, code):
    assert said(client_of(make_user()).get(f"/feed?{query}")) == (400, code)


def test_the_feed_wants_somebody_signed_in_as_the_list_of_sessions_does():
    assert said(client_of().get("/feed")) == said(client_of().get("/sessions")) == (401, "not_authenticated")
