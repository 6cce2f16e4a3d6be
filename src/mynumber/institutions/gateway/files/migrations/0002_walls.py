from django.db import migrations

from mynumber.webkit.tenancy import TenantWall


class Migration(migrations.Migration):
    """Wall every table by tenant."""

    dependencies = [("gateway_files", "0001_initial")]

    operations = [TenantWall("gateway_files", "MemberFile", "FilePart", "FileRefusal", "FileInquiry")]
