"""What happened with money stays: the process's own role may not delete files or transfers, and may not touch what was sent."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'acquirer') THEN
        {verb} UPDATE, DELETE, TRUNCATE ON transfer_file, transfer {preposition} acquirer;
        {back} UPDATE (carried_out_at) ON transfer_file {other} acquirer;
        {back} UPDATE (state, reason, version, told_version, changed_at, tries, next_try_at) ON transfer {other} acquirer;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("acquirer_transfers", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM", back="GRANT", other="TO"),
            _CHANGE.format(verb="GRANT", preposition="TO", back="REVOKE", other="FROM"),
        ),
    )
