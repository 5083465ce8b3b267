"""Channels: what is reported and told follows from who is there, whatever happened in between."""

from __future__ import annotations

import json
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from livestream.realtime_server.channels import Channels, Member
from livestream.realtime_server.options import Limits


class Noticing:
    """Notes who is there by what is reported: nothing may come twice."""

    def __init__(self):
        self.occupied: set[str] = set()
        self.members: set[tuple[str, str]] = set()

    def channel_occupied(self, channel):
        assert channel not in self.occupied
        self.occupied.add(channel)

    def channel_vacated(self, channel):
        assert not [who for who in self.members if who[0] == channel], "members leave first"
        self.occupied.remove(channel)

    def member_added(self, channel, user_id):
        assert channel in self.occupied
        assert (channel, user_id) not in self.members
        self.members.add((channel, user_id))

    def member_removed(self, channel, user_id):
        self.members.remove((channel, user_id))

    def cache_miss(self, channel):
        raise AssertionError("a channel knows nothing of caches")


class Listener:
    """Notes the members by what it is sent, as pusher-js does."""

    def __init__(self, socket_id):
        self.socket_id = socket_id
        self.members: defaultdict[str, set[str]] = defaultdict(set)

    def send(self, message):
        said = json.loads(message)
        members, data = self.members[said["channel"]], json.loads(said["data"])
        match said["event"]:
            case "pusher_internal:subscription_succeeded":
                members.clear()
                members.update(data.get("presence", {}).get("ids", ()))
            case "pusher_internal:member_added":
                assert data["user_id"] not in members
                members.add(data["user_id"])
            case "pusher_internal:member_removed":
                members.remove(data["user_id"])


USERS = ("ann", "ben")
CHANNELS = ("presence-a", "presence-b", "private-c")
acts = st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from(CHANNELS))


@given(st.lists(acts, max_size=60))
def test_everybody_knows_who_is_there(played):
    noticing = Noticing()
    channels = Channels(observer=noticing, limits=Limits())
    listeners = [Listener(f"1.{number}") for number in range(4)]  # the first two are of one user
    there: set[tuple[str, int]] = set()
    for joins, number, name in played:
        member = Member(USERS[number // 2]) if name.startswith("presence-") else None
        if joins and (name, number) not in there:
            channels.subscribe(name, listeners[number], member=member)
            there.add((name, number))
        elif not joins:
            channels.unsubscribe(name, listeners[number])
            there.discard((name, number))
        expected = {(where, USERS[who // 2]) for where, who in there if where.startswith("presence-")}
        assert noticing.members == expected
        assert noticing.occupied == {where for where, _ in there} == {channel.name for channel in channels}
        for where, who in there:
            assert listeners[who].members[where] == {user for place, user in expected if place == where}
            counted = {number for place, number in there if place == where}
            assert channels.counts(where)["subscription_count"] == len(counted)
