"""The audit log names an act by its stable name, and reads back what it stored."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ImproperlyConfigured

from goals.admin.acts import end_goals
from livestream import clock
from livestream.desk import audit
from livestream.desk.actions import confirmed_action
from livestream.desk.audit import Act
from tests.support.people import make_user

pytestmark = pytest.mark.django_db

ACTS = [
    Act("goal.end", {}, "Fraud"),
    Act("escrow.refund", {}, "goal.end: not this one"),
    Act("escrow.refund", {}, ' {"streamer": "mei"}: no answer'),
    Act("user.block", {"streamer": "mei"}, "Insults: many"),
    Act("user.block", {"streamer": '"}: goal.end: {', "note": "[1] é"}, '{"reason": 1}'),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_is_written_is_read_back(act):
    staff, row = make_user(is_staff=True), make_user()
    with clock.frozen() as moving:
        at = moving.advance(seconds=3600)  # the time of the one clock, and not of the machine
        audit.write(user_id=staff.pk, rows=[row], act=act, now=clock.now())
    entry = LogEntry.objects.get()
    assert audit.read(entry=entry) == act
    assert entry.action_time == at
    assert (entry.user_id, entry.object_id, entry.action_flag) == (staff.pk, row.pk, CHANGE)


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("End: Fraud", "End: Fraud"),
        ("Block for a streamer mei: Insults", "Block for a streamer mei: Insults"),
        ("goal.end", "goal.end"),
        ("see livestream.example: it is down", "see livestream.example: it is down"),
        ('user.block {"streamer": : Insults', 'user.block {"streamer": : Insults'),
        ('[{"changed": {"fields": ["Title"]}}]', "Changed Title."),
        ("", ""),
    ],
)
def test_an_entry_of_another_origin_is_read_as_plain_text(stored, text):
    act = audit.read(entry=LogEntry(change_message=stored, action_flag=CHANGE))
    assert act == Act("", {}, text)
    assert str(act) == text


def test_the_entries_of_one_act_are_found_by_its_name_and_its_rows():
    staff, one, other = make_user(is_staff=True), make_user(), make_user()
    for act in (Act("user.block", {"streamer": "mei"}, "a"), Act("user.block", {}, "b"), Act("user.blocks", {}, "c")):
        audit.write(user_id=staff.pk, rows=[one, other], act=act, now=clock.now())
    found = LogEntry.objects.filter(audit.entries_of(name="user.block", model="livestream.user", pks=[one.pk]))
    assert [audit.read(entry=entry).reason for entry in found.order_by("pk")] == ["a", "b"]
    assert {entry.object_id for entry in found} == {one.pk}


def declare(name: str) -> None:
    confirmed_action(name=name, description="Any", permission="goals.end_goal")


def test_two_acts_cannot_have_one_name():
    assert end_goals.__name__ == "end_goals"  # declared where it is imported from
    with pytest.raises(ImproperlyConfigured, match=r"two acts with the name goal\.end"):
        declare("goal.end")


@pytest.mark.parametrize("name", ["end", "Goal.end", "goal.end.now", "goal end", "goal.end ", ""])
def test_a_name_that_could_not_be_read_back_is_refused(name):
    with pytest.raises(ImproperlyConfigured, match="not the name of an act"):
        declare(name)
