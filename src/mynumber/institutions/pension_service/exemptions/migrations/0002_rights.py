"""What was sent, disclosed, found and done is never rewritten: the service's own role may add lines, and neither change nor take away any."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pension_service') THEN
        {verb} UPDATE, DELETE ON pension_exemptions_submission, pension_exemptions_paper, pension_exemptions_disclosure,
            pension_exemptions_confirmed, pension_exemptions_written, pension_exemptions_entry {preposition} pension_service;
        {verb} DELETE ON pension_exemptions_application, pension_exemptions_decision, pension_exemptions_toldstep,
            pension_exemptions_inquiry {preposition} pension_service;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("pension_exemptions", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
    )
