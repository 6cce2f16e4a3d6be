from django.db import migrations


class Migration(migrations.Migration):
    """The rows of a group commit travel as one array of this type: half the work at the client of an array for each column."""

    dependencies = [("network_core", "0003_exchange_by_time")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TYPE new_exchange AS (
                inquirer text, request_id uuid, inquirer_name text, provider text, provider_name text, organisation text,
                affair text, provision text, information text, non_disclosure boolean, requested_at timestamptz,
                request_digest bytea, permit_digest bytea, record_code text, reason text, salt bytea
            )
            """,
            "DROP TYPE new_exchange",
        )
    ]
