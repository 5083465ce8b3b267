"""The scenarios, in the order in which all of them are played."""

from livestream.demo.scenarios import show  # isort: skip
from livestream.demo.scenarios import refund  # isort: skip
from livestream.demo.scenarios import private  # isort: skip
from livestream.demo.scenarios import exclusive  # isort: skip
from livestream.demo.scenarios import karaoke  # isort: skip
from livestream.demo.scenarios import taken_back  # isort: skip
from livestream.demo.scenarios import blocked  # isort: skip
from livestream.demo.scenarios import cut_short  # isort: skip
from livestream.demo.scenarios import missed_start  # isort: skip

__all__ = [
    "blocked",
    "cut_short",
    "exclusive",
    "karaoke",
    "missed_start",
    "private",
    "refund",
    "show",
    "taken_back",
]
