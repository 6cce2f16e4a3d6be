"""Which sign-in each request of a person about themself came from. No certificate: a commitment that the portal can open (docs/protocols/information.md)."""

from django.db import models


class OwnVisit(models.Model):
    """A sign-in by card, and the one person it is of. Insert-only."""

    visit = models.CharField(primary_key=True, max_length=64)
    """:func:`~mynumber.protocols.information.visit_mark`."""
    person = models.CharField(max_length=60)
    """The code of the records."""
    signed_in_at = models.DateTimeField()
    first_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "own_visit"


class OwnRequest(models.Model):
    """A request that was made in a visit. Insert-only; the request itself is an ``exchange`` like any other."""

    request_id = models.UUIDField(primary_key=True)
    visit = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "own_request"
