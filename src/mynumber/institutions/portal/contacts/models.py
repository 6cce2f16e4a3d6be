"""Tables of contacts (連絡先): where a resident wants to be told, whether they said so themselves, and the outbox of e-mails. Addresses are sealed."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account


class Language(models.TextChoices):
    """In which words a resident wants to be written to; the values are those of the catalogue's words."""

    JAPANESE = "ja", "日本語"
    EASY = "easy", "やさしい日本語"
    ENGLISH = "en", "English"


class Alert(models.TextChoices):
    """About what an e-mail is sent; the e-mail itself never says."""

    SIGN_IN = "sign_in", "サインインがあったとき"
    CHANGE = "change", "登録の内容が変わったとき"
    NOTICE = "notice", "新しいお知らせが届いたとき"
    STEP = "step", "申請が進んだとき"


class Contact(models.Model):
    """What one account told of itself. No row: nothing was told."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="contact"
    )
    nickname = models.BinaryField(null=True)
    """Sealed: what the pages call the resident."""
    language = models.CharField(max_length=4, choices=Language, default=Language.JAPANESE)
    address = models.BinaryField(null=True)
    """Sealed: the e-mail address that the resident proved to read."""
    digest = models.BinaryField(null=True)
    """Keyed digest of the address: tells whether two are the same, and not which."""
    verified_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    """When a mail server said that the address takes nothing; nothing is sent there any more."""
    alert_sign_in = models.BooleanField(default=True)
    alert_change = models.BooleanField(default=True)
    alert_notice = models.BooleanField(default=True)
    alert_step = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "contact"

    def __str__(self) -> str:
        return f"contact of account {self.account_id}"


class Verification(models.Model):
    """An address that its reader has still to prove (メールアドレスの確認): one at a time, by code or link, soon over."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="+")
    address = models.BinaryField()
    """Sealed."""
    digest = models.BinaryField()
    code = models.BinaryField()
    """Keyed digest of the six digits."""
    token = models.BinaryField()
    """SHA-256 of what the link carries."""
    begun_at = models.DateTimeField()
    until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "contact_verification"


class Purpose(models.TextChoices):
    """Why an e-mail is sent."""

    PING = "ping", "新しいことの合図"
    VERIFICATION = "verification", "メールアドレスの確認"
    CHANGED = "changed", "前のメールアドレスへの合図"


class Mail(models.Model):
    """Outbox: one e-mail, kept until a mail server took it or nobody will."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose)
    alert = models.CharField(max_length=8, choices=Alert, default="")
    address = models.BinaryField(null=True)
    """Sealed; emptied once it is over."""
    digest = models.BinaryField()
    language = models.CharField(max_length=4, choices=Language)
    secret = models.BinaryField(null=True)
    """Sealed: code and token of a verification; emptied once it is over."""
    at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, default="")
    """Of a failure: a machine word of `outbox.Failure`."""

    class Meta:
        db_table = "contact_mail"
        indexes = (
            models.Index(fields=["account", "-at"], name="contact_mail_of_account"),
            models.Index(fields=["digest", "-at"], name="contact_mail_to_address"),
            models.Index(
                fields=["next_try_at"],
                condition=Q(sent_at=None, failed_at=None),
                name="contact_mail_due",
            ),
            models.Index(fields=["at"], name="contact_mail_at"),
        )
