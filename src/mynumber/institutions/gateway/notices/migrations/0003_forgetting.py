from importlib import import_module

from django.db import migrations

_corrections = import_module(
    "mynumber.institutions.gateway.corrections.migrations.0007_forgetting_in_batches"
)
_information = import_module("mynumber.institutions.gateway.information.migrations.0002_walls")
BEFORE: dict[str, str] = _corrections.ENDS | _information.ENDS
NEW = {
    "outgoing_notice": "coalesce(settled_at, received_at)",
    "notice_report": "at",
    "refused_message": "hour",
}
ENDS = BEFORE | NEW
"""What tells of people or of members, and from when its seven years run."""

STAYS = {
    "notice_report": " AND EXISTS (SELECT FROM notice_report AS later"
    " WHERE later.tenant = notice_report.tenant AND later.place > notice_report.place)",
}
"""Of the reports of a member that are old enough the last stays: places are counted on from it."""

POLICIES = "\n".join(
    f"EXECUTE format('CREATE POLICY may_be_forgotten ON {table} TO %I USING ({end} < now() - interval ''7 years'')', current_user);"
    for table, end in NEW.items()
)


def deletes(ends: dict[str, str]) -> str:
    return "\n".join(
        f"""
        DELETE FROM {table} WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {table} WHERE {end} < now() - interval '7 years'{STAYS.get(table, "")} LIMIT at_most));
        GET DIAGNOSTICS these = ROW_COUNT;
        gone := gone + these;
        """  # noqa: S608 - constants
        for table, end in ends.items()
    )


def function(ends: dict[str, str]) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION forget_records(at_most integer DEFAULT 10000) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
        DECLARE gone bigint := 0; these bigint;
        BEGIN {deletes(ends)} RETURN gone; END $$
    """


class Migration(migrations.Migration):
    """Notices, what became of them, and the counts of refused messages go after seven years with everything else."""

    dependencies = [
        ("gateway_notices", "0002_walls"),
        ("gateway_information", "0002_walls"),
        ("gateway_tenants", "0009_core_of_notices"),
    ]

    operations = [
        migrations.RunSQL(
            f"""
            DO $$
            DECLARE role_name text;
            BEGIN
                {POLICIES}
                FOREACH role_name IN ARRAY ARRAY['gateway', 'gateway_tenant'] LOOP
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                        EXECUTE format('REVOKE DELETE, TRUNCATE ON {", ".join(NEW)} FROM %I', role_name);
                    END IF;
                END LOOP;
            END $$
            """,  # noqa: S608 - constants
            [
                *(f"DROP POLICY may_be_forgotten ON {table}" for table in NEW),
                "GRANT DELETE ON outgoing_notice, refused_message TO gateway_tenant",
            ],
        ),
        migrations.RunSQL(
            [f"CREATE INDEX {table}_to_forget ON {table} USING brin (({end}))" for table, end in NEW.items()],
            [f"DROP INDEX {table}_to_forget" for table in NEW],
        ),
        migrations.RunSQL(function(ENDS), function(BEFORE)),
    ]
