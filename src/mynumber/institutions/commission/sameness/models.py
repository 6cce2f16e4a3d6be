"""The commission's record of tests of sameness: who asked about which exchanges, why, and yes or no.

No code, no person: ciphertexts that it cannot open alone.
"""

from django.db import models


class HelpedTest(models.Model):
    """One test: written with the help, before the answer goes out, and ended once with what both keepers read (Cabinet Order art. 26(6))."""

    test = models.UUIDField(primary_key=True)
    asked_by = models.CharField(max_length=80)
    at = models.DateTimeField(db_index=True)
    purpose = models.CharField(max_length=100)
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    other_inquirer = models.CharField(max_length=80, null=True)
    other_request_id = models.UUIDField(null=True)
    holder = models.CharField(max_length=80, null=True)
    """The member whose code is the other side, where that is no exchange."""
    question = models.BinaryField()
    """SHA-256 of the signed message that asked, which names the ciphertexts."""
    one_blinded = models.CharField(max_length=100, default="")
    """What was compared. With the ciphertext for the portal, which the core shows at an audit, it makes the mark of a blind exchange, to which the
    log has committed: another person's could not have been tested in its name. Empty: a test from before this was kept."""
    other_blinded = models.CharField(max_length=100, default="")
    blurred = models.CharField(max_length=200)
    share = models.CharField(max_length=200)
    is_same = models.BooleanField(null=True)
    """Null while the asker has not given its part: whoever has it knows the answer, and so must this table."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "helped_test"
