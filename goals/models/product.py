"""What tickets cost."""

from __future__ import annotations

from django.db import models

from goals.types import GoalType


class TicketProduct(models.Model):
    """A kind of ticket and its price in coins; its id is the one clients send."""

    id = models.CharField(primary_key=True, max_length=100)
    type = models.CharField(max_length=20, default=GoalType.SHOW.value)
    price = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gt=0), name="product_has_a_price"),
        ]

    def __str__(self) -> str:
        return self.id
