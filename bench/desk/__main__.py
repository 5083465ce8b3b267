"""Measure the pages of support: `python -m bench.desk --help`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from django.contrib.auth.models import Group
from django.test import Client
from django.test.utils import setup_test_environment
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench import databases, environment, reports
from bench.desk import asking, world
from livestream import clock
from livestream.desk import roles
from livestream.models import User
from wallet.verification import verify_ledger

console = Console(width=130)
AIM_MS = 300


def main() -> None:
    """Make the world, prove its ledger, ask every page for everything, and show the slowest of each."""
    options = _options()
    started, size = clock.MachineClock().now(), world.Size()  # the database is not made yet
    if options.quick:
        size = size.smaller(100)
    with databases.temporary_database(url=environment.database_url()):
        for step in world.build(size=size, now=started):
            console.print(f"» {step}", style="dim")
        if wrong := verify_ledger():
            raise RuntimeError("; ".join(map(str, wrong)))
        client = _desk()
        progress = Console(stderr=True)
        pages = [*track(asking.lists(client), console=progress, description="Lists")]
        pages += track(asking.stories(client), console=progress, description="Stories")
        console.print(_table(pages))
        slow = [each for each in pages if each.ms >= AIM_MS]
        console.print(f"{len(pages)} pages asked, {len(slow)} of them at or over {AIM_MS} ms of query time")
        for each in slow:
            console.print(f"{each.page}: {each.what}: {each.ms:.0f} ms", style="red")
        if options.out:
            content = {"size": asdict(size), "pages": [asdict(each) for each in pages]}
            console.print(reports.save(name="desk", folder=options.out, at=started, content=content))


def _desk() -> Client:
    roles.create_groups()
    roles.grant()
    user = User.objects.create(username="the desk", is_staff=True)
    user.groups.add(Group.objects.get(name=roles.SUPPORT_LEAD))
    setup_test_environment()  # answers tell what they were rendered from
    client = Client()
    client.force_login(user)
    return client


def _table(pages: Sequence[asking.Asked]) -> Table:
    table = Table(title="Query time of support's pages, ms")
    for heading in ("page", "asked", "first page", "in the middle", "slowest", "which is", "queries, at most"):
        table.add_column(heading, justify="left" if heading in ("page", "which is") else "right")
    kinds = {(each.page, each.what.startswith(("story", "row"))) for each in pages}
    for page, alone in sorted(kinds):
        own = [each for each in pages if (each.page, each.what.startswith(("story", "row"))) == (page, alone)]
        slowest = max(own, key=lambda each: each.ms)
        named = {each.what: f"{each.ms:.1f}" for each in own}
        first, middle = (named.get(name, "") for name in ("first page", "a page in the middle"))
        most = str(max(each.queries for each in own))
        table.add_row(page, str(len(own)), first, middle, f"{slowest.ms:.1f}", slowest.what, most)
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the rows, to see that it works")
    parser.add_argument("--out", type=Path, help="a folder to save the figures in, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
