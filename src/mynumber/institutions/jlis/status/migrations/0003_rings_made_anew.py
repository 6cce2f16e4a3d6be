from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jlis_status", "0002_rights")]

    operations = [
        migrations.RemoveConstraint(
            model_name="servicecertificate", name="jlis_service_certificate_of_a_key"
        ),
    ]
