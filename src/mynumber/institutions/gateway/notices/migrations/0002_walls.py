from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall both tables by tenant; what was reported is never changed."""

    dependencies = [("gateway_notices", "0001_initial")]

    operations = [
        TenantWall("gateway_notices", "OutgoingNotice"),
        TenantWall("gateway_notices", "NoticeReport", insert_only=True),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE outgoing_notice_id_seq TO gateway_tenant",
            "REVOKE USAGE ON SEQUENCE outgoing_notice_id_seq FROM gateway_tenant",
        ),
    ]
