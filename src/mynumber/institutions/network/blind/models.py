"""What the core keeps beside the records of blind exchanges. No code, no person: ciphertexts that it cannot open alone."""

from django.db import models


class BlindedPerson(models.Model):
    """The person of a blind exchange. Its mark stands in the record where the open mode has the code of the records. Insert-only."""

    mark = models.CharField(primary_key=True, max_length=60)
    """A hash of both ciphertexts, so that the log, which commits to the record, commits to them."""
    for_records = models.CharField(max_length=100)
    """The code of the records, blinded for the core and the commission together."""
    for_portal = models.CharField(max_length=100)
    """The portal's code, blinded for the portal."""
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "blinded_person"


class SamenessTest(models.Model):
    """That it was tested whether two persons are one (Cabinet Order art. 26(6)): written before the other keeper is asked, ended once."""

    test = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    purpose = models.CharField(max_length=100)
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    other_inquirer = models.CharField(max_length=80, null=True)
    other_request_id = models.UUIDField(null=True)
    holder = models.CharField(max_length=80, null=True)
    """The member whose code is the other side, where that is no exchange."""
    is_same = models.BooleanField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sameness_test"
