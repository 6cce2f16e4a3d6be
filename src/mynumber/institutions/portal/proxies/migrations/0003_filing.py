import django.db.models.deletion
from django.db import migrations, models

_DEEDS = [
    ("offered", "代理を頼みました"),
    ("requested", "代理の確認を求めました"),
    ("accepted", "代理を引き受けました"),
    ("confirmed", "代理を確認しました"),
    ("declined", "代理を確認しませんでした"),
    ("drafted", "申請の下書きをはじめました"),
    ("filed", "申請を送りました"),
    ("taken", "代理人の下書きを引き継ぎました"),
    ("begun", "代わりの操作をはじめました"),
    ("stopped", "代わりの操作を終えました"),
    ("opened", "ページを開きました"),
    ("sent", "操作をしました"),
    ("refused", "範囲の外のため止めました"),
    ("renewed", "期間を延ばしました"),
    ("ended", "代理を終わりました"),
]


class Migration(migrations.Migration):
    """Applications that somebody makes for another, and claims of legal representatives that an office confirms."""

    dependencies = (
        ("portal_proxies", "0002_rights"),
        ("portal_applications", "0001_initial"),
    )

    operations = (
        migrations.AddField(model_name="proxy", name="person", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="proxy", name="claimed", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="proxy", name="asked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="proxy", name="arrived_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="proxy", name="tries", field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name="proxy", name="next_try_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="proxy", name="refusal", field=models.BinaryField(null=True)),
        migrations.AddIndex(
            model_name="proxy",
            index=models.Index(
                condition=models.Q(("arrived_at", None), ("asked_at__isnull", False), ("ended_at", None)),
                fields=["next_try_at"],
                name="proxy_claim_due",
            ),
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="filing",
                        serialize=False,
                        to="portal_applications.application",
                    ),
                ),
                ("proxy", models.BinaryField(null=True)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="portal_proxies.proxy",
                    ),
                ),
            ],
            options={"db_table": "proxy_filing"},
        ),
        migrations.AlterField(
            model_name="proxyevent",
            name="deed",
            field=models.CharField(choices=_DEEDS, max_length=10),
        ),
    )
