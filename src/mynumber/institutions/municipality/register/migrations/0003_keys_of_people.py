from django.db import migrations


class Migration(migrations.Migration):
    """Let a town draw keys of people ahead, so that whoever takes a town in need not wait for each answer."""

    dependencies = [("municipality_register", "0002_notified_moved_out")]

    operations = [
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE municipality_register_person_id_seq TO municipality_tenant",
            "REVOKE USAGE ON SEQUENCE municipality_register_person_id_seq FROM municipality_tenant",
        ),
    ]
