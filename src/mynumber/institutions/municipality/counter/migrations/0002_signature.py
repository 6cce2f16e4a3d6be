"""A card signs an application at the counter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("municipality_counter", "0001_initial"),)

    operations = (
        migrations.AddField("readersession", "result", models.BinaryField(default=b"", db_default=b"")),
        migrations.AlterField(
            model_name="counterrecord",
            name="event",
            field=models.CharField(
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
                    ("signed", "申請に署名した"),
                    ("stopped", "手続きが途中で止まった"),
                    ("cancelled", "手続きを取りやめた"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="readersession",
            name="kind",
            field=models.CharField(
                choices=[
                    ("hand_over", "カードの交付"),
                    ("set_pins", "暗証番号の再設定"),
                    ("renew", "電子証明書の発行・更新"),
                    ("change_face", "券面事項の変更"),
                    ("remove", "署名用電子証明書の消去"),
                    ("kiosk_pins", "暗証番号の再設定（キオスク）"),
                    ("sign", "申請への署名"),
                ],
                max_length=12,
            ),
        ),
    )
