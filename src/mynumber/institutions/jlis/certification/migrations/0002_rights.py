"""What the institution's own role may not do: unpublish a revocation list, or forget a certificate."""

from django.db import migrations

from mynumber.institutions.jlis.rights import insert_only, without


class Migration(migrations.Migration):
    dependencies = [("jlis_certification", "0001_initial")]

    operations = [
        insert_only("jlis_certification_revocationlist"),
        insert_only("jlis_certification_rootcertificate"),
        without("jlis_certification_authenticationcertificate", "DELETE"),
    ]
