"""Drafts at the counter live in `municipality.desk`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("municipality_applications", "0003_paper_checks"),)

    operations = (migrations.DeleteModel(name="DeskDraft"),)
