"""What the institution's own role may not do: rewrite or forget what happened to an application or what a call came to."""

from django.db import migrations

from mynumber.institutions.jlis.rights import insert_only, without


class Migration(migrations.Migration):
    dependencies = [("jlis_cards", "0001_initial")]

    operations = [
        insert_only("jlis_cards_applicationevent"),
        insert_only("jlis_cards_losscall"),
        without("jlis_cards_application", "DELETE"),
        without("jlis_cards_applicationform", "DELETE"),
    ]
