import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pension_pensions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "insured",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="pension_pensions.insured",
                    ),
                ),
            ],
            options={
                "db_table": "enrolment",
                "constraints": [models.UniqueConstraint(fields=("insured", "since"), name="enrolment_once")],
            },
        ),
        migrations.CreateModel(
            name="PremiumMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.CharField(max_length=7)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unpaid", "未納"),
                            ("maternity", "産前産後期間の免除"),
                            ("statutory", "法定免除"),
                            ("full", "全額免除"),
                            ("postponed", "納付猶予"),
                            ("three_quarters", "4分の3免除"),
                            ("half", "半額免除"),
                            ("quarter", "4分の1免除"),
                            ("student", "学生納付特例"),
                        ],
                        max_length=16,
                    ),
                ),
                ("since", models.DateTimeField(null=True)),
                (
                    "insured",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="premiums",
                        to="pension_pensions.insured",
                    ),
                ),
            ],
            options={
                "db_table": "premium_month",
                "constraints": [
                    models.UniqueConstraint(fields=("insured", "month"), name="premium_month_once")
                ],
            },
        ),
    ]
