"""Tables of certification: serial numbers, holders, validity. Never a PIN, never a private key, never a card."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mynumber.institutions.jlis.residents.models import Person


class RootCertificate(models.Model):
    """The certificate of a generation of the authentication CA; its key lies in the key ring under the same generation."""

    generation = models.IntegerField("世代", unique=True)
    certificate = models.BinaryField("証明書")
    """X.509, DER."""
    not_before = models.DateTimeField("有効期間の始まり")
    not_after = models.DateTimeField("有効期間の終わり")

    def __str__(self) -> str:
        return f"RootCertificate({self.generation})"


class RevocationReason(models.TextChoices):
    """Why a certificate ended before its time (公的個人認証法 art. 28 ff.)."""

    LOST = "lost", "紛失"
    RETURNED = "returned", "返納"
    SUPERSEDED = "superseded", "新しいカードの交付"
    COMPROMISED = "compromised", "鍵の危殆化"


class AuthenticationCertificate(models.Model):
    """利用者証明用電子証明書: which serial number is whose, and until when. Its text names nobody and is not kept."""

    serial = models.CharField("シリアル番号", max_length=40, unique=True)
    """Upper-case hexadecimal without leading zeros (`pki.serial_text`)."""
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="authentication_certificates")
    generation = models.IntegerField("発行した認証局の世代")
    issued_through = models.CharField("交付した市区町村", max_length=80)
    issued_at = models.DateTimeField("発行日時")
    not_after = models.DateTimeField("有効期間の終わり")
    revoked_at = models.DateTimeField("失効日時", null=True)
    revocation_reason = models.CharField("失効の理由", max_length=16, choices=RevocationReason, null=True)

    class Meta:
        constraints: ClassVar = [
            # 二重発行の禁止 (公的個人認証法 art. 25): an older card cannot be used beside the new one.
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(revoked_at__isnull=True),
                name="jlis_one_certificate_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(serial__regex="^[1-9A-F][0-9A-F]*$"), name="jlis_certificate_serial_form"
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revocation_reason__isnull=True)
                | models.Q(revoked_at__isnull=False, revocation_reason__isnull=False),
                name="jlis_revocation_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"AuthenticationCertificate({self.pk})"


class RevocationList(models.Model):
    """失効情報 as it was published: the newest is answered to verifiers, the others show what was known when. Insert-only."""

    generation = models.IntegerField("認証局の世代")
    number = models.BigIntegerField("一連番号")
    """CRLNumber: grows by one with each list of a generation."""
    this_update = models.DateTimeField("発行日時")
    next_update = models.DateTimeField("次回の発行予定")
    content = models.BinaryField("失効リスト")
    """X.509 CRL, DER."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["generation", "number"], name="jlis_revocation_list_number"),
        ]

    def __str__(self) -> str:
        return f"RevocationList({self.generation}, {self.number})"
