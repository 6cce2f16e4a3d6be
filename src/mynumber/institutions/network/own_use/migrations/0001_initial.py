from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows that the commission accepted; the app role may add some and change none."""

    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="OwnUseRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("notice", models.UUIDField(unique=True)),
                ("kind", models.CharField(max_length=10)),
                ("affair", models.CharField(max_length=40)),
                ("content", models.TextField()),
                ("notified", models.DateField()),
                ("accepted", models.DateField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "db_table": "own_use_row",
                "indexes": [models.Index(fields=["affair", "id"], name="own_use_row_of_affair")],
            },
        ),
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON own_use_row FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
    ]
