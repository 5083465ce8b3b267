"""Idempotency keys: the first answer to a request is stored, and a repeat gets it again.

A request claims its key in a commit of its own, before its work. Its work and its answer then
commit together, and only while it still holds the claim: a request that was too slow, and lost
its claim, commits nothing. So the work under a key is done once, even if a process is killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from livestream import ids
from livestream.errors import Conflict, Unprocessable
from livestream.models import IdempotencyRecord

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=15)
PURGED_AT_ONCE = 1000


class KeyReused(Unprocessable):
    """The `Idempotency-Key` was used before for another request (method, query or body). Nothing was done."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"
    advice = "Use a new key for each new request."


class KeyInUse(Conflict):
    """The first request with this `Idempotency-Key` is still running."""

    code = "idempotency_key_in_use"
    title = "A request with this Idempotency-Key is still running"
    advice = "Repeat the call with the same key after the seconds in `Retry-After`."
    names_a_delay = True


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """What makes two requests the same: the user, the path, the key and the content."""

    user_id: str
    path: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work a key off, until somebody may take it over."""

    record_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered first: HTTP status, and the body as JSON text (empty where none)."""

    status: int
    body: str


def claim(*, request: KeyedRequest, now: datetime) -> Claim | Answer:
    """Take the key for this request, or return the answer that was given under it.

    Raises KeyReused where it belongs to another request, KeyInUse while another request holds it.
    """
    token = ids.new_id()
    record = _insert_or_find(request, token, now)
    if record is None:  # released between the two statements: somebody was there
        raise KeyInUse(retry_after=1)
    if record.claim == token:
        return Claim(record.id, token)
    if record.created_at <= now - KEPT:
        return _take_over(record, request, token, now, created_at=now)
    if record.fingerprint != request.fingerprint:
        raise KeyReused
    if record.status is not None:
        return Answer(record.status, record.body)
    if record.leased_until > now:
        raise KeyInUse(retry_after=_whole_seconds(record.leased_until - now))
    return _take_over(record, request, token, now, created_at=record.created_at)


def complete(*, claim: Claim, answer: Answer) -> None:
    """Store the answer, in the transaction of the work.

    Raises KeyInUse where the claim was taken over meanwhile, which undoes the work.
    """
    mine = IdempotencyRecord.objects.filter(pk=claim.record_id, claim=claim.token)
    if not mine.update(status=answer.status, body=answer.body):
        raise KeyInUse(retry_after=1)


def release(*, claim: Claim) -> None:
    """Release the key after a refusal, so that a repeat is processed again."""
    mine = IdempotencyRecord.objects.filter(pk=claim.record_id, claim=claim.token, status=None)
    mine.delete()


def purge(*, now: datetime) -> int:
    """Delete up to 1,000 records older than 24 hours and return how many they were."""
    old = IdempotencyRecord.objects.filter(created_at__lte=now - KEPT).order_by("created_at")
    some = list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE])
    # Checked again when deleting: a key that was taken over meanwhile is recent.
    deleted, _ = IdempotencyRecord.objects.filter(pk__in=some, created_at__lte=now - KEPT).delete()
    return deleted


def _insert_or_find(request: KeyedRequest, token: str, now: datetime) -> IdempotencyRecord | None:
    mine = IdempotencyRecord(
        user_id=request.user_id,
        path=request.path,
        key=request.key,
        fingerprint=request.fingerprint,
        claim=token,
        leased_until=now + LEASE,
        created_at=now,
    )
    IdempotencyRecord.objects.bulk_create([mine], ignore_conflicts=True)
    return IdempotencyRecord.objects.filter(user_id=request.user_id, path=request.path, key=request.key).first()


def _take_over(
    record: IdempotencyRecord, request: KeyedRequest, token: str, now: datetime, created_at: datetime
) -> Claim:
    unchanged = IdempotencyRecord.objects.filter(pk=record.pk, claim=record.claim, status=record.status)
    taken = unchanged.update(
        claim=token,
        fingerprint=request.fingerprint,
        leased_until=now + LEASE,
        created_at=created_at,
        status=None,
        body="",
    )
    if not taken:
        raise KeyInUse(retry_after=1)
    return Claim(record.pk, token)


def _whole_seconds(span: timedelta) -> int:
    return max(1, -(-span // timedelta(seconds=1)))
