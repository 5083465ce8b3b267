"""Why coins came out of an escrow, which is part of a transfer as JSON (spec section 3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from wallet import transfer_ids
from wallet.models import EarlyRefund, Transfer

_reasons_of_escrows: Callable[[Collection[str]], Mapping[str, str]] = lambda _escrows: {}  # noqa: E731 - replaced by the app of goals
_OUT = (Transfer.Kind.PAYOUT, Transfer.Kind.REFUND)


def register_endings(reasons_of_escrows: Callable[[Collection[str]], Mapping[str, str]]) -> None:
    """Have `reasons_of_escrows(ids)` return why what escrows were for ended, which this app knows nothing about."""
    global _reasons_of_escrows
    _reasons_of_escrows = reasons_of_escrows


def with_reasons(transfers: Sequence[Transfer]) -> Sequence[Transfer]:
    """Return the transfers, each with its `reason`, in two queries however many they are."""
    out = [each for each in transfers if each.kind in _OUT]
    early = _early_reasons(out)
    others = {each.escrow_id for each in out if each.pk not in early}
    ended = _reasons_of_escrows({escrow_id for escrow_id in others if escrow_id}) if others else {}
    for each in out:
        each.reason = early.get(each.pk) or ended.get(each.escrow_id or "")
    return transfers


def _early_reasons(transfers: Sequence[Transfer]) -> dict[str, str]:
    """Return why payments were refunded before their escrow was decided, by the refund."""
    named = {hold_id: each.pk for each in transfers if (hold_id := transfer_ids.refunded_hold(each.pk))}
    found = EarlyRefund.objects.filter(pk__in=named).exclude(reason=EarlyRefund.CUT_SHORT)
    return {named[hold_id]: reason for hold_id, reason in found.values_list("hold_id", "reason")}
