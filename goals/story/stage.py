"""What happened on stage: intervals, late webhooks, answers of the realtime server, and blocks of time."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from goals.models import Block, PerformanceInterval, PerformanceMark, StageCheck
from goals.services.blocks import end_of
from livestream.story import Entry, Kind, Section, State, Subject, Window, buckets, timeline_section, users
from livestream.story.formatting import coins, moment, seconds
from livestream.users import names_of
from wallet import selectors as wallet


@timeline_section(order=21)
def stage_section(subject: Subject, window: Window, _now: datetime) -> Section:
    """Return late webhooks, answers of the realtime server, and blocks of time."""
    ids = subject.goal_ids
    if not ids:
        return Section()
    late = PerformanceMark.objects.filter(goal_id__in=ids, in_time=False)
    checks = StageCheck.objects.filter(goal_id__in=ids)
    blocks = Block.objects.filter(goal_id__in=ids, starts_at__isnull=False)
    found = [
        [_late(mark) for mark in buckets.listed(late, at="at", window=window)],
        [_check(check) for check in buckets.listed(checks, at="asked_at", window=window)],
        _blocks(list(buckets.listed(blocks, at="starts_at", window=window))),
    ]
    cut = any(len(entries) > buckets.MOST_LISTED for entries in found)
    listed = [entry for entries in found for entry in entries[: buckets.MOST_LISTED]]
    return Section(entries=listed, omitted="More of what happened on stage follows" if cut else "")


def on_stage(interval: PerformanceInterval, now: datetime) -> Entry:
    """Return the entry of one interval on stage."""
    closed = interval.closed_at
    lasted = ((closed or now) - interval.opened_at).total_seconds()
    return Entry(
        at=interval.opened_at,
        until=closed,
        kind=Kind.STAGE,
        title=f"On stage for {seconds(int(lasted))}" if closed else "On stage, still",
        detail=f"from webhook {interval.opened_by}" + (f" to {interval.closed_by}" if closed else ""),
        order=(interval.pk,),
        state=State.DONE if closed else State.WAITING,
        about=interval.goal_id,
    )


def _late(mark: PerformanceMark) -> Entry:
    act = "came on stage" if mark.joined else "left the stage"
    return Entry(
        at=mark.at,
        kind=Kind.STAGE,
        title=f"Reported too late: the streamer {act}",
        detail=f"by webhook {mark.source}, after the goal had ended; it changes nothing",
        order=(mark.pk,),
        about=mark.goal_id,
    )


def _check(check: StageCheck) -> Entry:
    return Entry(
        at=check.asked_at,
        kind=Kind.STAGE,
        title=f"Asked the realtime server: {_said(StageCheck.Answer(check.answer))}",
        order=(check.pk,),
        about=check.goal_id,
    )


def _said(answer: StageCheck.Answer) -> str:
    match answer:
        case StageCheck.Answer.THERE:
            return "the streamer is on stage"
        case StageCheck.Answer.NOT_THERE:
            return "the streamer is not on stage"
        case StageCheck.Answer.UNKNOWN:
            return "it could not be asked, which changes nothing"
        case _:
            assert_never(answer)


def _blocks(blocks: list[Block]) -> list[Entry]:
    names = names_of(user_ids={block.payer_id for block in blocks})
    kept = wallet.kept_of(transfer_ids=[block.hold_id for block in blocks])
    return [_block(block, names, kept.get(block.hold_id)) for block in blocks]


def _block(block: Block, names: dict[str, str], kept: int | None) -> Entry:
    """Return the entry of a block of time; `kept` is the coins that a split of it kept for the streamer."""
    payer = users.user_ref(block.payer_id, names)
    began = block.starts_at or block.created_at
    ends = end_of(block)
    details = [f"paid with {coins(block.amount)}"]
    if block.cut_at is not None and block.cut_at < ends:
        details.append(f"cut short at {moment(block.cut_at)}")
    if kept is not None:
        details.append(f"{coins(kept)} kept for the streamer, {coins(block.amount - kept)} given back")
    return Entry(
        at=began,
        until=min(block.cut_at or ends, ends),
        kind=Kind.STAGE,
        title=f"{payer.name} had a block of {seconds(block.duration)}",
        detail="; ".join(details),
        order=(block.pk,),
        about=block.goal_id,
        user=payer,
    )
