from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall the tables of codes to be obtained and of opening hours."""

    dependencies = [("gateway_desk", "0003_obtaining_and_hours")]

    operations = [
        TenantWall("gateway_desk", "ObtainRequest", "SentObtain", "OpeningHours", "Closure", "PaperDocument"),
        TenantWall("gateway_desk", "HolderQuestion"),
    ]
