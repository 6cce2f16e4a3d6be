"""Drafts at the counter: taken over by the code that a resident shows, or begun there. Walled by tenant; everything about a person is sealed (`kept`)."""

from django.db import models
from django.db.models import Q

from mynumber.institutions.municipality.applications.models import Submission
from mynumber.institutions.municipality.counter.models import CHECKS
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField


class DeskState(models.TextChoices):
    """How a draft at the counter stands."""

    OPEN = "open", "記入中"
    HANDED_IN = "handed_in", "提出済み"
    RETURNED = "returned", "本人に戻しました"
    DROPPED = "dropped", "取りやめ"


class HandReason(models.TextChoices):
    """Why it was signed by hand and not with the card."""

    NO_CARD = "no_card", "カードを持っていない、または忘れた"
    NO_CERTIFICATE = "no_certificate", "署名用電子証明書がない、または使えない"
    PIN = "pin", "署名用パスワードを忘れた、または使えなくなった"
    UNABLE = "unable", "本人が端末を操作できない"
    OTHER = "other", "そのほか（下に書く）"


class DeskDraft(models.Model):
    """A form that is filled in at the counter. One clerk has it at a time; `edition` counts what was saved, so that nobody overwrites unseen."""

    tenant = TenantField()
    ident = models.UUIDField(unique=True)
    """Names it in the addresses of pages."""
    reference = models.UUIDField()
    """The application's id, at the portal and here."""
    taking = models.UUIDField(null=True)
    """By which the portal knows that the counter has it; null: it began here."""
    sequence = models.PositiveIntegerField(default=0)
    """Of the sending: above 0 an amendment, or the answer to a correction."""
    procedure = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    """None: nobody of the register has the four attributes."""
    applicant = models.BinaryField()
    """Sealed: the four attributes."""
    content = models.BinaryField()
    """Sealed: `webkit.filling.content.Content`; emptied at the end."""
    edition = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=DeskState, default=DeskState.OPEN)
    check_kind = models.CharField(
        max_length=20, blank=True, choices=[(check.value, words) for check, words in CHECKS.items()]
    )
    """How the applicant was identified; empty while only the code of their portal speaks for them."""
    holder = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    session = models.UUIDField(null=True)
    """Ticket of the reader session in which the card signs."""
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "reference"], condition=Q(state="open"), name="desk_one_open"
            ),
        )
        indexes = (models.Index(fields=["tenant", "state", "-saved_at"], name="desk_open"),)

    def __str__(self) -> str:
        return f"desk draft {self.pk}"


class DeskPaper(models.Model):
    """A paper of a draft: it came with it, or was handed over at the counter."""

    tenant = TenantField()
    draft = models.ForeignKey(DeskDraft, on_delete=models.CASCADE, related_name="papers")
    ident = models.UUIDField(unique=True)
    document = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sealed = models.BinaryField()
    """Sealed: `protocols.applications.Attachment`, as it came or was looked at."""
    came_along = models.BooleanField(default=False)
    """From the portal, where it stays as well."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"desk paper {self.pk}"


class CounterFiling(models.Model):
    """窓口での提出: who took a sending in, how its applicant was identified and signed; and whether the portal was told."""

    tenant = TenantField()
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="at_counter")
    clerk = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    clerk_name = models.CharField(max_length=100)
    check_kind = models.CharField(
        max_length=20, blank=True, choices=[(check.value, words) for check, words in CHECKS.items()]
    )
    by_hand = models.BooleanField()
    reason = models.CharField(max_length=16, blank=True, choices=HandReason)
    words = models.CharField(max_length=400, blank=True)
    message = models.BinaryField(null=True)
    """Sealed `protocols.counter_drafts.HandedIn`, until the portal has answered; null: there is nobody to tell."""
    told_at = models.DateTimeField(null=True)
    followed = models.BooleanField(null=True)
    """Whether somebody follows it in the portal."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(by_hand=False, reason="") | (Q(by_hand=True) & ~Q(reason="") & ~Q(check_kind="")),
                name="desk_by_hand_has_reason",
            ),
        )
        indexes = (
            models.Index(
                fields=["tenant", "id"], condition=Q(told_at=None, message__isnull=False), name="desk_untold"
            ),
        )

    def __str__(self) -> str:
        return f"counter filing {self.pk}"
