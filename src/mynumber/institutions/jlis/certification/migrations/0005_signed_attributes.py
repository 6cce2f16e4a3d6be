import django.db.models.deletion
from django.db import migrations, models

from mynumber.institutions.jlis.rights import without


class Migration(migrations.Migration):
    dependencies = [("jlis_certification", "0004_take_over")]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="attributes_digest",
            field=models.BinaryField(max_length=32, null=True, verbose_name="4情報の要約"),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attributes_digest__isnull", False), ("hierarchy", "signature")),
                    models.Q(("attributes_digest__isnull", True), ("hierarchy", "authentication")),
                    _connector="OR",
                ),
                name="jlis_certificate_for_signing_names_its_holder",
            ),
        ),
        migrations.DeleteModel(name="CardPicture"),  # no card has had a face yet
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
                ("sealed", models.BinaryField(verbose_name="封をした顔写真")),
            ],
        ),
        without("jlis_certification_cardpicture", "UPDATE"),
    ]
