"""Admitting an audience to a stream: its viewers are notified page by page, several calls at a time, each recorded."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

import structlog
from django.conf import settings

from goals import selectors as goals
from goals.services.authorizing import grant_exp, grant_exps
from livestream import clock
from livestream.outbox import external
from livestream.storage.text import storable
from notifications import audience_selectors, sql
from notifications.concurrency import Completed, run_bounded
from notifications.models import Admission, Audience
from notifications.provider import (
    CALLS_AT_A_TIME,
    LARGEST_BATCH,
    Outgoing,
    Provider,
    Refused,
    get_provider,
)
from notifications.services import pushes, stream_events
from notifications.services.stream_events import Opening

log = structlog.get_logger(__name__)

PAGE = 1_000
EVENTS_A_VIEWER = 2
VIEWERS_A_CALL = LARGEST_BATCH // EVENTS_A_VIEWER
_LONGEST_ERROR = 2_000

Viewers = Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """The next viewers to notify; afterwards all payers with ids up to `upto` are dealt with."""

    viewers: Viewers
    upto: str
    last: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the provider: the end of each viewer's grant, by id, and the events to send."""

    viewers: Mapping[str, datetime]
    events: Sequence[Outgoing]


@external()
def send_stream_authorized(*, audience_id: str) -> None:
    """Notify an audience for a few seconds; the sweep enqueues it again."""
    until = time.monotonic() + settings.OUTBOX_LEASE
    provider = get_provider()
    while time.monotonic() < until and admit_page(
        audience_id=audience_id, provider=provider, until=until, now=clock.now()
    ):
        pass


def admit_page(*, audience_id: str, provider: Provider, until: float, now: datetime, size: int = PAGE) -> bool:
    """Notify the next `size` viewers of an audience; return whether there may be more.

    Tokens are made when they are sent, and expire with the grant. What was sent is recorded
    before another call begins: a process that dies repeats at most CALLS_AT_A_TIME calls, and
    loses none. No call begins after `until` (monotonic seconds). Nobody is notified of a goal that
    has ended. Raises Unavailable where the provider is away; the remaining viewers still wait.
    """
    audience = Audience.objects.filter(pk=audience_id, closed_at=None).first()
    opening = _opening(audience, now) if audience else None
    if audience is None or opening is None:
        return False
    page = _next_page(audience, size)
    if not page.viewers and page.last and audience.walked_at:
        return False
    _update(audience, exp=opening.exp, data=opening.data)
    if _notify(audience, opening, page.viewers, provider, until):
        _move_on(audience, page, now)
    return True


def _opening(audience: Audience, now: datetime) -> Opening | None:
    """Return what viewers are notified of; close an audience that has nothing left to watch."""
    goal = goals.get_goal(goal_id=audience.goal_id)
    exp = grant_exp(goal=goal, now=now)
    if not goal.active or int(exp.timestamp()) <= int(now.timestamp()):
        _update(audience, closed_at=now)
        return None
    return stream_events.opening(goal=goal, event_id=audience.event_id, exp=exp, now=now)


def _next_page(audience: Audience, size: int) -> Page:
    late = audience_selectors.waiting_viewers(audience_id=audience.id, limit=size)
    if late or audience.walked_at:
        return Page(late, audience.walked_upto, last=audience.walked_at is not None)
    payers = goals.ticket_holders(goal_id=audience.goal_id, after=audience.walked_upto, limit=size)
    upto = payers[-1] if payers else audience.walked_upto
    known = audience_selectors.viewers_dealt_with(audience_id=audience.id, after=audience.walked_upto, upto=upto)
    return Page([payer for payer in payers if payer not in known], upto, last=len(payers) < size)


def _move_on(audience: Audience, page: Page, now: datetime) -> None:
    if audience.walked_at is None:
        _update(audience, walked_upto=page.upto, walked_at=now if page.last else None)


def _notify(audience: Audience, opening: Opening, viewers: Viewers, provider: Provider, until: float) -> bool:
    """Send to all of these viewers; False where time was up before. Raises the first error."""
    admitted = _admitted(audience, opening, viewers)
    errors: list[Exception] = []
    goes_on = takewhile(lambda _: not errors and time.monotonic() < until, _calls(opening, admitted))
    made = 0
    for batch in run_bounded(work=lambda call: provider.send(call.events), items=goes_on, limit=CALLS_AT_A_TIME):
        _record(audience, opening, batch, provider)
        made += sum(len(each.item.viewers) for each in batch)
        errors += [each.error for each in batch if each.error and not isinstance(each.error, Refused)]
    if errors:
        raise errors[0]
    return made == len(admitted)


def _admitted(audience: Audience, opening: Opening, viewers: Viewers) -> dict[str, datetime]:
    """Return when the grant of each viewer ends, by id; record why the others are not admitted."""
    streamer_id = opening.goal.streamer_id
    reasons = audience_selectors.unwelcome(streamer_id=streamer_id, escrow_id=audience.escrow_id, viewers=viewers)
    exps = grant_exps(goal=opening.goal, viewers=viewers, now=opening.now)
    now = opening.now
    over = [viewer_id for viewer_id in viewers if int(exps.get(viewer_id, now).timestamp()) <= int(now.timestamp())]
    _record_failures(audience, dict.fromkeys(over, "The time that was paid for is over.") | reasons, opening.now)
    return {each: exps[each] for each in viewers if each not in reasons and each not in over}


def _calls(opening: Opening, admitted: Mapping[str, datetime]) -> Iterator[Call]:
    waiting = iter(admitted.items())
    while viewers := dict(islice(waiting, VIEWERS_A_CALL)):
        yield _call(opening, viewers)


def _call(opening: Opening, viewers: Mapping[str, datetime]) -> Call:
    return Call(viewers, [event for viewer_id, exp in viewers.items() for event in opening.events(viewer_id, exp=exp)])


def _record(audience: Audience, opening: Opening, batch: Iterable[Completed[Call]], provider: Provider) -> None:
    _record_notified(audience, opening, [each.item for each in batch if each.error is None], provider)
    for each in batch:
        if isinstance(each.error, Refused):
            _send_one_by_one(audience, opening, each.item.viewers, provider)


def _send_one_by_one(audience: Audience, opening: Opening, viewers: Mapping[str, datetime], provider: Provider) -> None:
    """Send to each viewer alone, to find whose events are refused."""
    for viewer_id, exp in viewers.items():
        call = _call(opening, {viewer_id: exp})
        try:
            provider.send(call.events)
        except Refused as error:
            _record_failures(audience, {viewer_id: str(error)}, opening.now)
            log.error("admission_refused", audience_id=audience.id, viewer_id=viewer_id, error=str(error))
        else:
            _record_notified(audience, opening, [call], provider)


def _record_notified(audience: Audience, opening: Opening, calls: Sequence[Call], provider: Provider) -> None:
    viewers = {viewer_id: exp for call in calls for viewer_id, exp in call.viewers.items()}
    sql.record_notified(audience_id=audience.id, viewers=viewers, told_at=opening.now, provider=provider.name)
    if provider.keeps_pushes_to_viewers:
        # The events are stored so that they can be seen. Otherwise the tokens of a crowd are never stored.
        pushes.keep_sent(
            outgoing=[event for call in calls for event in call.events],
            subject=audience.subject,
            event_id=audience.event_id,
            provider=provider.name,
            now=opening.now,
        )


def _record_failures(audience: Audience, reasons: dict[str, str], now: datetime) -> None:
    for viewer_id, reason in reasons.items():
        failure = {"failed_at": now, "error": storable(reason, longest=_LONGEST_ERROR)}
        Admission.objects.update_or_create(audience=audience, viewer_id=viewer_id, defaults=failure)


def _update(audience: Audience, **facts: object) -> None:
    Audience.objects.filter(pk=audience.pk).update(**facts)
    for name, fact in facts.items():
        setattr(audience, name, fact)
