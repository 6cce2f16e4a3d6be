from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep what was compared, so that it can be held against the log of the core."""

    dependencies = [("commission_sameness", "0002_insert_only")]

    operations = [
        migrations.AddField(
            model_name="helpedtest",
            name="one_blinded",
            field=models.CharField(default="", max_length=100),
        ),
        migrations.AddField(
            model_name="helpedtest",
            name="other_blinded",
            field=models.CharField(default="", max_length=100),
        ),
    ]
