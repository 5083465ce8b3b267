"""`manage.py verify_ledger`: prove that no coin is lost or doubled."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from livestream.command_line import exits
from wallet import verification


class Command(BaseCommand):
    """Exit code 0 where every rule of the ledger holds, 1 where one does not."""

    help = "Check that balances, transfers, escrows and earnings agree to the coin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, **options: Any) -> None:
        exits.refuse_without_tables()
        findings = verification.verify_ledger()
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not findings, "findings": [str(f) for f in findings]}))
        else:
            self._tell(findings)
        if findings:
            raise CommandError(f"the ledger is wrong in {len(findings)} places", returncode=1)

    def _tell(self, findings: list[verification.Finding]) -> None:
        for check in verification.CHECKS:
            wrong = [f for f in findings if f.check == check]
            mark = self.style.ERROR("WRONG") if wrong else self.style.SUCCESS("ok")
            self.stdout.write(f"{mark}  {check}")
            for finding in wrong:
                self.stdout.write(f"       {finding.place}: {finding.found}, not {finding.wanted}")
