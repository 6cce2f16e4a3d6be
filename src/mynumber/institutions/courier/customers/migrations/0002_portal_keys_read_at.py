from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courier_customers", "0001_initial")]

    operations = [
        migrations.AddField(model_name="portal", name="keys_read_at", field=models.DateTimeField(null=True)),
    ]
