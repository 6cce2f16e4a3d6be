import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jlis_certification", "0002_rights"),
        ("jlis_residents", "0004_standing"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttributeConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=100, verbose_name="利用目的")),
                ("statement", models.TextField(verbose_name="同意の文")),
                ("signature", models.BinaryField(verbose_name="署名")),
                (
                    "attributes_digest",
                    models.BinaryField(max_length=32, verbose_name="同意のときの4情報の要約"),
                ),
                ("given_at", models.DateTimeField(verbose_name="同意日時")),
                ("valid_until", models.DateTimeField(verbose_name="期限")),
                ("registered_at", models.DateTimeField(verbose_name="登録日時")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回日時")),
            ],
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("card_serial", models.CharField(max_length=15, unique=True, verbose_name="製造番号")),
                ("application_id", models.CharField(blank=True, max_length=23, verbose_name="申請書ID")),
                ("municipality", models.CharField(max_length=80, verbose_name="交付する市区町村")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in_production", "製造中"),
                            ("delivered", "市区町村に到着"),
                            ("handed_over", "交付済み"),
                            ("suspended", "一時停止中"),
                            ("returned", "返納"),
                            ("ended", "失効"),
                        ],
                        max_length=24,
                        verbose_name="状態",
                    ),
                ),
                ("state_since", models.DateTimeField(verbose_name="状態の変わった日時")),
                ("sequence", models.BigIntegerField(default=0, verbose_name="最後の書き込み命令の番号")),
                ("expires_on", models.DateField(verbose_name="有効期限")),
                ("made_at", models.DateTimeField(verbose_name="製造日時")),
                ("handed_over_at", models.DateTimeField(null=True, verbose_name="交付日時")),
                ("face_written_at", models.DateTimeField(null=True, verbose_name="券面事項を書いた日時")),
                ("face_digest", models.BinaryField(max_length=32, null=True, verbose_name="券面事項の要約")),
            ],
        ),
        migrations.CreateModel(
            name="CardEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="日時")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("made", "カードを製造しました"),
                            ("delivered", "カードが市区町村に届きました"),
                            ("handed_over", "カードを交付しました"),
                            ("ordered", "カードへの書き込みを許しました"),
                            ("certificate_issued", "発行しました"),
                            ("certificate_revoked", "失効しました"),
                            ("certificate_expired", "有効期間が満了しました"),
                            ("reported_lost", "紛失の届出により一時停止しました"),
                            ("found", "発見の届出により再開しました"),
                            ("returned", "カードが返納されました"),
                            ("ended", "カードが失効しました"),
                        ],
                        max_length=24,
                        verbose_name="できごと",
                    ),
                ),
                (
                    "certificate_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("authentication", "利用者証明用電子証明書"),
                            ("signature", "署名用電子証明書"),
                            ("phone_authentication", "スマートフォン用の利用者証明用電子証明書"),
                            ("phone_signature", "スマートフォン用の署名用電子証明書"),
                        ],
                        max_length=24,
                        verbose_name="電子証明書の種類",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_handed_over", "カードの交付前"),
                            ("reported_lost", "紛失の届出"),
                            ("lost", "紛失"),
                            ("returned", "カードの返納"),
                            ("superseded", "新しい電子証明書の発行"),
                            ("attributes_changed", "氏名・住所・生年月日・性別の変更"),
                            ("died", "死亡"),
                            ("left", "国外への転出"),
                            ("not_taken_in", "転出後に転入の届出がない"),
                            ("card_ended", "カードの失効"),
                            ("card_certificate_ended", "カードの電子証明書の失効"),
                            ("requested", "本人の申請"),
                            ("compromised", "鍵の危殆化"),
                        ],
                        max_length=24,
                        verbose_name="理由",
                    ),
                ),
                ("order_kind", models.CharField(blank=True, max_length=24, verbose_name="書き込み")),
                ("identity_check", models.CharField(blank=True, max_length=24, verbose_name="本人確認")),
                ("noted_by", models.CharField(max_length=80, verbose_name="機関")),
            ],
        ),
        migrations.CreateModel(
            name="CardOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.BigIntegerField(verbose_name="番号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("set_pins", "暗証番号の設定"),
                            ("make_key", "鍵の生成"),
                            ("change_face", "券面事項の変更"),
                            ("remove_signature", "署名用電子証明書の消去"),
                            ("write_certificate", "電子証明書の書き込み"),
                        ],
                        max_length=24,
                        verbose_name="種類",
                    ),
                ),
                (
                    "pins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        default=list,
                        size=None,
                        verbose_name="暗証番号",
                    ),
                ),
                (
                    "certificate_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("authentication", "利用者証明用電子証明書"),
                            ("signature", "署名用電子証明書"),
                            ("phone_authentication", "スマートフォン用の利用者証明用電子証明書"),
                            ("phone_signature", "スマートフォン用の署名用電子証明書"),
                        ],
                        max_length=24,
                        verbose_name="電子証明書の種類",
                    ),
                ),
                ("ordered_by", models.CharField(max_length=80, verbose_name="求めた機関")),
                ("message_id", models.CharField(max_length=128, verbose_name="電文番号")),
                ("ordered_at", models.DateTimeField(verbose_name="日時")),
                ("identity_check", models.CharField(blank=True, max_length=24, verbose_name="本人確認")),
                ("proof_nonce", models.BinaryField(max_length=64, null=True, verbose_name="一度だけの値")),
            ],
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.CharField(max_length=40, unique=True, verbose_name="シリアル番号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("authentication", "利用者証明用電子証明書"),
                            ("signature", "署名用電子証明書"),
                            ("phone_authentication", "スマートフォン用の利用者証明用電子証明書"),
                            ("phone_signature", "スマートフォン用の署名用電子証明書"),
                        ],
                        max_length=24,
                        verbose_name="種類",
                    ),
                ),
                (
                    "hierarchy",
                    models.CharField(
                        choices=[("authentication", "利用者証明用"), ("signature", "署名用")],
                        max_length=16,
                        verbose_name="認証局",
                    ),
                ),
                ("generation", models.IntegerField(verbose_name="発行した認証局の世代")),
                (
                    "municipality_code",
                    models.CharField(blank=True, max_length=6, verbose_name="失効リストの市区町村"),
                ),
                ("device", models.CharField(blank=True, max_length=100, verbose_name="端末の名前")),
                ("issued_through", models.CharField(max_length=80, verbose_name="申請を受けた機関")),
                ("issued_at", models.DateTimeField(verbose_name="発行日時")),
                ("not_after", models.DateTimeField(verbose_name="有効期間の終わり")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("good", "有効"),
                            ("suspended", "一時停止"),
                            ("revoked", "失効"),
                            ("expired", "有効期間満了"),
                        ],
                        max_length=16,
                        verbose_name="状態",
                    ),
                ),
                ("state_since", models.DateTimeField(verbose_name="状態の変わった日時")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_handed_over", "カードの交付前"),
                            ("reported_lost", "紛失の届出"),
                            ("lost", "紛失"),
                            ("returned", "カードの返納"),
                            ("superseded", "新しい電子証明書の発行"),
                            ("attributes_changed", "氏名・住所・生年月日・性別の変更"),
                            ("died", "死亡"),
                            ("left", "国外への転出"),
                            ("not_taken_in", "転出後に転入の届出がない"),
                            ("card_ended", "カードの失効"),
                            ("card_certificate_ended", "カードの電子証明書の失効"),
                            ("requested", "本人の申請"),
                            ("compromised", "鍵の危殆化"),
                        ],
                        max_length=24,
                        null=True,
                        verbose_name="理由",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StaleList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hierarchy", models.CharField(max_length=16)),
                ("generation", models.IntegerField()),
                ("municipality_code", models.CharField(blank=True, max_length=6)),
            ],
        ),
        migrations.CreateModel(
            name="Verifier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.CharField(max_length=40, unique=True, verbose_name="登録番号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("public_body", "行政機関等（公的個人認証法17条1項1号〜5号、36条1項）"),
                            ("certified", "主務大臣の認定を受けた者（17条1項6号、36条1項）"),
                            ("group", "団体署名検証者（17条5項）"),
                        ],
                        max_length=16,
                        verbose_name="区分",
                    ),
                ),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), size=None, verbose_name="認められた事項"
                    ),
                ),
                (
                    "system_id",
                    models.CharField(max_length=80, null=True, unique=True, verbose_name="システム"),
                ),
                (
                    "key_digest",
                    models.BinaryField(max_length=32, null=True, unique=True, verbose_name="鍵の要約"),
                ),
                ("registered_at", models.DateTimeField(verbose_name="登録日時")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="抹消日時")),
            ],
        ),
        migrations.CreateModel(
            name="VerifierUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("revocation_list", "失効情報の提供"),
                            ("authentication_check", "利用者証明用の確認"),
                            ("signature_check", "署名用の確認"),
                            ("link", "シリアル番号の紐付け"),
                            ("latest_attributes", "最新の利用者情報"),
                            ("time_stamp", "タイムスタンプ"),
                        ],
                        max_length=24,
                        verbose_name="種類",
                    ),
                ),
                ("day", models.DateField(verbose_name="日")),
                ("count", models.BigIntegerField(verbose_name="件数")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="revocationlist",
            name="jlis_revocation_list_number",
        ),
        migrations.AddField(
            model_name="revocationlist",
            name="entries",
            field=models.IntegerField(default=0, verbose_name="件数"),
        ),
        migrations.AddField(
            model_name="revocationlist",
            name="hierarchy",
            field=models.CharField(
                choices=[("authentication", "利用者証明用"), ("signature", "署名用")],
                default="authentication",
                max_length=16,
                verbose_name="認証局",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="revocationlist",
            name="municipality_code",
            field=models.CharField(blank=True, max_length=6, verbose_name="市区町村コード"),
        ),
        migrations.AddField(
            model_name="rootcertificate",
            name="hierarchy",
            field=models.CharField(
                choices=[("authentication", "利用者証明用"), ("signature", "署名用")],
                default="authentication",
                max_length=16,
                verbose_name="認証局",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="rootcertificate",
            name="token_label",
            field=models.CharField(blank=True, max_length=80, verbose_name="トークンの鍵"),
        ),
        migrations.AlterField(
            model_name="rootcertificate",
            name="generation",
            field=models.IntegerField(verbose_name="世代"),
        ),
        migrations.AddConstraint(
            model_name="revocationlist",
            constraint=models.UniqueConstraint(
                fields=("hierarchy", "generation", "municipality_code", "number"),
                name="jlis_revocation_list_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("municipality_code__regex", "^([0-9]{6})?$")),
                name="jlis_revocation_list_municipality",
            ),
        ),
        migrations.AddConstraint(
            model_name="rootcertificate",
            constraint=models.UniqueConstraint(
                fields=("hierarchy", "generation"), name="jlis_root_generation"
            ),
        ),
        migrations.AddField(
            model_name="attributeconsent",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attribute_consents",
                to="jlis_residents.person",
            ),
        ),
        migrations.AddField(
            model_name="card",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="jlis_residents.person"
            ),
        ),
        migrations.CreateModel(
            name="CardPicture",
            fields=[
                (
                    "card",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="picture",
                        serialize=False,
                        to="jlis_certification.card",
                    ),
                ),
                ("photo", models.BinaryField(verbose_name="顔写真")),
                ("security_code", models.CharField(max_length=4, verbose_name="セキュリティコード")),
            ],
        ),
        migrations.AddField(
            model_name="cardevent",
            name="card",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="jlis_certification.card",
            ),
        ),
        migrations.AddField(
            model_name="cardorder",
            name="card",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="jlis_certification.card",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="card",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="jlis_certification.card",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="parent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="phone_certificates",
                to="jlis_certification.certificate",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="jlis_residents.person",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="replaces",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="jlis_certification.certificate",
            ),
        ),
        migrations.AddField(
            model_name="cardorder",
            name="certificate",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="jlis_certification.certificate",
            ),
        ),
        migrations.AddField(
            model_name="cardorder",
            name="proof",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="jlis_certification.certificate",
            ),
        ),
        migrations.AddField(
            model_name="attributeconsent",
            name="certificate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="jlis_certification.certificate",
            ),
        ),
        migrations.AddIndex(
            model_name="stalelist",
            index=models.Index(
                fields=["hierarchy", "generation", "municipality_code"], name="jlis_stale_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="verifier",
            constraint=models.CheckConstraint(
                condition=models.Q(("identifier__regex", "^[a-z0-9][a-z0-9-]*$")),
                name="jlis_verifier_identifier",
            ),
        ),
        migrations.AddConstraint(
            model_name="verifier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purposes__contained_by", ["authentication", "signature", "links", "latest_attributes"])
                ),
                name="jlis_verifier_purposes",
            ),
        ),
        migrations.AddConstraint(
            model_name="verifier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("system_id__isnull", False), ("key_digest__isnull", False), _connector="OR"
                ),
                name="jlis_verifier_proves_itself",
            ),
        ),
        migrations.AddField(
            model_name="attributeconsent",
            name="verifier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consents",
                to="jlis_certification.verifier",
            ),
        ),
        migrations.AddField(
            model_name="verifieruse",
            name="verifier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uses",
                to="jlis_certification.verifier",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["handed_over", "suspended"])),
                fields=("person",),
                name="jlis_one_card_in_use",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["in_production", "delivered"])),
                fields=("person",),
                name="jlis_one_card_in_making",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("application_id", ""), _negated=True),
                fields=("application_id",),
                name="jlis_one_card_an_application",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("card_serial__regex", "^[0-9]{15}$")), name="jlis_card_serial"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(("application_id__regex", "^([0-9]{23})?$")), name="jlis_card_application"
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["in_production", "delivered", "handed_over", "suspended", "returned", "ended"],
                    )
                ),
                name="jlis_card_state",
            ),
        ),
        migrations.AddIndex(
            model_name="cardevent",
            index=models.Index(fields=["card", "at"], name="jlis_card_event"),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("state__in", ["suspended", "revoked"])),
                fields=["hierarchy", "generation", "municipality_code"],
                name="jlis_certificate_on_a_list",
            ),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("municipality_code", "")),
                fields=["hierarchy", "generation", "not_after"],
                name="jlis_certificate_of_no_place",
            ),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("state__in", ["good", "suspended"])),
                fields=["not_after"],
                name="jlis_certificate_to_expire",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "good")),
                fields=("person", "kind"),
                name="jlis_one_good_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["good", "suspended"])),
                fields=("card", "kind"),
                name="jlis_one_of_a_kind_on_a_card",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(fields=("replaces",), name="jlis_replaced_once"),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("serial__regex", "^[1-9A-F][0-9A-F]*$")),
                name="jlis_certificate_serial_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("municipality_code__regex", "^([0-9]{6})?$")),
                name="jlis_certificate_municipality",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason__isnull", False), ("state__in", ["suspended", "revoked"])),
                    models.Q(("reason__isnull", True), ("state__in", ["good", "expired"])),
                    _connector="OR",
                ),
                name="jlis_certificate_has_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "suspended"), _negated=True),
                    ("reason__in", ["reported_lost", "not_handed_over"]),
                    _connector="OR",
                ),
                name="jlis_certificate_suspended_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("hierarchy", "authentication"),
                        ("kind__in", ["authentication", "phone_authentication"]),
                    ),
                    models.Q(("hierarchy", "signature"), ("kind__in", ["signature", "phone_signature"])),
                    _connector="OR",
                ),
                name="jlis_certificate_hierarchy",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["authentication", "signature"]), ("parent__isnull", True)),
                    models.Q(
                        ("kind__in", ["phone_authentication", "phone_signature"]), ("parent__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="jlis_certificate_of_a_phone_has_a_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True),
                    models.Q(("replaces", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="jlis_not_its_own_successor",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardorder",
            constraint=models.UniqueConstraint(fields=("card", "proof_nonce"), name="jlis_proof_used_once"),
        ),
        migrations.AddConstraint(
            model_name="cardorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("certificate__isnull", False), ("kind", "write_certificate")),
                    models.Q(
                        ("identity_check", ""), ("proof__isnull", False), ("proof_nonce__isnull", False)
                    ),
                    models.Q(models.Q(("identity_check", ""), _negated=True), ("proof__isnull", True)),
                    _connector="OR",
                ),
                name="jlis_order_has_a_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributeconsent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("verifier", "certificate"),
                name="jlis_one_consent_a_verifier",
            ),
        ),
        migrations.AddConstraint(
            model_name="attributeconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("given_at"))),
                name="jlis_consent_lasts_a_while",
            ),
        ),
        migrations.AddConstraint(
            model_name="verifieruse",
            constraint=models.UniqueConstraint(fields=("verifier", "kind", "day"), name="jlis_verifier_use"),
        ),
        migrations.AddConstraint(
            model_name="verifieruse",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gt", 0)), name="jlis_verifier_use_counts"
            ),
        ),
    ]
