from django.db import migrations, models


class Migration(migrations.Migration):
    """What J-LIS is to hear of an entry beside moving out. Defaults of the database: the intake writes rows by itself.

    Cards are the counter's business from here on.
    """

    dependencies = [("municipality_register", "0003_keys_of_people")]

    operations = [
        migrations.DeleteModel(name="CardIssue"),
        migrations.AddField(
            model_name="person",
            name="changes",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="person",
            name="died_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="moved_abroad",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="personnumber",
            name="notified_changes",
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
