from django.db import migrations

FORGET = """
CREATE FUNCTION forget_own_visits() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH requests AS (DELETE FROM own_request WHERE at < now() - interval '7 years' RETURNING 1),
        visits AS (DELETE FROM own_visit WHERE first_at < now() - interval '7 years' RETURNING 1)
    SELECT (SELECT count(*) FROM requests) + (SELECT count(*) FROM visits)
$$
"""


class Migration(migrations.Migration):
    """Take from the app role what it never needs: to change or delete. After seven years (Cabinet Order art. 30) one function does."""

    dependencies = [("network_information", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON own_visit, own_request FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION forget_own_visits()"),
    ]
