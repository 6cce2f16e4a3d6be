from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall every table by tenant."""

    dependencies = [("gateway_mesh", "0001_initial")]

    operations = [
        TenantWall("gateway_mesh", "OutgoingEvent", "EventTopic", "EventPosition", "IncomingEvent"),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE outgoing_event_id_seq TO gateway_tenant",
            "REVOKE USAGE ON SEQUENCE outgoing_event_id_seq FROM gateway_tenant",
        ),
    ]
