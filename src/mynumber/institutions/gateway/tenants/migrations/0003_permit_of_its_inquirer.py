from django.db import migrations, models


class Migration(migrations.Migration):
    """Tell permits apart by inquirer too: whoever learns the digest of another's permit must not be able to use it up by a withdrawal."""

    dependencies = [("gateway_tenants", "0002_walls")]

    operations = [
        migrations.RemoveConstraint(model_name="siderecord", name="a_permit_is_used_once"),
        migrations.AddConstraint(
            model_name="siderecord",
            constraint=models.UniqueConstraint(
                fields=("tenant", "side", "inquirer", "permit_digest"), name="a_permit_is_used_once"
            ),
        ),
    ]
