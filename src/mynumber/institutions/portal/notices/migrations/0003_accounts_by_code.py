"""Deliveries look for accounts by code. The index belongs to a table of the account's app, and to no state of Django's: nothing else wants it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("portal_notices", "0002_rights"), ("portal_account", "0001_initial"))

    operations = (
        migrations.RunSQL(
            "CREATE INDEX account_of_code ON account (code) WHERE code IS NOT NULL",
            "DROP INDEX account_of_code",
        ),
    )
