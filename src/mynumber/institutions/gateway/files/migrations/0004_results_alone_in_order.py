from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep what has not ended out of the index of results: without statistics it was taken to find single lines, and read all of a file for each hundred."""

    dependencies = [("gateway_files", "0003_room_for_newer_copies")]

    operations = [
        migrations.RemoveConstraint("fileinquiry", "results_of_a_file_in_order"),
        migrations.AddConstraint(
            "fileinquiry",
            models.UniqueConstraint(
                fields=("tenant", "file", "number"),
                condition=models.Q(number__isnull=False),
                name="results_of_a_file_in_order",
            ),
        ),
    ]
