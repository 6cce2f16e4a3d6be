"""A notice goes with the account that it arrived in: the portal's own role may delete none, one function does, once the account is closed."""

from django.db import migrations

_FORGET = """
CREATE FUNCTION forget_notices(whose bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE gone bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM account WHERE id = whose AND closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'notices stay as long as their account' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM notice_report USING notice WHERE notice_report.notice_id = notice.id AND notice.account_id = whose;
    DELETE FROM notice WHERE account_id = whose;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""


class Migration(migrations.Migration):
    dependencies = (
        ("portal_notices", "0003_accounts_by_code"),
        ("portal_account", "0007_alerts_and_closing"),
    )

    operations = (migrations.RunSQL(_FORGET, "DROP FUNCTION forget_notices(bigint)"),)
