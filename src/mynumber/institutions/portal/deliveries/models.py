"""Tables of private delivery. Documents and reports are sealed (`kept`); what arrived or was refused is insert-only."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications.models import Paper
from mynumber.institutions.portal.identity.models import Site, SiteLink


class Provider(models.Model):
    """A private delivery provider (民間送達サービス事業者), registered by hand with the CA that its senders' certificates come from."""

    system = models.CharField(max_length=80, primary_key=True)
    """Its id in the directory: who signs messages."""
    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="provider")
    """Where the resident links their account."""
    name = models.CharField(max_length=60)
    root = models.BinaryField()
    """X.509 DER of the CA."""
    list_number = models.DecimalField(max_digits=50, decimal_places=0, default=-1)
    revocation_list = models.BinaryField(null=True)
    """The newest list of that CA; never an older one again."""
    is_active = models.BooleanField(default=True)
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "delivery_provider"


class Sender(models.Model):
    """A sender (送達元) of one provider."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="senders")
    key = models.SlugField(max_length=100)
    name = models.CharField(max_length=60)
    corporate_number = models.CharField(max_length=13)
    """法人番号: what its certificates must name."""
    kinds = models.JSONField()
    """Kind of document: what people call it."""
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "delivery_sender"
        constraints = (models.UniqueConstraint(fields=["provider", "key"], name="delivery_sender_key"),)


class SenderCertificate(models.Model):
    """A certificate that the provider's CA issued to a sender."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE)
    serial = models.CharField(max_length=64)
    """Hexadecimal."""
    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="certificates")
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "delivery_certificate"
        constraints = (
            models.UniqueConstraint(fields=["provider", "serial"], name="delivery_certificate_serial"),
        )


class Connection(models.Model):
    """One resident's connection with one provider. What the provider was told is the row at `told`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="delivery_connections")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="connections")
    link = models.ForeignKey(SiteLink, on_delete=models.PROTECT, related_name="connections")
    address = models.CharField(max_length=32, unique=True)
    """送達先: random, for this connection alone."""
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=1)
    told = models.PositiveIntegerField(default=0)
    """The sequence of which the provider took note."""
    changed_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()

    class Meta:
        db_table = "delivery_connection"
        constraints = (
            models.UniqueConstraint(
                fields=["account", "provider"], condition=Q(ended_at=None), name="delivery_connection_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"],
                condition=Q(told__lt=models.F("sequence")),
                name="delivery_connection_due",
            ),
        )

    def __str__(self) -> str:
        return f"connection {self.pk}"


class Consent(models.Model):
    """The resident lets one sender send some kinds of documents. A change is a new row: each stays as it was given."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="consents")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="consents")
    kinds = models.JSONField()
    """List of kinds."""
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_consent"
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "sender"], condition=Q(withdrawn_at=None), name="delivery_consent_once"
            ),
        )


class Arrival(models.Model):
    """A delivery that came and what became of it, refusals too. Insert-only; holds nothing of the document."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="arrivals")
    delivery = models.UUIDField()
    digest = models.BinaryField()
    """SHA-256 of the delivery as it came."""
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, null=True, related_name="arrivals")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, null=True)
    outcome = models.CharField(max_length=20)
    detail = models.CharField(max_length=60, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "delivery_arrival"
        constraints = (
            models.UniqueConstraint(fields=["provider", "delivery"], name="delivery_arrival_once"),
        )
        indexes = (models.Index(fields=["connection", "-at"], name="delivery_arrival_of"),)


class DeliveredDocument(models.Model):
    """A document that was delivered and is kept until the resident deletes it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="delivered_documents")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="documents")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT)
    kind = models.CharField(max_length=100)
    form = models.CharField(max_length=4)
    """pdf, xml or cms."""
    size = models.PositiveIntegerField()
    facts = models.BinaryField()
    """Sealed `kept.Facts`: title, what the signature check found, lines of an XML."""
    content = models.BinaryField()
    """Sealed."""
    arrived_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivered_document"
        indexes = (models.Index(fields=["account", "-arrived_at"], name="delivered_document_of"),)

    def __str__(self) -> str:
        return f"document {self.pk}"


class HandedIn(models.Model):
    """A delivered document that was put into an application: whose signature its bytes carry. It outlives the document, and goes with the paper."""

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="handed_in")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=100)
    arrived_at = models.DateTimeField()

    class Meta:
        db_table = "delivery_handed_in"

    def __str__(self) -> str:
        return f"handed in as paper {self.paper_id}"
