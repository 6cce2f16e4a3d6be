import django.db.models.deletion
from django.db import migrations, models

# The role may be missing where an operator runs everything under another one; then that operator grants for himself.
_CHANGE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal') THEN
        {verb} UPDATE ON delivery_handed_in {preposition} portal;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    """Which papers of applications are delivered documents: written once, gone with the paper."""

    dependencies = (("portal_deliveries", "0002_rights"), ("portal_applications", "0002_rights"))

    operations = (
        migrations.CreateModel(
            name="HandedIn",
            fields=[
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="handed_in",
                        serialize=False,
                        to="portal_applications.paper",
                    ),
                ),
                ("kind", models.CharField(max_length=100)),
                ("arrived_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal_deliveries.connection",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal_deliveries.sender",
                    ),
                ),
            ],
            options={"db_table": "delivery_handed_in"},
        ),
        migrations.RunSQL(
            _CHANGE.format(verb="REVOKE", preposition="FROM"), _CHANGE.format(verb="GRANT", preposition="TO")
        ),
    )
