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


# Why a payment was given back early, by the reason that is stored with it.
_REASONS = {
    "withdrawn": "the payer took it back",
    "blocked": "the streamer blocked the payer",
    "account_closed": "an account was closed",
    "cut_short": "what it was paid for was not performed",
}


def why(reason: str) -> str:
    """Return in plain words why a payment was refunded early; an unknown reason is returned as it is."""
    return _REASONS.get(reason, reason.replace("_", " "))


def where_it_is(*, escrow: Escrow, totals: Totals, streamer: str, waits: bool = False) -> str:
    """Return a sentence about where the money of an escrow is; `waits` means that it waits for support."""
    if not totals.collected:
        return "Nobody has paid anything."
    back = f" {coins(totals.given_back)} were given back before." if totals.given_back else ""
    if escrow.state == Escrow.State.OPEN:
        return f"{coins(totals.held)} are held in escrow: it is not decided yet who gets them.{back}"
    if waits:
        return f"{coins(totals.held)} are owed to {streamer}, whose account is closed: they wait for support.{back}"
    if totals.held:
        return f"{_decided(escrow, totals, streamer)} {coins(totals.held)} are still held."
    if escrow.state == Escrow.State.REFUNDED or totals.given_back == totals.collected:
        return f"All {coins(totals.collected)} were given back to those who paid them."
    if totals.given_back:
        return f"{coins(totals.paid_out)} were paid out to {streamer}, {coins(totals.given_back)} were given back."
    return f"All {coins(totals.collected)} were paid out to {streamer}."


def _decided(escrow: Escrow, totals: Totals, streamer: str) -> str:
    if escrow.state == Escrow.State.REFUNDED:
        done = f"{totals.given_back:,} of {coins(totals.collected)} were given back so far"
        return f"Everybody gets everything back: {done}."
    due = totals.collected - totals.given_back
    return f"It is paid out to {streamer}: {totals.paid_out:,} of {coins(due)} have arrived so far."


def what_became_of(*, escrow: Escrow, paid: int, given_back: int, streamer: str) -> str:
    """Return a sentence about what became of the coins that one viewer paid."""
    if given_back == paid:
        return f"All {coins(paid)} were given back."
    rest, back = coins(paid - given_back), f"{coins(given_back)} were given back; " if given_back else ""
    if escrow.state == Escrow.State.REFUNDED:
        return f"{back}{rest} are to be given back, and were not yet."
    if escrow.state == Escrow.State.OPEN:
        return f"{back}{rest} are held in escrow: it is not decided yet who gets them."
    if given_back:
        return f"{back}{rest} were paid out to {streamer}."
    return f"{rest} went to {streamer}; nothing is given back."
