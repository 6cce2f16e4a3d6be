"""Tables of applications: drafts, what was sent, what was told. Everything about a person is sealed (`kept`)."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account


class Standing(models.TextChoices):
    """How an application stands."""

    DRAFT = "draft", "下書き"
    SENDING = "sending", "送信中"
    UNDER_WAY = "under_way", "審査中"
    CORRECTION = "correction", "補正が必要です"
    DECIDED = "decided", "決定しました"
    ENDED = "ended", "終わりました"


class Channel(models.TextChoices):
    """Where the application was handed in."""

    PORTAL = "portal", "マイナポータル"
    COUNTER = "counter", "窓口"


class Application(models.Model):
    """An application (申請) from its draft on. The five times of the law stand in columns of their own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="applications")
    certificate_serial = models.CharField(max_length=64)
    """Authentication certificate at the beginning: the sending is confirmed with the same (PORTAL.md A1)."""
    procedure = models.CharField(max_length=64)
    version = models.DateField()
    """First day of the version under which it is filed."""
    form = models.CharField(max_length=40, default="", db_default="")
    """The version as the municipality of `body` has it (`procedures.overlays`), from when that is known; "" where it has the national one."""
    entitlement = models.CharField(max_length=120)
    live = models.BooleanField(default=True)
    """Whether it occupies the entitlement: from the beginning until decided, withdrawn or discarded."""
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.DRAFT)
    editing = models.BooleanField(default=True)
    """Whether answers may be changed: draft, correction, amendment."""
    sequence = models.PositiveIntegerField(default=0)
    """Of the next sending."""
    body = models.CharField(max_length=80, default="")
    """System that decides; known from when the applicant handed over the address."""
    applicant = models.BinaryField(null=True)
    """Sealed: the four attributes from the signature certificate, with the applicant's consent."""
    agreed_at = models.DateTimeField(null=True)
    prefilled_at = models.DateTimeField(null=True)
    prefill_failed = models.BooleanField(default=False)
    content = models.BinaryField()
    """Sealed: `kept.Content`."""
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    """送信"""
    arrived_at = models.DateTimeField(null=True)
    """到達"""
    accepted_at = models.DateTimeField(null=True)
    """受理"""
    correction_asked_at = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True)
    """補正"""
    decided_at = models.DateTimeField(null=True)
    """決定"""
    receipt = models.CharField(max_length=100, default="")
    """受付番号"""
    decide_by = models.DateField(null=True)
    holder = models.CharField(max_length=100, default="")
    """Who has it now, in words."""
    expected_by = models.DateField(null=True)
    channel = models.CharField(
        max_length=8, choices=Channel, default=Channel.PORTAL, db_default=Channel.PORTAL.value
    )
    counter_code = models.BinaryField(null=True, unique=True)
    """SHA-256 of the code that the applicant shows at the counter."""
    counter_code_until = models.DateTimeField(null=True)
    at_counter = models.CharField(max_length=100, default="", db_default="")
    """Which office has the draft now, in words; "" while its applicant has it."""
    taking = models.UUIDField(null=True)
    """Name of the last taking at a counter; null once the applicant took the draft back."""

    class Meta:
        db_table = "application"
        constraints = (
            models.UniqueConstraint(
                fields=["account", "entitlement"], condition=Q(live=True), name="application_one_live"
            ),
        )
        indexes = (models.Index(fields=["account", "-begun_at"], name="application_of_account"),)

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def is_on_its_way(self) -> bool:
        """Whether the first sending, or the answer to a correction, has been handed over and has not arrived yet."""
        answered = self.standing == Standing.CORRECTION and not self.editing and not self.at_counter
        return answered or self.standing == Standing.SENDING

    @property
    def is_draft(self) -> bool:
        """Whether nothing of it was sent yet."""
        return self.standing == Standing.DRAFT


class Paper(models.Model):
    """A document (添付書類) that was uploaded and looked at."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="papers")
    document = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    name = models.BinaryField()
    """Sealed."""
    content = models.BinaryField()
    """Sealed."""
    uploaded_at = models.DateTimeField()

    class Meta:
        db_table = "application_paper"


class Sending(models.Model):
    """Outbox: one sending of an application. Written with the proof that the card gave, delivered until the body says that it arrived."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="sendings")
    sequence = models.PositiveIntegerField()
    content = models.BinaryField(null=True)
    """Sealed `protocols.applications.Application`; emptied once it arrived."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the statement, hexadecimal."""
    sent_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=100, default="")
    refused = models.CharField(max_length=40, default="")
    """Reason of a refusal that trying again cannot change."""

    class Meta:
        db_table = "application_sending"
        constraints = (
            models.UniqueConstraint(
                fields=["application", "sequence"], condition=Q(refused=""), name="application_sending_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"],
                condition=Q(arrived_at=None, refused=""),
                name="application_sending_due",
            ),
        )


class Writing(models.Model):
    """Outbox: a withdrawal or a question to the case worker."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="writings")
    kind = models.CharField(max_length=20)
    words = models.BinaryField()
    """Sealed."""
    at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=40, default="")

    class Meta:
        db_table = "application_writing"


class ToldStep(models.Model):
    """One step that the body told, by its number. Insert-only."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    holder = models.CharField(max_length=100)
    expected_by = models.DateField(null=True)
    content = models.BinaryField()
    """Sealed `protocols.applications.Told`, letter included."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the step as it was told: the same number with another content is refused."""
    has_letter = models.BooleanField(default=False)
    told_at = models.DateTimeField()

    class Meta:
        db_table = "application_step"
        constraints = (
            models.UniqueConstraint(fields=["application", "number"], name="application_step_once"),
        )


class HappeningKind(models.TextChoices):
    """What happened to an application here, for its applicant to read."""

    BEGUN = "begun", "下書きをはじめました"
    AGREED = "agreed", "役所が持つ情報を入れることに同意しました"
    PREFILLED = "prefilled", "役所が持つ情報を受け取りました"
    NOT_PREFILLED = "not_prefilled", "役所が持つ情報を受け取れませんでした"
    COMMITTED = "committed", "カードで確かめ、送ることを決めました"
    CODE_MADE = "code_made", "窓口で見せる番号を作りました"
    TAKEN = "taken", "窓口の職員が下書きを受け取りました"
    RETURNED = "returned", "窓口から下書きが戻りました"
    TAKEN_BACK = "taken_back", "窓口にあった下書きを、自分で引き取りました"
    HANDED_IN = "handed_in", "窓口で提出しました"
    AMENDING = "amending", "内容の変更をはじめました"
    REOPENED = "reopened", "届かなかったため、下書きに戻しました"


class Happening(models.Model):
    """One line of an application's own history at the portal. Insert-only."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="happenings")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=HappeningKind)
    words = models.CharField(max_length=120, default="")
    """Which office, where one had a part."""

    class Meta:
        db_table = "application_happening"
