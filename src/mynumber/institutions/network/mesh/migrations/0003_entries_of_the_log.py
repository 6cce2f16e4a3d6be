from django.db import migrations, models

NUMBER = """
WITH waiting AS (
    SELECT subscriber, sequence, row_number() OVER (ORDER BY disclosed_at, subscriber, sequence) - 1 AS place FROM event_entry
), slot AS (
    UPDATE log_state SET next_index = next_index + (SELECT count(*) FROM waiting) WHERE id = 1
    RETURNING next_index - (SELECT count(*) FROM waiting) AS first
)
UPDATE event_entry AS entry SET index = slot.first + waiting.place, subscriber_name = entry.subscriber,
    publisher_name = entry.publisher, salt = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
FROM waiting, slot WHERE (entry.subscriber, entry.sequence) = (waiting.subscriber, waiting.sequence)
"""
"""Disclosures that were recorded before they had a place in the log get one now."""

FORGET = """
CREATE OR REPLACE FUNCTION forget_records() RETURNS TABLE (exchanges bigint, entries bigint)
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
    ), gone_corrections AS (
        DELETE FROM exchange_correction AS correction USING old
        WHERE (correction.inquirer, correction.request_id) = (old.inquirer, old.request_id)
    ), gone_disclosures AS (
        DELETE FROM event_entry WHERE disclosed_at < cut AND index < covered_size RETURNING 1
    ), gone AS (
        DELETE FROM exchange USING old
        WHERE (exchange.inquirer, exchange.request_id) = (old.inquirer, old.request_id) RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM gone_entries) + (SELECT count(*) FROM gone_disclosures)
    INTO exchanges, entries;
    DELETE FROM event_acknowledgement WHERE at < cut;
    DELETE FROM published_event WHERE received_at < cut;
    IF entries > 0 THEN
        INSERT INTO retention_run (at, before, covered, exchanges, entries) VALUES (now(), cut, covered_size, exchanges, entries);
    END IF;
    RETURN NEXT;
END $$
"""


class Migration(migrations.Migration):
    """Each disclosure of an event is an entry of the log, with index and salt; it goes after seven years with the other records.

    So only the function that writes down how much it deletes may delete it, and what was noted on exchanges goes with them.
    """

    dependencies = [
        ("network_mesh", "0002_insert_only"),
        ("network_core", "0005_retention"),
        ("network_corrections", "0002_insert_only"),
    ]

    operations = [
        migrations.AddField("evententry", "index", models.BigIntegerField(null=True)),
        migrations.AddField("evententry", "salt", models.BinaryField(null=True)),
        migrations.AddField("evententry", "subscriber_name", models.CharField(max_length=200, null=True)),
        migrations.AddField("evententry", "publisher_name", models.CharField(max_length=200, null=True)),
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
        migrations.AlterField("evententry", "index", models.BigIntegerField(unique=True)),
        migrations.AlterField("evententry", "salt", models.BinaryField()),
        migrations.AlterField("evententry", "subscriber_name", models.CharField(max_length=200)),
        migrations.AlterField("evententry", "publisher_name", models.CharField(max_length=200)),
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE DELETE ON event_entry FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
