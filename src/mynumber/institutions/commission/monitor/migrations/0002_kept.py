from django.db import migrations


class Migration(migrations.Migration):
    """Take from the app role what it never needs: removing what was seen, verified or proven."""

    dependencies = [("commission_monitor", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON seen_checkpoint FROM %I', app_role);
                    EXECUTE format('REVOKE DELETE, TRUNCATE ON alarm, watched_log, watched_tile FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
    ]
