"""Wiring: what the wallet does when something happens elsewhere."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from livestream.models import User
from wallet.services import recovery


@receiver(post_save, sender=User, dispatch_uid="resume_payouts_of_reopened_account")
def resume_payouts_of_reopened_account(
    instance: User, created: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    if instance.is_active and not created and (update_fields is None or "is_active" in update_fields):
        recovery.resume_of_user(user_id=instance.pk)
