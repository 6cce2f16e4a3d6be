"""Records stay: the portal's own role may add them and write how they ended, and delete none. After seven years one function does (Cabinet Order art. 30)."""

from django.db import migrations

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') THEN
        {verb} DELETE, TRUNCATE ON own_inquiry, own_case, own_case_step {preposition} portal;
        {verb} UPDATE ON own_case_step {preposition} portal;
    END IF;
END $$
"""
_FORGET = """
CREATE FUNCTION forget_own_inquiries() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE gone bigint; these bigint;
BEGIN
    DELETE FROM own_inquiry WHERE asked_at < now() - interval '7 years';
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM own_case_step USING own_case
        WHERE own_case_step.case_id = own_case.id AND own_case.state_at < now() - interval '7 years';
    DELETE FROM own_case WHERE state_at < now() - interval '7 years';
    GET DIAGNOSTICS these = ROW_COUNT;
    RETURN gone + these;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("portal_information", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
        migrations.RunSQL(_FORGET, "DROP FUNCTION forget_own_inquiries()"),
    )
