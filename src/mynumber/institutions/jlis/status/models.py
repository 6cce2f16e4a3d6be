"""The table of the status service: the certificates with which it answers."""

from __future__ import annotations

from django.db import models


class Service(models.TextChoices):
    """What a certificate of the service is for; its key has this name in the key ring."""

    OCSP_AUTHENTICATION = "ocsp-authentication", "利用者証明用電子証明書の有効性確認"
    OCSP_SIGNATURE = "ocsp-signature", "署名用電子証明書の有効性確認"
    TIME_STAMPING = "tsa", "タイムスタンプ"


class ServiceCertificate(models.Model):
    """A certificate that a CA gave this service, for one of its keys. Insert-only: the newest one counts."""

    service = models.CharField("用途", max_length=32, choices=Service)
    authority_generation = models.IntegerField("発行した認証局の世代")
    key_generation = models.IntegerField("鍵の世代")
    """In the key ring. A ring that was made anew begins again with 1."""
    certificate = models.BinaryField("証明書")
    """X.509, DER."""
    not_before = models.DateTimeField("有効期間の始まり")
    not_after = models.DateTimeField("有効期間の終わり")

    def __str__(self) -> str:
        return f"ServiceCertificate({self.service}, {self.authority_generation}, {self.key_generation})"
