from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ServiceCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("ocsp-authentication", "利用者証明用電子証明書の有効性確認"),
                            ("ocsp-signature", "署名用電子証明書の有効性確認"),
                            ("tsa", "タイムスタンプ"),
                        ],
                        max_length=32,
                        verbose_name="用途",
                    ),
                ),
                ("authority_generation", models.IntegerField(verbose_name="発行した認証局の世代")),
                ("key_generation", models.IntegerField(verbose_name="鍵の世代")),
                ("certificate", models.BinaryField(verbose_name="証明書")),
                ("not_before", models.DateTimeField(verbose_name="有効期間の始まり")),
                ("not_after", models.DateTimeField(verbose_name="有効期間の終わり")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "authority_generation", "key_generation"),
                        name="jlis_service_certificate_of_a_key",
                    )
                ],
            },
        ),
    ]
