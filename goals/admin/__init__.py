"""What support staff sees of goals, and does to them and to their money."""

from goals.admin import acts, goals, tickets
from goals.admin.tickets import DEAREST_TICKET

__all__ = ["DEAREST_TICKET", "acts", "goals", "tickets"]
