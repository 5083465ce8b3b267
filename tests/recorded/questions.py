"""What is asked of a world, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.recorded.maker import Maker
from tests.recorded.world import STAFF, STREAMERS, VIEWERS

NOBODY = "nobody"
READERS = ("mei", "payer", "inviter", "viewer", "blocked", STAFF)
UNKNOWN = "f" * 24
# As `etag`: the one that GET answers at this moment.
SAME_ETAG = "the same"
_TO_JOIN = "/notify/pusher/auth"


@dataclass(frozen=True)
class Question:
    """A request that each of the readers makes. Names of the world stand in braces; `etag` may be SAME_ETAG."""

    path: str
    readers: tuple[str, ...] = READERS
    method: str = "GET"
    language: str = ""
    body: dict[str, str] | None = field(default=None, hash=False)
    etag: str = ""

    def __str__(self) -> str:
        parts = [self.method, self.path, *(self.body or {}).values()]
        parts += [self.language and f"in {self.language}", self.etag and f"If-None-Match {self.etag}"]
        return " ".join(filter(None, parts))


def questions(maker: Maker) -> Iterator[Question]:
    """Ask for everything that the world has, and for some of what it has not."""
    yield from documents(maker)
    yield from _lists(maker)
    yield from _of_people()
    yield from _joining()
    yield from _refused()
    yield from _in_chinese()
    yield from _conditional()


def documents(maker: Maker) -> Iterator[Question]:
    """Ask for the feed, and for each goal, session and snapshot."""
    yield Question("/feed")
    for name in maker.goals:
        yield Question(f"/goals/{{{name}}}")
    for name in maker.sessions:
        yield Question(f"/sessions/{{{name}}}", readers=(*READERS, "pia"))
    for name in STREAMERS:
        yield Question(f"/notify/channels/private-stream@{{{name}}}")
        yield Question(f"/notify/channels/private-user@{{{name}}}", readers=(name, "viewer"))
    yield Question("/notify/channels/presence-stream@{mei}", readers=("viewer",))
    yield Question("/notify/channels/presence-enc-goal@{show on stage}", readers=("mei", "payer"))
    yield Question("/notify/channels/presence-enc-goal@{one-on-one}", readers=("nora", "inviter"))
    yield Question("/notify/channels/presence-stream-viewer@{mei}.sd.{payer}", readers=("payer", "viewer"))


def _lists(maker: Maker) -> Iterator[Question]:
    for name in maker.sessions:
        yield Question(f"/goals?session={{{name}}}")
    for query in ("type=trigger_private", "state=scheduled", "streamer={mei}&outcome=completed", "ids={one-on-one}"):
        yield Question(f"/goals?{query}", readers=("mei", "payer", STAFF))
    yield Question("/goals?page_size=2", readers=("mei", "viewer"))
    yield Question("/sessions", readers=("mei", "viewer", STAFF))
    for query in ("state=live", "state=opened", "active=false", "streamer={pia}", "page_size=1"):
        yield Question(f"/sessions?{query}", readers=("viewer",))
    yield Question("/feed?page_size=1", readers=("mei", "viewer"))
    yield Question("/feed?page_size=3", readers=("viewer",))
    yield Question("/feed?streamer={nora}", readers=("mei", "viewer"))
    yield Question("/feed?streamer={pia}", readers=("viewer",))


def _of_people() -> Iterator[Question]:
    for path in ("/wallet", "/wallet/transfers", "/wallet/payments", "/wallet/earnings", "/users/me"):
        yield Question(path, readers=(*STREAMERS, *(name for name in VIEWERS if name != "closed"), STAFF))
    yield Question("/users/me/blocks", readers=("mei", "payer"))
    for name in ("mei", "payer", "closed"):
        yield Question(f"/users/{{{name}}}", readers=("viewer",))


def _joining() -> Iterator[Question]:
    """Ask to join channels, also those that one may not."""
    yield _join("private-stream@{mei}", *READERS)
    yield _join("presence-stream@{mei}", *READERS)
    yield _join("private-user@{payer}", "payer", "viewer", STAFF)
    yield _join("presence-enc-goal@{show on stage}", "mei", "payer", STAFF)
    yield _join("presence-enc-goal@{one-on-one}", "mei", "nora", "inviter")
    yield _join("presence-stream-viewer@{mei}.preview.{blocked}", "blocked", "viewer")
    yield _join("presence-stream-viewer@{mei}.sd.{payer}", "payer", "viewer")
    yield _join("private-lottery", "viewer", NOBODY)
    yield Question(_TO_JOIN, readers=("payer",), method="POST", body={"socket_id": "1.2"})
    yield Question(_TO_JOIN, readers=("payer",), method="POST", body={"socket_id": "one"})


def _join(channel: str, *readers: str, language: str = "") -> Question:
    body = {"socket_id": "123.456", "channel_name": channel}
    return Question(_TO_JOIN, readers=readers, method="POST", body=body, language=language)


def _refused() -> Iterator[Question]:
    for language in ("", "zh-hant"):
        for path in (f"/goals/{UNKNOWN}", f"/sessions/{UNKNOWN}", f"/users/{UNKNOWN}", "/goals/nonsense", "/nowhere"):
            yield Question(path, readers=("viewer", NOBODY), language=language)
        for path in ("/goals/{karaoke}", "/sessions/{evening}", "/feed", "/wallet", "/users/me"):
            yield Question(path, readers=(NOBODY, "closed"), language=language)
            yield Question(f"{path}?nonsense=1", readers=("viewer",), language=language)
            yield Question(f"{path}?lang=xx", readers=("viewer",), language=language)
            yield Question(path, readers=("viewer",), method="POST", language=language)
        for query in ("page_size=0", "page_size=1000", "page_size=many", "cursor=nonsense", "streamer=nonsense"):
            yield Question(f"/feed?{query}", readers=("viewer",), language=language)
        for query in ("session=nonsense", "type=lottery", "state=asleep", f"session={UNKNOWN}", "page_size=-1"):
            yield Question(f"/goals?{query}", readers=("viewer",), language=language)
        yield Question("/notify/channels/private-user@{mei}", readers=("blocked", NOBODY), language=language)
        yield Question("/notify/channels/private-stream@{mei}", readers=("blocked",), language=language)
        yield Question("/notify/channels/nonsense", readers=("viewer",), language=language)
        yield _join("private-user@{mei}", "viewer", NOBODY, language=language)


def _in_chinese() -> Iterator[Question]:
    paths = ["/goals/{sale that is open}", "/goals/{one-on-one}", "/goals?session={alone}", "/sessions/{alone}"]
    paths += ["/feed?page_size=1", "/feed?lang=zh-hant&page_size=1", "/sessions?page_size=1", "/wallet", "/users/me"]
    for path in [*paths, "/notify/channels/private-stream@{mei}"]:
        yield Question(path, readers=("payer",), language="zh-hant")


def _conditional() -> Iterator[Question]:
    paths = ["/goals/{sale that is open}", "/goals/{show on stage}", "/goals?session={evening}", "/sessions/{alone}"]
    paths += ["/sessions/{evening}", "/feed", "/feed?page_size=1", "/sessions", "/wallet", "/users/me"]
    for path in [*paths, "/notify/channels/private-stream@{mei}"]:
        yield Question(path, readers=("mei", "payer", "inviter"), etag=SAME_ETAG)
        yield Question(path, readers=("payer",), method="HEAD")
        yield Question(path, readers=("payer",), method="HEAD", etag=SAME_ETAG)
    for path in ("/goals/{sale that is open}", "/sessions/{evening}", "/feed?page_size=1", "/wallet"):
        yield Question(path, readers=("payer",), etag='"another"')
    yield Question(f"/goals/{UNKNOWN}", readers=("payer",), method="HEAD")
    yield Question("/feed", readers=(NOBODY,), method="HEAD")
