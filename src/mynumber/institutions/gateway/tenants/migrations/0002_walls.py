from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall every table by tenant."""

    dependencies = [("gateway_tenants", "0001_initial")]

    operations = [
        TenantWall(
            "gateway_tenants",
            "AddresseeCode",
            "Acquisition",
            "Copy",
            "SideRecord",
            "Notice",
            "SeenMessage",
            "RefusedMessage",
        ),
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE notice_id_seq TO gateway_tenant",
            "REVOKE USAGE ON SEQUENCE notice_id_seq FROM gateway_tenant",
        ),
    ]
