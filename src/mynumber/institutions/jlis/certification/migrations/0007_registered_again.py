from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jlis_certification", "0006_phone_applications"),
    ]

    operations = [
        migrations.AlterField(
            model_name="verifier",
            name="system_id",
            field=models.CharField(max_length=80, null=True, verbose_name="システム"),
        ),
        migrations.AddConstraint(
            model_name="verifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("system_id",),
                name="jlis_one_verifier_a_system",
            ),
        ),
    ]
