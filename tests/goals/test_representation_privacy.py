"""Who may read of those who pay: analytics and strangers read of nobody."""

import json

import pytest

from goals.representation import privacy
from goals.representation.privacy import EVERYBODY, Reader
from livestream import clock
from livestream.models import User
from tests.support import endings
from tests.support.outbox import run_due


@pytest.mark.django_db
def test_analytics_count_payers_and_name_none(settings, tmp_path):
    settings.ANALYTICS_PATH = str(tmp_path / "analytics.jsonl")
    with clock.frozen() as moving:
        session, viewers = endings.full_house(moving)
        run_due()
    lines = [line for line in (tmp_path / "analytics.jsonl").read_text().splitlines() if '"event":"goal.' in line]
    told = [json.loads(line) for line in lines]
    assert {line["properties"]["metadata"]["user_id"] for line in told} == {session.streamer_id}
    steps = [line["properties"] for line in told if line["event"] == "goal.progressed"]
    assert 1 in {step.get("payer_count") for step in steps}
    assert {"trigger-private", "trigger-exclusive"} <= {line["properties"]["type"] for line in told}
    assert User.objects.filter(pk__in=[viewer.pk for viewer in viewers]).count() == 3
    assert not [line for line in lines for viewer in viewers if f'"{viewer.pk}"' in line]


STREAMER, INVITER, OTHER = "a" * 24, "b" * 24, "c" * 24
PAYLOAD = {
    "goal_id": "6" * 24,
    "amount": 60,
    "payers": {INVITER: 60},
    "breakdown_id": INVITER,
    "context": {"type": "trigger-exclusive", "exclusive_to": INVITER},
    "metadata": {"user_id": STREAMER, "triggered_by": INVITER},
}
NAMELESS = {
    "goal_id": "6" * 24,
    "context": {"type": "trigger-exclusive"},
    "metadata": {"user_id": STREAMER},
}


@pytest.mark.parametrize("reader", [Reader(STREAMER), Reader(OTHER, is_support=True)])
def test_the_streamer_and_support_read_everything(reader):
    assert privacy.without_others(PAYLOAD, reader=reader, streamer_id=STREAMER) == PAYLOAD


@pytest.mark.parametrize("reader", [EVERYBODY, Reader(OTHER)])
def test_others_read_no_name_and_no_amount(reader):
    assert privacy.without_others(PAYLOAD, reader=reader, streamer_id=STREAMER) == NAMELESS


def test_who_invited_reads_that_but_no_amount():
    seen = privacy.without_others(PAYLOAD, reader=Reader(INVITER), streamer_id=STREAMER)
    assert seen == NAMELESS | {"context": PAYLOAD["context"], "metadata": PAYLOAD["metadata"]}


def test_everybody_is_nobody_s_streamer():
    assert not EVERYBODY.reads_everything(streamer_id=None)


def test_a_document_is_not_changed_by_being_read():
    before = json.dumps(PAYLOAD)
    privacy.without_inviter(PAYLOAD, reader=EVERYBODY, streamer_id=STREAMER)
    assert json.dumps(PAYLOAD) == before
