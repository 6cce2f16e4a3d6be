import django.db.models.deletion
from django.db import migrations, models

from mynumber.institutions.jlis.rights import insert_only


class Migration(migrations.Migration):
    dependencies = [("jlis_certification", "0005_signed_attributes")]

    operations = [
        migrations.AddField(
            model_name="card",
            name="chip_key",
            field=models.BinaryField(null=True, verbose_name="チップの公開鍵"),
        ),
        migrations.CreateModel(
            name="PhoneApplication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True, verbose_name="申請の要約")),
                ("device", models.CharField(max_length=100, verbose_name="端末の名前")),
                ("applied_at", models.DateTimeField(verbose_name="申請日時")),
                ("received_at", models.DateTimeField(verbose_name="受付日時")),
                ("received_through", models.CharField(max_length=80, verbose_name="申請を受けた機関")),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="phone_applications",
                        to="jlis_certification.certificate",
                    ),
                ),
            ],
        ),
        insert_only("jlis_certification_phoneapplication"),
    ]
