"""What was handed to services only grows: the portal's own role can neither change nor delete a line of it."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') THEN
        {verb} UPDATE, DELETE ON disclosure {preposition} portal;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("portal_identity", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
    )
