"""What reaches the audience names no payer: everything it can read or hear is searched for one."""

from __future__ import annotations

import json

import pytest

from goals.models import Goal
from livestream.models import User
from notifications import channels
from notifications.models import Push
from tests.support import endings
from tests.support.clients import client_of, said
from tests.support.invitations import agree, exclusive_of, invite
from tests.support.outbox import run_due
from tests.support.people import make_user
from wallet.models import Transfer

pytestmark = pytest.mark.django_db

NAMES = ('"breakdown_names"', '"triggered_by_name"', '"exclusive_to_name"')
SECRETS = (*NAMES, '"breakdown"', '"breakdown_id"', '"payers"', '"triggered_by"', '"exclusive_to"')


def private_show_of_two(moving):
    """Let a private show run that two viewers paid for."""
    session = endings.offering_session()
    goal, _ = [invite(session, make_user(coins=1000)) for _ in range(2)]
    return endings.done(agree(goal))


def one_on_one_that_runs(moving):
    """Let a 1-on-1 run."""
    return exclusive_of(endings.one_on_one_agreed(moving))


def full_house(moving):
    """Fill a session with goals of all other types."""
    session, _ = endings.full_house(moving)
    return session.goals.first()


WORLDS = [
    full_house,
    private_show_of_two,
    one_on_one_that_runs,
    endings.show_performed,
    endings.private_declined,
    endings.one_on_one_cut_short,
]


@pytest.fixture(params=WORLDS, ids=lambda world: world.__name__)
def goal(request, moving):
    goal = request.param(moving)
    for payer_id in payers():
        User.objects.filter(pk=payer_id).update(username=name_of(payer_id))
    return goal


def payers():
    found = set(Transfer.objects.filter(kind="hold").values_list("debit_id", flat=True))
    assert found
    return found


def name_of(user_id):
    """Return a name that is in no other text."""
    return f"payer {user_id[::-1]}"


def names_of(user_ids):
    return {name_of(each) for each in user_ids}


def readable(user, goal):
    """Return the text of all that a user may read of the goal's session."""
    client, streamer = client_of(user), goal.streamer_id
    paths = ["/feed", "/sessions", f"/sessions/{goal.session_id}", "/goals", f"/goals?session={goal.session_id}"]
    paths += [f"/goals/{each}" for each in Goal.objects.values_list("id", flat=True)]
    paths += [f"/notify/channels/{name}" for name in channels.with_snapshots(streamer) if "-stream@" in name]
    paths += [f"/notify/channels/presence-stream@{streamer}"]
    answers = {path: client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.content.decode() for path, answer in answers.items()}


def found_in(texts, words):
    return [(where, word) for where, text in texts.items() for word in words if word in text]


def closed(reader, goal):
    return [said(client_of(reader).get(f"/goals/{goal.id}/{path}")) for path in ("events", "contributions")]


def test_nobody_reads_of_another_payer_but_the_streamer_and_support(goal):
    stranger, support = make_user(), make_user(is_staff=True)
    seen = readable(stranger, goal)
    assert found_in(seen, payers() | names_of(payers())) == []
    assert found_in(seen, SECRETS) == []
    for payer in User.objects.filter(pk__in=payers()):
        others = payers() - {payer.pk}
        assert found_in(readable(payer, goal), others | names_of(others)) == []
        assert closed(payer, goal) == closed(stranger, goal) == [(403, "not_your_goal")] * 2
    for reader in (goal.streamer, support):
        everything = json.dumps(readable(reader, goal))
        assert [each for each in payers() | names_of(payers()) if each not in everything] == []


def test_nobody_hears_of_another_payer_but_the_streamer(goal):
    run_due()
    everybody, to_the_audience = payers(), set(channels.audience(goal.streamer_id))
    audience_heard = False
    for push in Push.objects.all():
        heard = {f"{push.event} on {push.channels}": json.dumps(push.data)}
        if to_the_audience & set(push.channels):
            audience_heard = True
            assert found_in(heard, everybody) == []
            assert found_in(heard, SECRETS) == []
        for listener in listeners(push) - {goal.streamer_id}:
            assert found_in(heard, everybody - {listener}) == []
    assert audience_heard


def listeners(push):
    """Return whose own the channels of a push are."""
    named = [channels.parse(name) for name in push.channels]
    return {each.viewer_id or each.subject_id for each in named if each.room in (channels.USER, channels.VIEWER)}
