"""Nobody acts for another: who may write what (spec section 10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from livestream import clock
from tests.goals.bodies import funding_body, show_body
from tests.goals.snapshot import assert_refused, everything
from tests.goals.stories import sold_out
from tests.support import desk
from tests.support.people import give_coins, make_funding, make_session, make_show, make_user

pytestmark = pytest.mark.django_db

ALL = {"viewer", "other streamer", "support"}

# call → who is refused besides those who are not signed in, and with which code
WRITES = {
    "POST /sessions/{session}/start": (ALL, "not_your_session"),
    "PATCH /sessions/{session}": (ALL, "not_your_session"),
    "DELETE /sessions/{session}": (ALL, "not_your_session"),
    "POST /goals?type=funding": (ALL, "not_your_session"),
    "POST /goals?type=show": (ALL, "not_your_session"),
    "DELETE /goals/{sale}": (ALL, "not_your_goal"),
    "DELETE /goals/{show}": (ALL, "not_your_goal"),
    "POST /goals/{sale}/contributions": ({"streamer"}, "own_goal"),
    "POST /wallet/deposits": ({"streamer", "viewer", "other streamer"}, "permission_denied"),
    "POST /sessions": (set(), ""),
    "PUT /users/me/blocks/{viewer}": (set(), ""),
    "DELETE /users/me/blocks/{viewer}": (set(), ""),
    "POST /notify/pusher/auth": ({"viewer", "other streamer", "support"}, "channel_not_allowed"),
}


class World:
    """A session with a sale, a sold-out sale and a scheduled show; and somebody of each kind."""

    def __init__(self):
        self.session = make_session(live=False)
        self.sale, self.sold = make_funding(self.session), sold_out(self.session)
        self.show = make_show(sold_out(self.session), nbf=clock.now() + timedelta(seconds=60))
        self.people = {
            "streamer": self.session.streamer,
            "viewer": make_user(),
            "other streamer": make_session().streamer,
            "support": desk.staff("support-lead"),
        }
        for user in self.people.values():
            give_coins(user, 1000)

    def call(self, client, name):
        verb, path = name.split(" ")
        viewer = self.people["viewer"].pk
        ids = {"session": self.session.id, "sale": self.sale.id, "show": self.show.id, "viewer": viewer}
        return getattr(client, verb.lower())(path.format(**ids), self.bodies().get(name, {}))

    def bodies(self):
        return {
            "POST /goals?type=funding": funding_body(self.session),
            "POST /goals?type=show": show_body(self.sold),
            "PATCH /sessions/{session}": {"title": "Mine"},
            "POST /goals/{sale}/contributions": {"quantity": 1},
            "POST /wallet/deposits": {"user_id": self.people["viewer"].pk, "amount": 1, "transfer_id": "a"},
            "POST /notify/pusher/auth": {
                "socket_id": "1.1",
                "channel_name": f"private-user@{self.session.streamer_id}",
            },
        }


@pytest.fixture
def world(moving):
    return World()


@pytest.mark.parametrize("name", WRITES)
def test_nobody_writes_without_a_token(world, client_of, name):
    before = everything()
    assert_refused(world.call(client_of(), name), 401, "not_authenticated")
    assert everything() == before


@pytest.mark.parametrize("name", [name for name, (refused, _) in WRITES.items() if refused])
def test_who_may_not_is_refused_and_changes_nothing(world, client_of, name):
    refused, code = WRITES[name]
    before = everything()
    for who in sorted(refused):
        assert_refused(world.call(client_of(world.people[who]), name), 403, code)
    assert everything() == before


@pytest.mark.parametrize("name", WRITES)
def test_who_may_can(world, client_of, name):
    refused, _ = WRITES[name]
    allowed = next(user for who, user in world.people.items() if who not in refused)
    if name == "POST /sessions":
        allowed = world.people["viewer"]
    if name == "POST /goals?type=show":  # there is one stage, and the scheduled show has it
        client_of(allowed).delete(f"/goals/{world.show.id}")
    assert world.call(client_of(allowed), name).status_code in {200, 201, 204}


def test_a_show_is_not_made_of_somebody_else_s_sale_in_one_s_own_session(world, client_of):
    thief = make_session()
    body = show_body(world.sold)
    body["context"]["session_id"] = thief.id
    before = everything()
    assert_refused(client_of(thief.streamer).post("/goals?type=show", body), 403, "not_your_goal")
    assert everything() == before
