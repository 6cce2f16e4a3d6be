from django.db import migrations

ENDS = {
    "side_record": "coalesce(ended_at, asked_at)",
    "correction": "made_at",
    "received_correction": "received_at",
    "gone_copy": "gone_at",
    "desk_item": "deadline",
    "desk_event": "at",
    "holder_question": "at",
    "obtain_request": "received_at",
    "sent_obtain": "sent_at",
    "incoming_event": "received_at",
    "outgoing_event": "coalesce(settled_at, published_at)",
}
"""As in 0004."""

DELETES = "\n".join(
    f"""
    DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {end} < now() - interval '7 years' LIMIT at_most));
    GET DIAGNOSTICS these = ROW_COUNT;
    gone := gone + these;
    """  # noqa: S608 - constants
    for table, end in ENDS.items()
)
BEFORE = "\n".join(
    f"DELETE FROM {table} WHERE {end} < now() - interval '7 years';"  # noqa: S608 - constants
    for table, end in ENDS.items()
)


class Migration(migrations.Migration):
    """Let forgetting go in short transactions, and find what is due without reading seven years.

    BRIN: rows come in the order of their time, so a few bytes for each 128 pages are enough, and writing costs next to nothing.
    """

    dependencies = [("gateway_corrections", "0006_records_stay")]

    operations = [
        migrations.RunSQL(
            [
                f"CREATE INDEX {table}_to_forget ON {table} USING brin (({end}))"
                for table, end in ENDS.items()
            ],
            [f"DROP INDEX {table}_to_forget" for table in ENDS],
        ),
        migrations.RunSQL(
            f"""
            DROP FUNCTION forget_records();
            CREATE FUNCTION forget_records(at_most integer DEFAULT 10000) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
            DECLARE gone bigint := 0; these bigint;
            BEGIN {DELETES} RETURN gone; END $$
            """,
            f"""
            DROP FUNCTION forget_records(integer);
            CREATE FUNCTION forget_records() RETURNS void
            LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN {BEFORE} END $$
            """,
        ),
    ]
