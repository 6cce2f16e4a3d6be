import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pension_pensions", "0002_enrolment_premiummonth"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.SmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "決裁待ち"),
                            ("released", "送信済み"),
                            ("discarded", "取りやめ"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("second_at", models.DateTimeField(null=True)),
                ("sent", models.IntegerField(default=0)),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffmember"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BatchLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="pension_offers.batch",
                    ),
                ),
                (
                    "insured",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pension_pensions.insured",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MadeOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.SmallIntegerField()),
                ("notice", models.UUIDField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("body", models.BinaryField()),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("waiting", "送信待ち"),
                            ("sent", "送信済み"),
                            ("refused", "送れませんでした"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=40)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="pension_offers.batch",
                    ),
                ),
                (
                    "insured",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="pension_pensions.insured",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")), fields=("state",), name="offers_one_proposed"
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "released"), _negated=True),
                    models.Q(
                        ("second__isnull", False),
                        models.Q(("second", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pension_offers_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.UniqueConstraint(fields=("batch", "insured"), name="pension_offers_line"),
        ),
        migrations.AddIndex(
            model_name="madeoffer",
            index=models.Index(
                condition=models.Q(("fate", "waiting")), fields=["id"], name="pension_offers_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="madeoffer",
            constraint=models.UniqueConstraint(fields=("insured", "year"), name="pension_offers_once"),
        ),
    ]
