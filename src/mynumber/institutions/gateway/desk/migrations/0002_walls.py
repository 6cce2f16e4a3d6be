from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall every table by tenant; what was done at the desk is never changed."""

    dependencies = [("gateway_desk", "0001_initial")]

    operations = [
        TenantWall("gateway_desk", "AnswerHold", "DeskItem"),
        TenantWall("gateway_desk", "DeskEvent", insert_only=True),
        migrations.RunSQL(
            """
            DO $$
            DECLARE role_name text;
            BEGIN
                FOREACH role_name IN ARRAY ARRAY['gateway', 'gateway_tenant'] LOOP
                    IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
                        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON desk_event FROM %I', role_name);
                    END IF;
                END LOOP;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
    ]
