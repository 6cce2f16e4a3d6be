"""What happened with money stays: the process's own role may not delete payments or news, and may not touch refunds once they are written."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'acquirer') THEN
        {verb} DELETE, TRUNCATE ON payment, news, refund {preposition} acquirer;
        {verb} UPDATE ON refund {preposition} acquirer;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("acquirer_payments", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
    )
