from django.db import migrations

ROLL_UP = """
CREATE FUNCTION roll_up_usage(margin interval) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    since timestamptz;
    through timestamptz;
    counted bigint;
BEGIN
    SELECT counted_through INTO since FROM usage_state WHERE id = 1 FOR UPDATE;
    IF since IS NULL THEN
        SELECT min(requested_at) INTO since FROM exchange;
    END IF;
    through := least(now() - margin, since + interval '1 day');
    IF since IS NULL OR through <= since THEN
        RETURN 0;
    END IF;
    WITH decided AS MATERIALIZED (
        SELECT date_trunc('hour', asked.requested_at, 'UTC') AS hour, coalesce(event.reason, '') AS reason,
               coalesce(asked.provision, '') AS provision, asked.inquirer,
               count(*) AS asked, min(asked.requested_at) AS first_at, max(asked.requested_at) AS last_at
        FROM exchange AS asked
        LEFT JOIN exchange_event AS event
            ON event.inquirer = asked.inquirer AND event.request_id = asked.request_id AND event.side = 'network'
        WHERE asked.requested_at >= since AND asked.requested_at < through
        GROUP BY 1, 2, 3, 4
    ), hours AS (
        INSERT INTO usage_hour (hour, reason, asked)
        SELECT decided.hour, decided.reason, sum(decided.asked) FROM decided GROUP BY 1, 2
        ON CONFLICT (hour, reason) DO UPDATE SET asked = usage_hour.asked + excluded.asked
    ), by_row AS (
        INSERT INTO usage_row (provision, inquirer, asked, first_at, last_at)
        SELECT decided.provision, decided.inquirer, sum(decided.asked), min(decided.first_at), max(decided.last_at)
        FROM decided WHERE decided.provision <> '' AND decided.reason = '' GROUP BY 1, 2
        ON CONFLICT (provision, inquirer) DO UPDATE
            SET asked = usage_row.asked + excluded.asked, last_at = excluded.last_at
    )
    SELECT coalesce(sum(decided.asked), 0) INTO counted FROM decided;
    UPDATE usage_state SET counted_through = through WHERE id = 1;
    RETURN counted;
END $$
"""

WATCH = """
CREATE FUNCTION count_askers(wanted date) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    since timestamptz := wanted::timestamp AT TIME ZONE 'Asia/Tokyo';
    counted bigint;
BEGIN
    PERFORM FROM usage_state WHERE id = 1 FOR UPDATE;
    DELETE FROM asker_day WHERE day = wanted;
    INSERT INTO asker_day
        (day, inquirer, organisation, asked, persons, rules, odd_hours, not_in_table, refused, non_disclosure)
    SELECT wanted, asked.inquirer, asked.organisation, count(*), count(DISTINCT asked.record_code),
           count(DISTINCT asked.provision) FILTER (WHERE event.reason IS NULL),
           count(*) FILTER (WHERE extract(hour FROM asked.requested_at AT TIME ZONE 'Asia/Tokyo') NOT BETWEEN 7 AND 21
                               OR extract(isodow FROM asked.requested_at AT TIME ZONE 'Asia/Tokyo') > 5),
           count(*) FILTER (WHERE event.reason = 'not_in_table'),
           count(event.reason),
           count(*) FILTER (WHERE asked.non_disclosure)
    FROM exchange AS asked
    LEFT JOIN exchange_event AS event
        ON event.inquirer = asked.inquirer AND event.request_id = asked.request_id AND event.side = 'network'
    WHERE asked.requested_at >= since AND asked.requested_at < since + interval '1 day'
    GROUP BY asked.inquirer, asked.organisation;
    GET DIAGNOSTICS counted = ROW_COUNT;
    RETURN counted;
END $$
"""


class Migration(migrations.Migration):
    """Counting is one statement beside the records: nothing travels, no person leaves the table of records."""

    dependencies = [("network_statistics", "0001_initial"), ("network_core", "0005_retention")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO usage_state (id, counted_through) VALUES (1, NULL)", migrations.RunSQL.noop
        ),
        migrations.RunSQL(ROLL_UP, "DROP FUNCTION roll_up_usage(interval)"),
        migrations.RunSQL(WATCH, "DROP FUNCTION count_askers(date)"),
    ]
