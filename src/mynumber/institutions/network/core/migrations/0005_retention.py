from django.db import migrations, models

FORGET = """
CREATE FUNCTION forget_records() RETURNS TABLE (exchanges bigint, entries bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    cut timestamptz := now() - interval '7 years';
    covered_size bigint := (SELECT coalesce(max(size), 0) FROM checkpoint WHERE signed_at < cut);
BEGIN
    WITH old AS (
        SELECT inquirer, request_id FROM exchange
        WHERE requested_at < cut AND NOT EXISTS (
            SELECT FROM exchange_event AS event
            WHERE (event.inquirer, event.request_id) = (exchange.inquirer, exchange.request_id)
              AND (event.at >= cut OR event.index >= covered_size)
        )
    ), gone_entries AS (
        DELETE FROM exchange_event AS event USING old
        WHERE (event.inquirer, event.request_id) = (old.inquirer, old.request_id) RETURNING 1
    ), gone AS (
        DELETE FROM exchange USING old
        WHERE (exchange.inquirer, exchange.request_id) = (old.inquirer, old.request_id) RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM gone_entries) INTO exchanges, entries;
    IF exchanges > 0 THEN
        INSERT INTO retention_run (at, before, covered, exchanges, entries) VALUES (now(), cut, covered_size, exchanges, entries);
    END IF;
    RETURN NEXT;
END $$
"""


class Migration(migrations.Migration):
    """Records and salts go after seven years (Cabinet Order art. 30); the log's leaves stay.

    The app role, which may delete nothing, gets one function that deletes what is older than that by the database's own clock, and writes
    down how much: so the audit tells what was forgotten from what was taken away.
    """

    dependencies = [("network_core", "0004_new_exchange")]

    operations = [
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                ("at", models.DateTimeField(primary_key=True, serialize=False)),
                ("before", models.DateTimeField()),
                ("covered", models.BigIntegerField()),
                ("exchanges", models.BigIntegerField()),
                ("entries", models.BigIntegerField()),
            ],
            options={"db_table": "retention_run"},
        ),
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON retention_run FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION forget_records()"),
    ]
