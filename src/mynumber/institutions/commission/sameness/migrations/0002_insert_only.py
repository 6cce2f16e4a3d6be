from django.db import migrations


class Migration(migrations.Migration):
    """Take from the app role what it never needs: a test that was helped with stays as it is, and is ended."""

    dependencies = [("commission_sameness", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON helped_test FROM %I', app_role);
                    EXECUTE format('GRANT UPDATE (is_same, ended_at) ON helped_test TO %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
    ]
