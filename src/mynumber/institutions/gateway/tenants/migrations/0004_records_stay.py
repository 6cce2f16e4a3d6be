from django.db import migrations

ENDING = "outcome, ended_at, hop, reason, permit_digest, provision"
"""What is written when an exchange ends; who asked whom for what about whom is written once."""


class Migration(migrations.Migration):
    """Take from the tenants what a record never needs: being deleted, or telling afterwards of another question (Act art. 23)."""

    dependencies = [("gateway_tenants", "0003_permit_of_its_inquirer")]

    operations = [
        migrations.RunSQL(
            f"""
            DO $$
            DECLARE role_name text;
            BEGIN
                FOREACH role_name IN ARRAY ARRAY['gateway', 'gateway_tenant'] LOOP
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON side_record FROM %I', role_name);
                    END IF;
                END LOOP;
                GRANT UPDATE ({ENDING}) ON side_record TO gateway_tenant;
            END $$
            """,  # noqa: S608 - a constant
            "GRANT UPDATE, DELETE ON side_record TO gateway_tenant",
        ),
    ]
