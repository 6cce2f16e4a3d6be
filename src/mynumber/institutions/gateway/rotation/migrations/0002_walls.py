from django.db import migrations

from mynumber.webkit.tenancy import TenantWall

CURRENT = """
CREATE FUNCTION current_code(asked varchar) RETURNS varchar LANGUAGE sql STABLE
RETURN coalesce((SELECT held.code FROM former_code AS held WHERE held.former = asked), asked)
"""


class Migration(migrations.Migration):
    """Wall the table; the function reads the rows of whoever calls it, so the wall holds in it too."""

    dependencies = [("gateway_rotation", "0001_initial")]

    operations = [
        TenantWall("gateway_rotation", "FormerCode"),
        migrations.RunSQL(CURRENT, "DROP FUNCTION current_code(varchar)"),
    ]
