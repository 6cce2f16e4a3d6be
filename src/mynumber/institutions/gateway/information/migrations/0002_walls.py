from importlib import import_module

from django.db import migrations

from mynumber.webkit.tenancy import TenantWall

BEFORE: dict[str, str] = import_module(
    "mynumber.institutions.gateway.corrections.migrations.0007_forgetting_in_batches"
).ENDS
ENDS = {"own_case": "arrived_at", "own_case_step": "at"}
"""What tells of people, and from when its seven years run."""
CUT = "now() - interval ''7 years''"
POLICIES = "\n".join(
    f"EXECUTE format('CREATE POLICY may_be_forgotten ON {table} TO %I USING ({end} < {CUT})', current_user);"
    for table, end in ENDS.items()
)


def _forgetting(ends: dict[str, str]) -> str:
    deletes = "\n".join(
        f"""
        DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {end} < now() - interval '7 years' LIMIT at_most));
        GET DIAGNOSTICS these = ROW_COUNT;
        gone := gone + these;
        """  # noqa: S608 - constants
        for table, end in ends.items()
    )
    return f"""
        CREATE OR REPLACE FUNCTION forget_records(at_most integer DEFAULT 10000) RETURNS bigint
        LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
        DECLARE gone bigint := 0; these bigint;
        BEGIN {deletes} RETURN gone; END $$
    """


class Migration(migrations.Migration):
    """Wall cases by tenant; what was told is never changed; both go with the records after seven years (Cabinet Order art. 30)."""

    dependencies = [
        ("gateway_information", "0001_initial"),
        ("gateway_corrections", "0007_forgetting_in_batches"),
    ]

    operations = [
        TenantWall("gateway_information", "OwnCase"),
        TenantWall("gateway_information", "OwnCaseStep", insert_only=True),
        migrations.RunSQL(
            """
            DO $$
            DECLARE role_name text;
            BEGIN
                FOREACH role_name IN ARRAY ARRAY['gateway', 'gateway_tenant'] LOOP
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                        EXECUTE format('REVOKE DELETE, TRUNCATE ON own_case, own_case_step FROM %I', role_name);
                        EXECUTE format('REVOKE UPDATE ON own_case_step FROM %I', role_name);
                    END IF;
                END LOOP;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            f"DO $$ BEGIN {POLICIES} END $$",
            "".join(f"DROP POLICY may_be_forgotten ON {table};" for table in ENDS),
        ),
        migrations.RunSQL(_forgetting(BEFORE | ENDS), _forgetting(BEFORE)),
    ]
