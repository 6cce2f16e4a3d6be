from django.db import migrations, models


class Migration(migrations.Migration):
    """Forget what was typed for answers that are given or past; find what is left."""

    dependencies = [("gateway_desk", "0005_periods")]

    operations = [
        migrations.AddIndex(
            "DeskItem",
            models.Index(
                fields=["tenant", "deadline"],
                condition=models.Q(fact__isnull=False),
                name="desk_item_with_fact",
            ),
        ),
    ]
