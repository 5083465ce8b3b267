"""The page of old names: each name of today on it exists, and each old name that is accepted is on it."""

from __future__ import annotations

import dataclasses
import re
from importlib import import_module

import pytest
from django.apps import apps
from drf_spectacular.generators import SchemaGenerator

from goals import escrow_ids
from goals.models import Goal
from goals.services import inviting
from goals.types import GoalType, facts_of
from livestream import ids, old_names
from livestream.events import contracts, registry
from livestream.events.signals import DomainSignal
from livestream.outbox.registry import find_task, task_names
from livestream.users import blocked_by_tag
from notifications import channels
from sessions_app import rules
from settings.environment import BASE_DIR
from tests.docs import pages
from tests.support.desk import pages as admin_pages
from wallet import transfer_ids

CLASSES = {each.value: facts_of(each).class_name for each in GoalType}
TEXT = pages.OLD_NAMES.read_text()
NAME = re.compile(r"(?:(\w+) )?`([^`]+)`")
# Every name in the five flow notes that is written as one in code; operators of MongoDB are left out.
NOTES = """
BanRoomUser ExclusiveGoal ExclusiveGoalPair KaraokeGoal LIVESTREAM_CLIP_GOAL_DURATION
LIVESTREAM_SESSION_TRIGGER_PRIVATE LivestreamTriggerQuotaExceeded ObjectId ShowFundingGoal ShowGoal StartRecord
StopRecord TRIGGER_EXCLUSIVE_COOLDOWN TriggerExclusiveGoal TriggerPrivateGoal __trigger_exclusive_goal
__trigger_exclusive_goal_cooldown __trigger_exclusive_goal_ended _cls _id _show_funding activate_goal asset_id
auto_claimed_by bind_exclusive_goal_to_trigger_exclusive_goal bind_exclusive_goals_to_session
bind_karaoke_goal_to_session bind_show_goal_to_funding_goal bind_show_goals_to_session
bind_trigger_private_goal_to_session breakdown_id byteplus_rtc_info byteplus_token channel_vacated
check_funding_goal_refundable check_trigger_exclusive_goal_refundable cleanup_expired_exclusive_goal_pairs
clip_livestream_as_asset concatArrays content_type context__show_goal_id__exists create_clip create_goal
create_new_goal create_post_from_livestream create_show_goal deactivate_goal deactivate_goals_in_session
deactivate_session device_disconnect_countdown doc_id escrow_id escrow_out escrow_refund exclusive_goal
exclusive_goal_ended exclusive_goal_pairs exclusive_goal_pairs__ exclusive_pairs exclusive_to exp__exists exp__lt
fetch_new from_user_id funding_goal funding_goal_id generate_livestream_feed get_price goal_agreed goal_ended
goal_id handle_trigger_private_goal_escrow inc__progress increment_goal_progress insert_ids
invalidate_cached_pusher_channel_data invalidate_get_session_token_view_cache karaoke_control localField
max__context__last_updated max__context__paused member_removed metadata__user_id min__exp new_goal no_exposure
notify_goal_ended notify_goal_progress_updated notify_livestream_mvps notify_show_goal_started
notify_stream_authorized notify_stream_authorized_for_agreed_trigger_goal
notify_stream_authorized_for_ended_exclusive_goal notify_viewer_change_stream_for_show
notify_viewers_livestream_online objectToArr old_goal prepaid_duration produce_livestream_clip_from_goal
record_show_with_rtc remaining_seconds rewind_seconds schedule_lifecycle_tasks session_id set__context__show_goal_id
set__metadata__cooldown set__show_goal__S__show_ended set__show_goal_pairs__S__show_goal
set__trigger_private_goals__ set_embedded_goal_ended shorts_livestream show_ended show_funding show_goal
show_goal_id show_goal_pair show_goal_pairs show_goal_pairs__funding_goal show_goal_pairs__show_goal show_starts_at
show_target show_targets snapshot_rtc_sources state_changed_event streamer_id sync_trigger_goal_session_viewer
ticket_product_id ticket_product_type to_dict to_mongo to_user_id track_channel_presence track_goals
track_session_status transaction_id transfer_escrow transfer_id trigger_exclusive trigger_exclusive_escrow_transfer
trigger_exclusive_goal trigger_exclusive_goal_agreed trigger_exclusive_goal_ended
trigger_exclusive_goal_escrow_refund trigger_exclusive_on_close_notification trigger_external_command
trigger_goal_complete trigger_notify_goal_added trigger_online trigger_private trigger_private_goal
trigger_private_goals trigger_private_goals__goal trigger_private_session trigger_show_escrow_refund
trigger_show_escrow_transfer trigger_user_enter triggered_by unset__exclusive_goal_pairs__
update_and_notify_session_karaoke_goal update_bi_escrow user_id viewer_id
"""


def rows(first: str) -> list[list[str]]:
    """Return the cells of every table whose first column is called `first`."""
    found = []
    for table in TEXT.split(f"\n| {first} |")[1:]:
        lines = table.split("\n\n")[0].splitlines()[2:]
        found += [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines]
    return found


def changed() -> list[list[str]]:
    return [[cell.strip(" |") for cell in row] for row in (*rows("in the notes"), *rows("earlier"))]


def named_today() -> list[tuple[str, str]]:
    """Return each name of today with its kind."""
    of_changed = [pair for _, today, *_ in changed() for pair in NAME.findall(today)]
    of_unchanged = [(kind, name) for kind, names in rows("kind") for _, name in NAME.findall(names)]
    return of_changed + of_unchanged


def calls() -> set[str]:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def settings_read() -> set[str]:
    source = "\n".join(path.read_text() for path in (BASE_DIR / "settings").glob("*.py"))
    return set(re.findall(r'\benv\.[a-z_]+\(\s*"([A-Z_]+)"', source))


def pushes() -> set[str]:
    [offered] = [each for each in admin_pages()["notifications.push"].list_filter if each.parameter_name == "event"]
    return {choice.name for choice in offered.offered}


def identifiers() -> set[str]:
    escrow_id = escrow_ids.show_funding("{goal_id}")
    invitation = Goal(id="{goal_id}", type=contracts.TRIGGER_PRIVATE)
    return {
        escrow_id,
        escrow_ids.trigger_private("{goal_id}"),
        escrow_ids.trigger_exclusive("{goal_id}"),
        transfer_ids.tag(escrow_id),
        escrow_ids.invitation_tag(session_id="{session_id}", escrow_id=str(invitation.escrow_id)),
        transfer_ids.payout(escrow_id=escrow_id, earning_id="{earning_id}", user_id="{user_id}"),
        inviting.transfer_id_of(goal=invitation, viewer_id="{viewer_id}"),
    }


def is_function(name: str) -> bool:
    """Look a dotted name up: a function, a class, or a member of a class of a module."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part, None)
        return callable(found)
    return False


def is_column(name: str) -> bool:
    model, _, column = name.rpartition(".")
    return hasattr(apps.get_model(model), column)


def is_member(name: str) -> bool:
    payload, _, member = name.partition(".")
    return member in {field.name for field in dataclasses.fields(getattr(contracts, payload))}


def is_argument(name: str) -> bool:
    task, _, argument = name.partition(".")
    found = find_task(task)
    return found is not None and argument in found.signature.parameters


TAGS = {*rules.CLIP_TAGS, *rules.DRAFT_TAGS, rules.CLIP_BAN, blocked_by_tag(streamer_id="{streamer_id}")}
EXISTS = {
    "task": lambda name: name in task_names(),
    "event": lambda name: name in DomainSignal.registry,
    "receiver": lambda name: name in {each.name for each in registry.all_receivers()},
    "setting": lambda name: name in settings_read(),
    "call": lambda name: name in calls(),
    "push": lambda name: name in pushes(),
    "channel": lambda name: channels.parse(re.sub(r"\{\w+\}", ids.new_id(), name)) is not None,
    "tag": lambda name: name in TAGS,
    "id": lambda name: name in identifiers(),
    "type": lambda name: name in list(GoalType),
    "function": is_function,
    "column": is_column,
    "member": is_member,
    "argument": is_argument,
}


def test_every_row_says_where_its_name_is_or_that_it_is_gone():
    assert len(changed()) > 70
    for row in changed():
        assert len(row) == 3, row
        assert NAME.search(row[1]) or (row[1] == "gone" and row[2]), row


def test_every_name_of_today_has_a_kind_that_can_be_looked_up():
    assert {kind for kind, _ in named_today()} == set(EXISTS)


@pytest.mark.parametrize("kind", EXISTS)
def test_every_name_of_today_exists(kind):
    names = {name for named_kind, name in named_today() if named_kind == kind}
    assert names
    assert {name for name in names if not EXISTS[kind](name)} == set()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("function", "livestream.no_such.new_id"),
        ("function", "livestream.ids.no_such"),
        ("column", "goals.Goal.no_such"),
        ("member", "GoalEvent.no_such"),
        ("argument", "transfer.transfer_id"),
        ("channel", "private-nothing@{user_id}"),
    ],
)
def test_a_name_that_is_not_there_would_be_noticed(kind, name):
    assert not EXISTS[kind](name)


def old_names_on_the_page() -> set[str]:
    return {name for old, *_ in changed() for _, name in NAME.findall(old)}


def test_every_old_name_that_is_accepted_is_on_the_page():
    accepted = {*old_names.of_events(), *old_names.of_tasks(), *old_names.DONE_BY_CALLS}
    assert accepted >= set(CLASSES.values())
    assert accepted - old_names_on_the_page() == set()


def test_what_the_page_says_of_events_tasks_and_classes_is_what_is_accepted():
    today = {old: NAME.findall(now) for cell, now, *_ in changed() for _, old in NAME.findall(cell)}
    for name in old_names.TASKS:
        assert today[name] == [("task", old_names.TASKS[name])]
    for name in old_names.SIGNALS:
        assert {each for _, each in today[name]} == set(old_names.events_called(name, known=DomainSignal.registry))
    for name in old_names.EVENTS:
        assert ("event", old_names.EVENTS[name]) in today[name]
    assert {name: today[name] for name in CLASSES.values()} == {
        name: [("type", kind)] for kind, name in CLASSES.items()
    }


def test_the_page_has_every_name_of_the_notes():
    words = {word for name in re.findall(r"`([^`]+)`", TEXT) for word in re.findall(r"\w+", name)}
    assert len(NOTES.split()) > 150
    assert set(NOTES.split()) - words == set()
