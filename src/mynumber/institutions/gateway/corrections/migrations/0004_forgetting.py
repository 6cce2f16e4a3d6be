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
"""What tells of people, and from when its seven years run."""

CUT = "now() - interval ''7 years''"
POLICIES = "\n".join(
    f"EXECUTE format('CREATE POLICY may_be_forgotten ON {table} TO %I USING ({end} < {CUT})', current_user);"
    for table, end in ENDS.items()
)
DELETES = "\n".join(
    f"DELETE FROM {table} WHERE {end} < now() - interval '7 years';"  # noqa: S608 - constants
    for table, end in ENDS.items()
)


class Migration(migrations.Migration):
    """Records of both sides go after seven years (Cabinet Order art. 30), and what tells of them.

    The roles of processes and tenants need not delete a record (0006 takes that from them). They get one function, which deletes as the tables' owner;
    and the owner sees through the walls only what is older than that, by the database's own clock.
    """

    dependencies = [
        ("gateway_corrections", "0003_gone_copies"),
        ("gateway_tenants", "0007_source_of_facts_and_given"),
        ("gateway_desk", "0004_walls_of_the_rest"),
        ("gateway_mesh", "0002_walls"),
    ]

    operations = [
        migrations.RunSQL(
            f"DO $$ BEGIN {POLICIES} END $$",
            "".join(f"DROP POLICY may_be_forgotten ON {table};" for table in ENDS),
        ),
        migrations.RunSQL(
            f"""
            CREATE FUNCTION forget_records() RETURNS void
            LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN {DELETES} END $$
            """,
            "DROP FUNCTION forget_records()",
        ),
    ]
