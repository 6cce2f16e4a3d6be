"""A notice that arrived stays as it arrived: the portal's own role may note that it was read, used or put away, and nothing else."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_IF_THERE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') THEN
        {}
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("portal_notices", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _IF_THERE.format(
                "REVOKE UPDATE, DELETE ON notice FROM portal; "
                "GRANT UPDATE (read_at, acted_at, act, put_away_at) ON notice TO portal;"
            ),
            _IF_THERE.format("GRANT UPDATE, DELETE ON notice TO portal;"),
        ),
    )
