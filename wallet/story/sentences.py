"""Sentences about where money is, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from livestream.story.formatting import coins
from wallet.models import Escrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The coins that came into an escrow, and how many of them went where."""

    collected: int = 0
    paid_out: int = 0
    given_back: int = 0

    @property
    def held(self) -> int:
        return self.collected - self.paid_out - self.given_back


def where_it_is(*, escrow: Escrow, totals: Totals, streamer: str) -> str:
    """Return a sentence about where the money of an escrow is."""
    if not totals.collected:
        return "Nobody has paid anything."
    if escrow.state == Escrow.State.OPEN:
        return f"{coins(totals.held)} are held in escrow: it is not decided yet who gets them."
    if totals.held:
        return f"{_decided(escrow, totals, streamer)} {coins(totals.held)} are still held."
    if escrow.state == Escrow.State.SPLIT:
        return f"{coins(totals.paid_out)} were paid out to {streamer}, {coins(totals.given_back)} were given back."
    if escrow.state == Escrow.State.REFUNDED:
        return f"All {coins(totals.collected)} were given back to those who paid them."
    return f"All {coins(totals.collected)} were paid out to {streamer}."


def _decided(escrow: Escrow, totals: Totals, streamer: str) -> str:
    if escrow.state == Escrow.State.REFUNDED:
        done = f"{totals.given_back:,} of {coins(totals.collected)} were given back so far"
        return f"Everybody gets everything back: {done}."
    done = f"{totals.paid_out:,} of {coins(totals.collected)} have arrived so far"
    return f"It is paid out to {streamer}: {done}."


def what_became_of(*, escrow: Escrow, paid: int, given_back: int, streamer: str) -> str:
    """Return a sentence about what became of the coins that one viewer paid."""
    if given_back == paid:
        return f"All {coins(paid)} were given back."
    if escrow.state == Escrow.State.SPLIT:
        return f"{coins(given_back)} were given back; {coins(paid - given_back)} were paid out to {streamer}."
    if escrow.state == Escrow.State.REFUNDED:
        return f"{coins(paid)} are to be given back, and were not yet."
    if escrow.state == Escrow.State.COMPLETED:
        return f"{coins(paid)} went to {streamer}; nothing is given back."
    return f"{coins(paid)} are held in escrow: it is not decided yet who gets them."
