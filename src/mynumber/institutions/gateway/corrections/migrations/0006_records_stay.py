from django.db import migrations

TABLES = (
    "correction",
    "received_correction",
    "desk_item",
    "holder_question",
    "obtain_request",
    "sent_obtain",
    "incoming_event",
    "outgoing_event",
)
"""What only ``forget_records`` may delete, besides ``side_record`` and ``desk_event``. Of ``gone_copy`` a rotation of codes merges two traces of one person."""


class Migration(migrations.Migration):
    """Take from tenants and processes what only forgetting needs: to delete what tells of people."""

    dependencies = [
        ("gateway_corrections", "0005_as_of_what_went"),
        ("gateway_desk", "0005_periods"),
        ("gateway_mesh", "0002_walls"),
    ]

    operations = [
        migrations.RunSQL(
            f"""
            DO $$
            DECLARE role_name text;
            BEGIN
                FOREACH role_name IN ARRAY ARRAY['gateway', 'gateway_tenant'] LOOP
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                        EXECUTE format('REVOKE DELETE, TRUNCATE ON {", ".join(TABLES)} FROM %I', role_name);
                    END IF;
                END LOOP;
            END $$
            """,  # noqa: S608 - constants
            f"GRANT DELETE ON {', '.join(TABLES)} TO gateway_tenant",
        ),
    ]
