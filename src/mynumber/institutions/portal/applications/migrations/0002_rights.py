"""What was told and what happened is never rewritten: the portal's own role may add lines, and take them away with a draft, but change none."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') THEN
        {verb} UPDATE ON application_step, application_happening {preposition} portal;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("portal_applications", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
    )
