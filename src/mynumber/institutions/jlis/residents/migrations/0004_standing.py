from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jlis_residents", "0003_moved_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="formerattributes",
            name="former_name",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="旧氏"
            ),
        ),
        migrations.AddField(
            model_name="formerattributes",
            name="moved_abroad",
            field=models.BooleanField(db_default=False, default=False, verbose_name="国外転出"),
        ),
        migrations.AddField(
            model_name="person",
            name="died_on",
            field=models.DateField(null=True, verbose_name="死亡年月日"),
        ),
        migrations.AddField(
            model_name="person",
            name="former_name",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="旧氏"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="moved_abroad",
            field=models.BooleanField(db_default=False, default=False, verbose_name="国外転出"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("moved_out_on__isnull", False), ("moved_abroad", False), _connector="OR"),
                name="jlis_person_moved_out_before_abroad",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("died_on__isnull", True), ("status", "removed"), _connector="OR"),
                name="jlis_person_died_is_removed",
            ),
        ),
    ]
