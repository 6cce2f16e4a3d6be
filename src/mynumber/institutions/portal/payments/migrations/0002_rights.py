"""What was begun with money stays: the portal's own role may not delete it."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') THEN
        {verb} DELETE, TRUNCATE ON checkout, bill_word {preposition} portal;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("portal_payments", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
    )
