from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gateway_rotation", "0002_walls")]

    operations = [
        migrations.AlterField(model_name="formercode", name="at", field=models.DateTimeField(null=True)),
    ]
