from django.db import migrations

FORGET = """
CREATE FUNCTION forget_sameness_tests() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH gone AS (DELETE FROM sameness_test WHERE at < now() - interval '7 years' RETURNING 1) SELECT count(*) FROM gone
$$
"""


class Migration(migrations.Migration):
    """A test goes after seven years, as the records of the exchanges that it compared (Cabinet Order art. 30), here and at the commission."""

    dependencies = [("network_blind", "0002_insert_only")]

    operations = [migrations.RunSQL(FORGET, "DROP FUNCTION forget_sameness_tests()")]
