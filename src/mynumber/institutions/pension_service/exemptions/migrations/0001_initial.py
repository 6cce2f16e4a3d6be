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
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.UUIDField(unique=True)),
                ("sender", models.CharField(max_length=80)),
                ("number", models.IntegerField(unique=True)),
                ("procedure", models.CharField(max_length=100)),
                ("version", models.CharField(max_length=40)),
                ("entitlement", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("arrived", "受付待ち"),
                            ("examined", "審査中"),
                            ("correcting", "補正待ち"),
                            ("proposed", "決裁待ち"),
                            ("decided", "決定済み"),
                            ("closed", "完了"),
                            ("withdrawn", "取下げ"),
                        ],
                        default="arrived",
                        max_length=12,
                    ),
                ),
                ("stated_name", models.CharField(max_length=1000)),
                ("stated_address", models.CharField(max_length=1000)),
                ("stated_birth", models.DateField()),
                ("stated_sex", models.CharField(max_length=1)),
                ("is_by_proxy", models.BooleanField(default=False)),
                ("sent_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("correct_by", models.DateField(null=True)),
                ("corrected_at", models.DateTimeField(null=True)),
                ("correcting_days", models.IntegerField(default=0)),
                ("returns", models.IntegerField(default=0)),
                ("decided_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("decide_by", models.DateField()),
                ("claimed_at", models.DateTimeField(null=True)),
                (
                    "applicant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="pension_pensions.insured",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Confirmed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("value", models.JSONField()),
                ("words", models.CharField(blank=True, max_length=400)),
                ("by_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmed",
                        to="pension_exemptions.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("sender", models.CharField(max_length=80)),
                ("procedure", models.CharField(max_length=100)),
                ("version", models.DateField()),
                ("certificate", models.CharField(max_length=64)),
                ("agreed_at", models.DateTimeField()),
                ("told", models.JSONField(default=list)),
                ("withheld", models.JSONField(default=list)),
                ("outcome", models.CharField(max_length=12)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pension_pensions.insured",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Earner",
            fields=[
                ("name", models.CharField(max_length=200)),
                ("birth_date", models.DateField()),
                ("sex", models.CharField(max_length=1)),
                ("address", models.CharField(max_length=300)),
                ("individual_number", models.CharField(max_length=12, null=True, unique=True)),
                ("look_up", models.CharField(default="", max_length=10)),
                ("key", models.CharField(max_length=24, primary_key=True, serialize=False)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "birth_date", "sex", "address"), name="exemptions_earner_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=100)),
                ("act", models.CharField(max_length=30)),
                ("words", models.CharField(blank=True, max_length=400)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="pension_exemptions.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("addressee", models.CharField(max_length=40)),
                ("request_id", models.UUIDField(unique=True)),
                ("affair", models.CharField(max_length=40)),
                ("provider", models.CharField(max_length=80)),
                ("information", models.CharField(max_length=100)),
                ("period", models.CharField(blank=True, max_length=10)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("asking", "照会中"), ("ended", "終了")], default="asking", max_length=8
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=12)),
                ("hop", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=30)),
                ("fact", models.TextField(blank=True)),
                ("as_of", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inquiries",
                        to="pension_exemptions.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.IntegerField()),
                ("statement", models.CharField(max_length=64)),
                ("answers", models.BinaryField()),
                ("authentication_serial", models.CharField(max_length=64)),
                ("certificate", models.BinaryField(null=True)),
                ("signature", models.BinaryField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="pension_exemptions.application",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.IntegerField()),
                ("document", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=100)),
                ("media_type", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64)),
                ("size", models.IntegerField()),
                ("content", models.BinaryField()),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="pension_exemptions.submission",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "決裁待ち"), ("returned", "差戻し"), ("approved", "決裁済み")],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("granted", "認める"),
                            ("granted_in_part", "一部を認める"),
                            ("refused", "認めない"),
                        ],
                        max_length=16,
                    ),
                ),
                ("by_rule", models.BooleanField()),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("from_month", models.CharField(blank=True, max_length=7)),
                ("until_month", models.CharField(blank=True, max_length=7)),
                ("grounds", models.JSONField(default=list)),
                ("trace", models.JSONField(default=list)),
                ("notice", models.JSONField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("second_at", models.DateTimeField(null=True)),
                ("second_words", models.CharField(blank=True, max_length=1000)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="pension_exemptions.application",
                    ),
                ),
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
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pension_exemptions.submission",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ToldStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("step", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("body", models.BinaryField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="pension_exemptions.application",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Written",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("letter", models.UUIDField(unique=True)),
                ("by_applicant", models.BooleanField()),
                ("kind", models.CharField(max_length=20)),
                ("text", models.TextField(blank=True)),
                ("by_name", models.CharField(blank=True, max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="pension_exemptions.application",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["state", "decide_by"], name="exemptions_pool"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["arrived", "examined", "correcting", "proposed"])),
                fields=("entitlement",),
                name="exemptions_one_live",
            ),
        ),
        migrations.AddIndex(
            model_name="inquiry",
            index=models.Index(fields=["addressee", "information"], name="exemptions_inquiry_about"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                fields=("application", "sequence"), name="exemptions_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(fields=("submission", "place"), name="exemptions_paper"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "returned"), _negated=True),
                fields=("application",),
                name="exemptions_one_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second", None),
                    models.Q(("second", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="exemptions_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True), ("second__isnull", False), _connector="OR"
                ),
                name="exemptions_approved_by",
            ),
        ),
        migrations.AddIndex(
            model_name="toldstep",
            index=models.Index(
                condition=models.Q(("sent_at", None)), fields=["id"], name="exemptions_unsent"
            ),
        ),
        migrations.AddConstraint(
            model_name="toldstep",
            constraint=models.UniqueConstraint(fields=("application", "number"), name="exemptions_step"),
        ),
    ]
