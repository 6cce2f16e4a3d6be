"""Drafts at the counter, applications that were handed in there, and forms as a municipality has them."""

from django.db import migrations, models

_KINDS = [
    ("begun", "下書きをはじめました"),
    ("agreed", "役所が持つ情報を入れることに同意しました"),
    ("prefilled", "役所が持つ情報を受け取りました"),
    ("not_prefilled", "役所が持つ情報を受け取れませんでした"),
    ("committed", "カードで確かめ、送ることを決めました"),
    ("code_made", "窓口で見せる番号を作りました"),
    ("taken", "窓口の職員が下書きを受け取りました"),
    ("returned", "窓口から下書きが戻りました"),
    ("taken_back", "窓口にあった下書きを、自分で引き取りました"),
    ("handed_in", "窓口で提出しました"),
    ("amending", "内容の変更をはじめました"),
    ("reopened", "届かなかったため、下書きに戻しました"),
]


class Migration(migrations.Migration):
    dependencies = (("portal_applications", "0002_rights"),)

    operations = (
        migrations.AddField(
            "application", "form", models.CharField(max_length=40, default="", db_default="")
        ),
        migrations.AddField(
            "application",
            "channel",
            models.CharField(
                max_length=8,
                choices=[("portal", "マイナポータル"), ("counter", "窓口")],
                default="portal",
                db_default="portal",
            ),
        ),
        migrations.AddField(
            "application", "at_counter", models.CharField(max_length=100, default="", db_default="")
        ),
        migrations.AddField("application", "taking", models.UUIDField(null=True)),
        migrations.AlterField("happening", "kind", models.CharField(choices=_KINDS, max_length=20)),
    )
