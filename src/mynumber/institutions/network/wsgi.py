"""The pages of the network; its messages are served by :mod:`mynumber.institutions.network.api`."""

from threading import Thread

from django.utils import timezone

from mynumber.institutions.network.table import rows
from mynumber.webkit.wsgi import institution_application

application = institution_application("network")

# The first visitor of the table does not wait for its text to be read.
Thread(target=rows.rows_on, args=(timezone.localdate(),), daemon=True).start()
