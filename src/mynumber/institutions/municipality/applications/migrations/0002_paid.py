from django.db import migrations, models


class Migration(migrations.Migration):
    """A payment order that was paid, and when."""

    dependencies = (("municipality_applications", "0001_initial"),)

    operations = (
        migrations.AddField(model_name="payoutorder", name="paid_at", field=models.DateTimeField(null=True)),
        migrations.AlterField(
            model_name="payoutorder",
            name="state",
            field=models.CharField(
                choices=[("ordered", "支払指示"), ("paid", "支払済み")], default="ordered", max_length=10
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_at", None), ("state", "ordered"))
                | models.Q(("paid_at__isnull", False), ("state", "paid")),
                name="applications_payout_paid",
            ),
        ),
    )
