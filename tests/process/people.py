"""The users of the stories, made inside of a house's own process."""

from __future__ import annotations

from livestream import clock
from livestream.demo import users
from livestream.demo.users import DemoUser

STORIES = ("paid-out", "refunded", "private", "exclusive", "given-back")


def create() -> None:
    """Create a streamer and a viewer with coins for each story."""
    streamers = [DemoUser(f"{story}-streamer") for story in STORIES]
    viewers = [DemoUser(f"{story}-viewer", coins=10_000) for story in STORIES]
    users.DEMO_USERS = (*streamers, *viewers)
    users.create_demo_users(now=clock.now())
