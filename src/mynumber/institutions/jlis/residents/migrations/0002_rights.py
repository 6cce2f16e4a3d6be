"""What the institution's own role may not do: rewrite history, or make a person vanish."""

from django.db import migrations

from mynumber.institutions.jlis.rights import insert_only, without


class Migration(migrations.Migration):
    dependencies = [("jlis_residents", "0001_initial")]

    operations = [
        insert_only("jlis_residents_lookuprecord"),
        insert_only("jlis_residents_formerattributes"),
        insert_only("jlis_residents_entry"),
        without("jlis_residents_person", "DELETE"),
    ]
