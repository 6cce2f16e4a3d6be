"""What arrived or was refused is never rewritten, and a consent may only be taken back: the portal's own role can do nothing else."""

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
    dependencies = (("portal_deliveries", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _IF_THERE.format(
                "REVOKE UPDATE, DELETE ON delivery_arrival, delivery_consent FROM portal; "
                "GRANT UPDATE (withdrawn_at) ON delivery_consent TO portal; "
                "REVOKE UPDATE, DELETE ON delivered_document FROM portal; "
                "GRANT UPDATE (read_at), DELETE ON delivered_document TO portal;"
            ),
            _IF_THERE.format(
                "GRANT UPDATE, DELETE ON delivery_arrival, delivery_consent, delivered_document TO portal;"
            ),
        ),
    )
