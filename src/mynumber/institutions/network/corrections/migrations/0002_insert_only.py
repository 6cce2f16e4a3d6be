from django.db import migrations


class Migration(migrations.Migration):
    """Take from the app role what it never needs: changing or deleting what was noted."""

    dependencies = [("network_corrections", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON exchange_correction FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        )
    ]
