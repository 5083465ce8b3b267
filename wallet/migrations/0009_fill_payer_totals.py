"""Adds the trigger for early refunds, and fills the totals of earlier payments.

No transaction locks two tables or two escrows. An interrupted run can be repeated: filling an escrow twice gives the
same totals.
"""

from django.db import migrations, transaction

from livestream.storage.keyset import iterate
from livestream.storage.vendor_sql import VendorSQL
from wallet.sql import totals

PAGE = 100


def fill(apps, schema_editor):
    """Fill the totals of all escrows, page by page; processes of any release may count meanwhile."""
    escrows = apps.get_model("wallet", "Escrow").objects
    page = []
    for escrow in iterate(escrows.all(), by="escrow_id"):
        if escrow.state == "open":
            fill_open(escrows, escrow.pk)
        else:
            page.append(escrow.pk)
        if len(page) == PAGE:
            totals.fill_totals(page)
            page = []
    if page:
        totals.fill_totals(page)


def fill_open(escrows, escrow_id):
    """Fill the totals of an open escrow, into which payments go on meanwhile. Counting and refunds wait."""
    with transaction.atomic():
        escrows.select_for_update().get(pk=escrow_id)
        totals.fill_totals([escrow_id])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("wallet", "0008_payer_totals")]

    operations = [
        VendorSQL(totals.CREATE_EARLY_REFUND_TRIGGER, totals.DROP_EARLY_REFUND_TRIGGER),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
