import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("jlis_residents", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RootCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("generation", models.IntegerField(unique=True, verbose_name="世代")),
                ("certificate", models.BinaryField(verbose_name="証明書")),
                ("not_before", models.DateTimeField(verbose_name="有効期間の始まり")),
                ("not_after", models.DateTimeField(verbose_name="有効期間の終わり")),
            ],
        ),
        migrations.CreateModel(
            name="RevocationList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("generation", models.IntegerField(verbose_name="認証局の世代")),
                ("number", models.BigIntegerField(verbose_name="一連番号")),
                ("this_update", models.DateTimeField(verbose_name="発行日時")),
                ("next_update", models.DateTimeField(verbose_name="次回の発行予定")),
                ("content", models.BinaryField(verbose_name="失効リスト")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("generation", "number"), name="jlis_revocation_list_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthenticationCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.CharField(max_length=40, unique=True, verbose_name="シリアル番号")),
                ("generation", models.IntegerField(verbose_name="発行した認証局の世代")),
                ("issued_through", models.CharField(max_length=80, verbose_name="交付した市区町村")),
                ("issued_at", models.DateTimeField(verbose_name="発行日時")),
                ("not_after", models.DateTimeField(verbose_name="有効期間の終わり")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="失効日時")),
                (
                    "revocation_reason",
                    models.CharField(
                        choices=[
                            ("lost", "紛失"),
                            ("returned", "返納"),
                            ("superseded", "新しいカードの交付"),
                            ("compromised", "鍵の危殆化"),
                        ],
                        max_length=16,
                        null=True,
                        verbose_name="失効の理由",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authentication_certificates",
                        to="jlis_residents.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("person",),
                        name="jlis_one_certificate_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("serial__regex", "^[1-9A-F][0-9A-F]*$")),
                        name="jlis_certificate_serial_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revocation_reason__isnull", True), ("revoked_at__isnull", True)),
                            models.Q(("revocation_reason__isnull", False), ("revoked_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="jlis_revocation_has_a_reason",
                    ),
                ],
            },
        ),
    ]
