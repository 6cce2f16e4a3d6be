"""What the institution's own role may not do: change a certificate of the service."""

from django.db import migrations

from mynumber.institutions.jlis.rights import insert_only


class Migration(migrations.Migration):
    dependencies = [("jlis_status", "0001_initial")]

    operations = [insert_only("jlis_status_servicecertificate")]
