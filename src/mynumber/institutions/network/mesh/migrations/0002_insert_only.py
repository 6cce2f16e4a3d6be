from django.db import migrations

INSERT_ONLY = "published_event, event_entry, event_acknowledgement"


class Migration(migrations.Migration):
    """Take from the app role what it never needs: changing what was recorded. Deleting stays, for the end of the retention."""

    dependencies = [("network_mesh", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"""
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, TRUNCATE ON {INSERT_ONLY} FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
    ]
