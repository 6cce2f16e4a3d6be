import django.db.models.deletion
from django.db import migrations, models

import mynumber.webkit.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("municipality_register", "0004_changes"),
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReaderCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CardApplication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("application_id", models.CharField(max_length=23, verbose_name="申請書ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("first", "はじめて作る"),
                            ("renewal", "有効期限が近い、または券面の追記欄がいっぱい"),
                            ("lost", "なくした"),
                            ("damaged", "壊れた"),
                        ],
                        max_length=8,
                    ),
                ),
                ("signature_certificate", models.BooleanField(default=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "審査中"),
                            ("returned_to_applicant", "申請の不備"),
                            ("in_production", "製造中"),
                            ("delivered", "到着・交付待ち"),
                            ("handed_over", "交付済み"),
                            ("ended", "取りやめ"),
                        ],
                        max_length=24,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("applied_at", models.DateTimeField()),
                ("card_serial", models.CharField(blank=True, max_length=15, verbose_name="製造番号")),
                ("expires_on", models.DateField(null=True)),
                ("arrived_at", models.DateTimeField(null=True)),
                ("noticed_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("handed_over_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_applications",
                        to="municipality_register.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CounterRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("card_serial", models.CharField(blank=True, max_length=15)),
                ("at", models.DateTimeField()),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("form", "交付申請書を渡した"),
                            ("applied", "交付申請を受け付けた"),
                            ("corrected", "申請を直した"),
                            ("arrived", "カードが届いた"),
                            ("notice", "交付通知書を作った"),
                            ("taken", "カードを本人の端末に移した"),
                            ("handed_over", "カードを交付した"),
                            ("pins", "暗証番号を設定した"),
                            ("renewed", "電子証明書を発行した"),
                            ("face", "券面事項を書きかえた"),
                            ("removed", "署名用電子証明書を消した"),
                            ("lost", "紛失の届出を受けた"),
                            ("found", "発見の届出を受けた"),
                            ("returned", "返納を受けた"),
                            ("register", "住民票の異動を入力した"),
                            ("stopped", "手続きが途中で止まった"),
                            ("cancelled", "手続きを取りやめた"),
                        ],
                        max_length=12,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=200)),
                (
                    "identity_check",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("one_with_photo", "顔写真のある書類1点（運転免許証、旅券、在留カードなど）"),
                            ("two_without_photo", "顔写真のない書類2点（資格確認書と年金手帳など）"),
                            ("inquiry_letter", "照会書兼回答書と書類1点"),
                            ("old_card", "これまでのカードと、その暗証番号"),
                            ("representative", "代理人（代理権と、代理人・本人の書類を確かめた）"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffmember",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="card_records",
                        to="municipality_register.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReaderSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("ticket", models.UUIDField(unique=True)),
                ("code_digest", models.BinaryField(max_length=32)),
                ("code_sealed", models.BinaryField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hand_over", "カードの交付"),
                            ("set_pins", "暗証番号の再設定"),
                            ("renew", "電子証明書の発行・更新"),
                            ("change_face", "券面事項の変更"),
                            ("remove", "署名用電子証明書の消去"),
                            ("kiosk_pins", "暗証番号の再設定（キオスク）"),
                        ],
                        max_length=12,
                    ),
                ),
                ("card_serial", models.CharField(blank=True, max_length=15)),
                ("order", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "端末を待っています"),
                            ("working", "手続き中"),
                            ("done", "終わりました"),
                            ("failed", "できませんでした"),
                            ("cancelled", "取りやめました"),
                            ("expired", "時間が過ぎました"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=0)),
                ("requests", models.PositiveIntegerField(default=0)),
                ("stage", models.CharField(blank=True, max_length=20)),
                ("words", models.CharField(blank=True, max_length=400)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipality_counter.cardapplication",
                    ),
                ),
                (
                    "clerk",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.staffmember",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipality_register.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReaderEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("position", models.PositiveSmallIntegerField()),
                ("is_reply", models.BooleanField()),
                ("body", models.BinaryField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="municipality_counter.readersession",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SafeCard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("sealed", models.BinaryField()),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="safe_card",
                        to="municipality_counter.cardapplication",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="cardapplication",
            index=models.Index(fields=["tenant", "state"], name="counter_application_state"),
        ),
        migrations.AddConstraint(
            model_name="cardapplication",
            constraint=models.UniqueConstraint(
                fields=("tenant", "application_id"), name="counter_application_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="cardapplication",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["applied", "returned_to_applicant", "in_production", "delivered"])
                ),
                fields=("tenant", "person"),
                name="counter_one_open_application",
            ),
        ),
        migrations.AddIndex(
            model_name="counterrecord",
            index=models.Index(fields=["tenant", "person", "at"], name="counter_record_person"),
        ),
        migrations.AddIndex(
            model_name="readersession",
            index=models.Index(fields=["tenant", "state"], name="counter_session_state"),
        ),
        migrations.AddConstraint(
            model_name="readersession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "working"])),
                fields=("tenant", "person"),
                name="counter_one_live_session",
            ),
        ),
        migrations.AddConstraint(
            model_name="readerentry",
            constraint=models.UniqueConstraint(fields=("session", "position"), name="counter_entry_position"),
        ),
        mynumber.webkit.tenancy.TenantWall(
            "municipality_counter",
            "cardapplication",
            "safecard",
            "readersession",
            "readerentry",
            "readercode",
        ),
        mynumber.webkit.tenancy.TenantWall("municipality_counter", "counterrecord", insert_only=True),
        # Devices know no town: the application itself, outside of any tenant, may read which town a code is of. Nothing else is in there.
        migrations.RunSQL(
            """
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'municipality') THEN
                    CREATE POLICY code_to_town ON municipality_counter_readercode FOR SELECT TO municipality USING (true);
                END IF;
            END $$
            """,
            "DROP POLICY IF EXISTS code_to_town ON municipality_counter_readercode",
        ),
    ]
