"""Who counts hears of every step of a goal, and of nobody who paid for it."""

import json

import pytest

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
