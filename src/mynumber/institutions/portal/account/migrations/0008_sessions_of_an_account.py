"""A resident's own open sessions are found by an index of those that somebody is signed in with."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("portal_account", "0007_alerts_and_closing"), ("sessions", "0001_initial"))

    operations = (
        migrations.RunSQL(
            """
            CREATE INDEX session_of_account ON django_session
                ((substring(session_data FROM '"account":([0-9]+)')::bigint))
                WHERE session_data LIKE '%"account":%'
            """,
            "DROP INDEX session_of_account",
        ),
    )
