from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SeenMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sender", models.CharField(max_length=80, verbose_name="送り手")),
                ("message_id", models.CharField(max_length=128, verbose_name="電文番号")),
                ("expires_at", models.DateTimeField(verbose_name="電文の有効期限")),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="jlis_message_expiry")],
                "constraints": [
                    models.UniqueConstraint(fields=("sender", "message_id"), name="jlis_message_seen_once")
                ],
            },
        ),
    ]
