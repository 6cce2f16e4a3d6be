from django.db import migrations

INSERT_ONLY = "issued_code, exchange, exchange_event, checkpoint"


class Migration(migrations.Migration):
    """Take from the app role what it never needs: changing or deleting what was recorded; start the log at index 0."""

    dependencies = [("network_core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"""
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON {INSERT_ONLY} FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("INSERT INTO log_state (id, next_index) VALUES (1, 0)", migrations.RunSQL.noop),
    ]
