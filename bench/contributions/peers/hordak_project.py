"""A Django project of its own around django-hordak: one transfer, again and again.

    hordak_project.py prepare DATABASE_URL
    hordak_project.py run DATABASE_URL WAY PROCESSES SECONDS

It runs in the virtual environment of bench/requirements.txt and imports nothing of this service.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import time

import dj_database_url
import django
from django.conf import settings
from django.db import transaction

PAYERS = 200
WARM_UP = 0.5


def main(verb: str, url: str, *rest: str) -> None:
    """Prepare the database, or run and print the result as JSON."""
    settings.configure(
        DATABASES={"default": dj_database_url.parse(url, conn_max_age=None)},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
        USE_TZ=True,
        DEFAULT_CURRENCY="EUR",
        CURRENCIES=["EUR"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    if verb == "prepare":
        prepare()
    else:
        way, processes, seconds = rest
        print(json.dumps(run(way, int(processes), float(seconds))))


def prepare() -> None:
    """Make the tables, payers with money, and an escrow for all of them to pay into."""
    from django.core.management import call_command
    from hordak.models import Account, AccountType
    from moneyed import Money

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        bank = _open(Account, "Bank", "0", AccountType.asset)
        _open(Account, "Escrow", "1", AccountType.liability)
        for number in range(PAYERS):
            payer = _open(Account, "Payer", str(2 + number), AccountType.liability)
            payer.transfer_to(bank, Money(10**9, "EUR"))


def _open(account: type, name: str, code: str, kind: str) -> object:
    return account.objects.create(name=name, code=code, type=kind, currencies=["EUR"])


def run(way: str, processes: int, seconds: float) -> dict[str, float]:
    """Transfer from all processes at once; return transfers a second and CPU ms of each."""
    starts = time.monotonic() + 1.0
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        shares = pool.starmap(work, [(way, starts, seconds)] * processes, chunksize=1)
    measured, made, cpu = (sum(column) for column in zip(*shares, strict=True))
    prove()
    return {"per_second": measured / seconds, "cpu_ms": cpu * 1000 / made}


def work(way: str, starts: float, seconds: float) -> tuple[int, int, float]:
    """Transfer until the time is up; return how many were measured, how many made, and CPU."""
    from hordak.models import Account

    accounts = {account.code: account for account in Account.objects.all()}
    escrow, payers = accounts["1"], [a for code, a in accounts.items() if code not in "01"]
    pay = {"hordak": by_id, "hordak, checked": checked, "hordak, in memory": in_memory}[way]
    time.sleep(max(0.0, starts - time.monotonic()))
    measured, made, cpu = 0, 0, time.process_time()
    begins, ends = starts + WARM_UP, starts + WARM_UP + seconds
    while (now := time.monotonic()) < ends:
        pay(escrow, random.choice(payers))  # noqa: S311 - no secret
        measured, made = measured + (now >= begins), made + 1
    return measured, made, time.process_time() - cpu


def in_memory(escrow: object, payer: object) -> None:
    """Transfer between two accounts that were loaded before."""
    from moneyed import Money

    escrow.transfer_to(payer, Money(2, "EUR"))


def by_id(escrow: object, payer: object) -> None:
    """Transfer as a request does, which knows the ids of two accounts."""
    load = type(escrow).objects.get
    in_memory(load(pk=escrow.pk), load(pk=payer.pk))


def checked(escrow: object, payer: object) -> None:
    """Transfer where the payer has enough, which takes the payer's lock and balance."""
    from moneyed import Money

    with transaction.atomic():
        locked = type(payer).objects.select_for_update().get(pk=payer.pk)
        if locked.get_simple_balance() >= Money(2, "EUR"):
            by_id(escrow, locked)


def prove() -> None:
    """Raise RuntimeError unless all debits are all credits."""
    from django.db.models import Sum
    from hordak.models import Leg

    sums = Leg.objects.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    if sums["debit"] != sums["credit"]:
        raise RuntimeError(f"hordak: {sums}")


if __name__ == "__main__":
    main(*sys.argv[1:])
