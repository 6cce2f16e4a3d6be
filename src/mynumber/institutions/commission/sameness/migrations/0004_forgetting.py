from django.db import migrations

FORGET = """
CREATE FUNCTION forget_helped_tests() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH gone AS (DELETE FROM helped_test WHERE at < now() - interval '7 years' RETURNING 1) SELECT count(*) FROM gone
$$
"""


class Migration(migrations.Migration):
    """A test goes after seven years, as the records of the exchanges that it compared (Cabinet Order art. 30). The app role still deletes nothing."""

    dependencies = [("commission_sameness", "0003_ciphertexts")]

    operations = [migrations.RunSQL(FORGET, "DROP FUNCTION forget_helped_tests()")]
