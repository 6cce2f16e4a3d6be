import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Let an item of the desk name the periods that are asked, and a switch the one that it holds back."""

    dependencies = [("gateway_desk", "0004_walls_of_the_rest"), ("gateway_tenants", "0008_periods")]

    operations = [
        migrations.AddField(
            "deskitem",
            "periods",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=7), null=True, size=None
            ),
        ),
        migrations.AddField("answerhold", "period", models.CharField(max_length=7, null=True)),
        migrations.AddField("deskevent", "period", models.CharField(max_length=7, null=True)),
        migrations.RemoveConstraint(model_name="answerhold", name="one_hold_a_reason"),
        migrations.AddConstraint(
            model_name="answerhold",
            constraint=models.UniqueConstraint(
                fields=("tenant", "code", "information", "period", "reason"),
                name="one_hold_a_reason",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="answerhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("information__isnull", False), ("period", None), _connector="OR"),
                name="a_period_of_a_kind",
            ),
        ),
    ]
