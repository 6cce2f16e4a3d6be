from django.db import migrations, models

import mynumber.webkit.tenancy


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="FormerCode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant", "former", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant", mynumber.webkit.tenancy.TenantField()),
                ("former", models.CharField(max_length=60)),
                ("code", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "former_code",
                "indexes": [models.Index(fields=["tenant", "code"], name="former_code_of_code")],
            },
        ),
    ]
