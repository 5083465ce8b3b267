"""The groups of support."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from livestream.demo import users
from livestream.desk import roles
from livestream.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _groups():
    roles.create_groups()
    roles.grant()


def may(name):
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


def test_support_looks_at_all_of_the_house_and_retries():
    looking = {each for each in may("support") if each.startswith("view_")}
    assert may("support") - looking == {"retry_outboxmessage", "retry_clip"}
    house = Permission.objects.filter(codename__startswith="view_", content_type__app_label__in=roles._VIEWED_APPS)
    assert looking == set(house.values_list("codename", flat=True))


def test_the_lead_acts_besides_and_edits_nothing_but_sources():
    more = may("support-lead") - may("support")
    edited = {f"{verb}_source" for verb in ("add", "change", "delete")}
    acts = {"refund_escrow", "settle_escrow", "end_goal", "replay_eventrecord", "deposit"}
    acts |= {"block_user", "close_user", "sign_out_user"}
    assert more == acts | edited


def test_granting_again_changes_nothing_and_takes_nothing_away():
    own = Permission.objects.get(codename="change_user")
    support = Group.objects.get(name="support")
    support.permissions.add(own)
    support.permissions.remove(Permission.objects.get(codename="view_goal"))
    roles.grant()
    roles.grant()
    assert {"change_user", "view_goal"} <= may("support")


def test_a_group_that_was_deleted_stays_deleted():
    Group.objects.all().delete()
    roles.grant_after_migrating()
    assert not Group.objects.exists()


def test_the_demo_s_support_leads_the_desk(settings):
    settings.LOCAL_PROFILE = True
    call_command("demo_users", verbosity=0)
    support = User.objects.get(username="support")
    assert [group.name for group in support.groups.all()] == ["support-lead"]
    assert support.has_perm("wallet.refund_escrow")
    assert not support.is_superuser
    assert users.DEMO_USERS
