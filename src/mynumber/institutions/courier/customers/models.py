"""Tables of customers. Codes are kept as SHA-256."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models import Q


class Customer(models.Model):
    """A customer (お客さま) of the firm's senders. The firm knows no individual number, and of the portal only a word for this firm alone."""

    number = models.CharField(max_length=10, unique=True)
    """お客さま番号."""
    name = models.CharField(max_length=100)
    password = models.CharField(max_length=256)
    portal_subject = models.CharField(max_length=255, unique=True, null=True)
    """Who they are at the portal's sign-in (pairwise), once they registered it."""
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "customer"

    def __str__(self) -> str:
        return f"customer {self.pk}"

    def set_password(self, password: str) -> None:
        """Keep a hash; the caller saves."""
        self.password = make_password(password)

    def check_password(self, password: str) -> bool:
        """Whether this is the password, in constant time."""
        return check_password(password, self.password)


class Portal(models.Model):
    """The one portal: its issuer, our name as its client, and the keys with which it proves itself to us. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=80)
    keys = models.JSONField(default=dict)
    """JWK Set as read last."""
    keys_read_at = models.DateTimeField(null=True)
    """When that was tried last."""

    class Meta:
        db_table = "portal"


class Code(models.Model):
    """An authorization code for the portal: redeemed once."""

    digest = models.BinaryField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    redirect_uri = models.CharField(max_length=500)
    challenge = models.CharField(max_length=43)
    nonce = models.CharField(max_length=255)
    signed_in_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "code"


class Assertion(models.Model):
    """A client assertion that was seen (RFC 7523 3)."""

    digest = models.BinaryField(primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "client_assertion"


class Grant(models.Model):
    """A customer is linked with somebody at the portal; whom, nobody here knows."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="grants")
    subject = models.CharField(max_length=255)
    """Pairwise: how the portal knows the customer."""
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    """When the portal took note of the end."""
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "portal_grant"
        constraints = (
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_at=None), name="grant_once"),
        )
        indexes = (models.Index(fields=["subject"], name="grant_subject"),)
