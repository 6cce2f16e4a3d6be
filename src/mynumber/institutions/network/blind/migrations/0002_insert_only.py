from django.db import migrations

FORGET = """
CREATE FUNCTION forget_blinded_persons() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH gone AS (
        DELETE FROM blinded_person AS person
        WHERE person.at < now() - interval '1 day'
          AND NOT EXISTS (SELECT FROM exchange WHERE exchange.record_code = person.mark)
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$
"""


class Migration(migrations.Migration):
    """The app role may neither change nor delete: a ciphertext goes with its record (Cabinet Order art. 30), a test of sameness is ended once."""

    dependencies = [("network_blind", "0001_initial"), ("network_core", "0005_retention")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON blinded_person, sameness_test FROM %I', app_role);
                    EXECUTE format('GRANT UPDATE (is_same, ended_at) ON sameness_test TO %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION forget_blinded_persons()"),
    ]
