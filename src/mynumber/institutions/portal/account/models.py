"""Tables of the portal: accounts by certificate serial and code. No name, no number of a person (docs/protocols/sign-in.md)."""

from django.db import models


class Account(models.Model):
    """Somebody who signed in, known by the authentication certificate of their card and nothing else."""

    certificate_serial = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=60, null=True)
    """The portal's code (符号) for the person; null until the network delivered it. Two certificates of one person have one code."""
    code_obtained_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    last_signed_in_at = models.DateTimeField()
    alerted = models.BooleanField(default=False, db_default=False)
    """Whether events may have to be told by e-mail (`contacts.alerts`): kept here so that a sign-in need not ask."""
    closed_at = models.DateTimeField(null=True)
    """When the resident ended the use (利用終了); the serial number is gone from this row then."""

    class Meta:
        db_table = "account"

    def __str__(self) -> str:
        return f"account {self.pk}"

    @property
    def serial_ending(self) -> str:
        """The last four characters of the serial: enough to tell one's own cards apart."""
        return self.certificate_serial[-4:]


class Passkey(models.Model):
    """A passkey (WebAuthn) that was registered with the card: opens visits of the lower level."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    """COSE key."""
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=40)
    registered_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "passkey"


class Acquisition(models.Model):
    """An acquisition number (取得番号) that is under way; deleted with the delivery of its code (Act art. 21-2(4))."""

    number = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="acquisitions")
    requested_at = models.DateTimeField()

    class Meta:
        db_table = "acquisition"


class SignInRequest(models.Model):
    """A request that one browser carries to the holder's device: answered once, finished once, deleted when long over."""

    request_id = models.CharField(max_length=22, primary_key=True)
    asked = models.BinaryField()
    """The request as the device reads it (JSON)."""
    browser = models.BinaryField()
    """SHA-256 of the secret in the session of the browser that began."""
    next_path = models.CharField(max_length=400)
    """Where the browser was going; a path of this site."""
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    certificate_serial = models.CharField(max_length=64, null=True)
    """Whose certificate answered; null until it was believed."""
    return_code = models.BinaryField(null=True)
    """SHA-256 of the code that the browser has to bring back."""
    answered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    proof_of = models.CharField(max_length=80, null=True, db_index=True)
    """What else than a visit the card is asked for, e.g. `interaction:ID`; null opens a visit."""
    attributes = models.BinaryField(null=True)
    """Sealed: what a relying party asked for, from the signature certificate, until the proof is taken."""
    taken_at = models.DateTimeField(null=True)
    """When the proof was used; it is used once."""
    signs = models.BooleanField(default=False)
    """Whether documents are to be signed (`protocols.signing`); `attributes` then holds the sealed answer."""
    signer = models.ForeignKey(Account, on_delete=models.CASCADE, null=True)
    """Who has to sign them: somebody else's signature is refused."""

    class Meta:
        db_table = "sign_in_request"


class EventKind(models.TextChoices):
    """What happened to an account."""

    OPENED = "opened", "利用をはじめました"
    SIGNED_IN = "signed_in", "サインイン"
    SIGNED_OUT = "signed_out", "サインアウト"
    REFUSED = "refused", "サインインを止めました"
    PROVEN = "proven", "カードで本人を確かめました"
    SIGNED = "signed", "書類に電子署名しました"
    PASSKEY_SIGNED_IN = "passkey_signed_in", "パスキーでサインイン"
    PASSKEY_ADDED = "passkey_added", "パスキーを作りました"
    PASSKEY_REMOVED = "passkey_removed", "パスキーを消しました"
    CONTACT_CHANGED = "contact_changed", "連絡先を変えました"
    SESSIONS_ENDED = "sessions_ended", "ほかの端末のサインインを終わりました"
    PROXY_CHANGED = "proxy_changed", "代理人の登録が変わりました"
    CLOSED = "closed", "利用を終わりました"


class Event(models.Model):
    """One line of the history of sign-ins that the resident sees. Insert-only."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=EventKind)
    reason = models.CharField(max_length=40, default="")
    """Of a refusal: a machine word of `signing_in.FinishReason` or of `foundation.pki.Reason`."""

    class Meta:
        db_table = "event"
        indexes = (models.Index(fields=["account", "-at"], name="event_of_account"),)


class VerifierTrust(models.Model):
    """The roots and the revocation lists that J-LIS gave last: a row for authentication (1) and one for signature certificates (2)."""

    id = models.SmallIntegerField(primary_key=True)
    trust = models.BinaryField()
    """`protocols.certification.Trust` as JSON."""
    fetched_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    """The earliest nextUpdate of the lists."""

    class Meta:
        db_table = "verifier_trust"
        constraints = (
            models.CheckConstraint(condition=models.Q(id__in=[1, 2]), name="verifier_trust_two_rows"),
        )
