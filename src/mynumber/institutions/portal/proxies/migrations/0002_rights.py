"""What a proxy did is never rewritten: the portal's own role may add lines, and neither change nor delete one."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') THEN
        {verb} UPDATE, DELETE ON proxy_event {preposition} portal;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("portal_proxies", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
    )
