import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("resident_code", models.CharField(max_length=11, unique=True, verbose_name="住民票コード")),
                ("individual_number", models.CharField(max_length=12, unique=True, verbose_name="個人番号")),
                ("name", models.CharField(max_length=200, verbose_name="氏名")),
                ("name_kana", models.CharField(max_length=200, verbose_name="氏名の振り仮名")),
                ("address", models.CharField(max_length=200, verbose_name="住所")),
                ("birth_date", models.DateField(verbose_name="生年月日")),
                ("sex", models.CharField(max_length=1, verbose_name="性別")),
                ("name_key", models.CharField(max_length=200)),
                ("address_key", models.CharField(max_length=200)),
                ("municipality", models.CharField(max_length=80, verbose_name="市区町村")),
                ("addressee", models.CharField(max_length=80, verbose_name="宛名番号")),
                (
                    "status",
                    models.CharField(
                        choices=[("current", "現存"), ("removed", "消除")], max_length=8, verbose_name="区分"
                    ),
                ),
                ("numbered_at", models.DateTimeField(verbose_name="付番日時")),
                ("changed_at", models.DateTimeField(verbose_name="更新日時")),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["birth_date", "name_key", "address_key", "sex"],
                        name="jlis_person_four_attributes",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("municipality", "addressee"), name="jlis_person_one_per_entry"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("resident_code__regex", "^[0-9]{11}$")),
                        name="jlis_resident_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("individual_number__regex", "^[0-9]{12}$")),
                        name="jlis_individual_number_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sex__in", ["1", "2", "9"])), name="jlis_person_sex"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerAttributes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="氏名")),
                ("name_kana", models.CharField(max_length=200, verbose_name="氏名の振り仮名")),
                ("address", models.CharField(max_length=200, verbose_name="住所")),
                ("birth_date", models.DateField(verbose_name="生年月日")),
                ("sex", models.CharField(max_length=1, verbose_name="性別")),
                ("municipality", models.CharField(max_length=80, verbose_name="市区町村")),
                ("addressee", models.CharField(max_length=80, verbose_name="宛名番号")),
                ("held_from", models.DateTimeField(verbose_name="から")),
                ("held_until", models.DateTimeField(verbose_name="まで")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_attributes",
                        to="jlis_residents.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LookUpRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_by", models.CharField(max_length=80, verbose_name="照会した機関")),
                ("message_id", models.CharField(max_length=128, verbose_name="電文番号")),
                ("position", models.IntegerField(verbose_name="電文の中の順番")),
                ("asked_at", models.DateTimeField(verbose_name="照会日時")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("by_attributes", "基本4情報による照会"),
                            ("by_number", "個人番号による照会"),
                            ("code_acquisition", "符号の取得"),
                        ],
                        max_length=16,
                        verbose_name="区分",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("found", "該当あり"),
                            ("none", "該当なし"),
                            ("several", "複数該当（回答せず）"),
                        ],
                        max_length=8,
                        verbose_name="結果",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="look_ups",
                        to="jlis_residents.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["asked_at"], name="jlis_look_up_time")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("asked_by", "message_id", "position"), name="jlis_look_up_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "found"), ("person__isnull", False)),
                            models.Q(("outcome__in", ["none", "several"]), ("person__isnull", True)),
                            _connector="OR",
                        ),
                        name="jlis_look_up_names_one_or_none",
                    ),
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
                ("municipality", models.CharField(max_length=80, verbose_name="市区町村")),
                ("addressee", models.CharField(max_length=80, verbose_name="宛名番号")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="jlis_residents.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("municipality", "addressee"), name="jlis_entry_once")
                ],
            },
        ),
    ]
