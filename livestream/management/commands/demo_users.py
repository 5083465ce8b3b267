"""`manage.py demo_users`: creates the users of the local profile."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from livestream import clock
from livestream.demo import users


class Command(BaseCommand):
    help = "Create the demo users streamer, viewer1 to viewer5 and support (local profile only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "LOCAL_PROFILE", False):
            raise CommandError("Demo users have a known password: only the local profile has them.")
        created = users.create_demo_users(now=clock.now())
        told = f"created {', '.join(created)}" if created else "all there already"
        self.stdout.write(f"Demo users: {told} (password: {users.PASSWORD})")
