"""The scenarios, in the order in which all of them are played."""

from livestream.demo.scenarios import show  # isort: skip
from livestream.demo.scenarios import refund  # isort: skip
from livestream.demo.scenarios import private  # isort: skip
from livestream.demo.scenarios import exclusive  # isort: skip
from livestream.demo.scenarios import karaoke  # isort: skip

__all__ = ["exclusive", "karaoke", "private", "refund", "show"]
