"""What higher floors put into a session's representation."""

import pytest

from livestream.models import EventRecord, User
from sessions_app import embedded
from sessions_app.models import Session
from sessions_app.representation import session_for
from sessions_app.serializers import SessionSerializer
from sessions_app.services import opening

EMPTY = {
    "show_goal_pairs": [],
    "trigger_private_goals": [],
    "exclusive_goal_pairs": {},
    "karaoke_goal": None,
}


def pair_of(goal_id):
    return {"funding_goal": goal_id, "show_goal": None, "funding_ended": None, "show_ended": None}


@pytest.fixture
def alone(monkeypatch):
    """Nobody has registered anything yet."""
    monkeypatch.setattr(embedded, "_members", {})


def test_a_session_embeds_nothing_where_no_floor_gives_anything(alone):
    assert embedded.read_all(Session()) == EMPTY


def test_a_default_is_never_shared(alone):
    embedded.read("show_goal_pairs", Session()).append({})
    assert embedded.read("show_goal_pairs", Session()) == []


@pytest.mark.django_db
def test_a_registered_reader_gives_the_member(alone, now):
    levels = [{"title": "Songs", "target": 9}]
    karaoke = {"goal": "6" * 24, "version": 3, "progress": 0, "level": 0, "levels": levels, "ended": None}
    embedded.register("karaoke_goal", lambda session, viewer: karaoke)
    shown = SessionSerializer(session_for(Session(title="Songs", streamer=User(), created_at=now), viewer=None)).data
    assert shown["karaoke_goal"] == karaoke
    assert shown["show_goal_pairs"] == []


@pytest.mark.django_db
def test_what_is_not_declared_of_a_member_is_not_answered(alone, now):
    pair = pair_of("6" * 24)
    embedded.register("show_goal_pairs", lambda session, viewer: [pair | {"payer": "mei"}])
    document = session_for(Session(streamer=User(), created_at=now), viewer=None)
    assert "payer" in document["show_goal_pairs"][0]
    assert SessionSerializer(document).data["show_goal_pairs"] == [pair]


def test_only_members_of_the_specification_can_be_registered(alone):
    with pytest.raises(KeyError):
        embedded.register("lottery", lambda session, viewer: None)


def test_a_registered_reader_can_be_taken_away(alone):
    embedded.register("karaoke_goal", lambda session, viewer: {})
    embedded.unregister("karaoke_goal")
    assert embedded.read_all(Session()) == EMPTY


@pytest.mark.django_db
def test_events_carry_the_pairs_of_the_session(alone, session, now):
    embedded.register("show_goal_pairs", lambda each, viewer: [{"of": each.id}])
    opening.start_session(session_id=session.id, caller_id=session.streamer_id, now=now)
    record = EventRecord.objects.get(name="session.started")
    assert record.payload["show_goal_pairs"] == [{"of": session.id}]


@pytest.mark.django_db
def test_what_a_reader_needs_is_fetched_once_for_a_whole_list(
    alone, api, stranger, session, now, django_assert_num_queries
):
    embedded.register(
        "show_goal_pairs",
        lambda each, _: [pair_of(source.id) for source in each.streamer.sources.all()],
        ["streamer__sources"],
    )
    opening.open_session(streamer_id=stranger.id, now=now)
    with django_assert_num_queries(3):  # who asks, the sessions with their streamers, and the sources
        assert len(api.get("/sessions").data["results"]) == 2
