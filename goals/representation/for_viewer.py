"""A goal as a viewer reads it: what the document depends on is known before the document is made (spec section 3)."""

from __future__ import annotations

from dataclasses import dataclass

from goals.models import Goal
from goals.representation.documents import GoalDocument
from goals.representation.goals import seen_by
from goals.representation.privacy import Reader
from goals.representation.time_left import time_left
from livestream.models import User


@dataclass(frozen=True, slots=True)
class ViewerGoal:
    """A goal, and a user who reads it and is neither its streamer nor support; `coins` are what they paid for it."""

    goal: Goal
    viewer: User
    coins: int

    @property
    def state(self) -> tuple[object, ...]:
        """All that the document depends on and that can change."""
        goal, inviter, product = self.goal, self.goal.triggered_by, self.goal.ticket_product
        counted = (goal.id, goal.version, getattr(goal, "waiting", 0), getattr(goal, "waiting_payments", 0))
        names = (goal.streamer.public_name, inviter and inviter.public_name, product and product.type)
        return (*counted, *names, self.viewer.pk, self.viewer.public_name, self.coins, *time_left(goal).values())

    def document(self) -> GoalDocument:
        """Return the goal as JSON, with the viewer's own coins."""
        document = seen_by(Reader(self.viewer.pk), self.goal)
        if self.coins > 0:
            document["breakdown"] = {self.viewer.pk: self.coins}
            document["breakdown_names"] = {self.viewer.pk: self.viewer.public_name}
        return document
