"""Notices of a municipality: mailings to many, what waits, what was sent, what became of it. All walled by tenant."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField


class MailingState(models.TextChoices):
    """Where a mailing stands."""

    DRAFT = "draft", "作成中"
    PROPOSED = "proposed", "決裁待ち"
    APPROVED = "approved", "承認済み"
    """Sent from its time on."""
    SENT = "sent", "送信済み"
    """Every notice of it is in the outbox."""
    STOPPED = "stopped", "中止"


class Aim(models.TextChoices):
    """By what its addressees are found."""

    PERSONS = "persons", "人を選ぶ"
    REGISTER = "register", "住民票の条件で選ぶ"
    FILE = "file", "宛名番号のファイル（CSV）で選ぶ"


class Mailing(models.Model):
    """A notice to many (一斉のお知らせ): words with places for values, whom it is for, who wrote it, who approved it, from when it goes."""

    tenant = TenantField()
    reference = models.UUIDField(default=uuid4)
    state = models.CharField(max_length=10, choices=MailingState, default=MailingState.DRAFT)
    category = models.CharField(max_length=20)
    title = models.CharField(max_length=100)
    words = models.TextField()
    office = models.CharField(max_length=100)
    due = models.DateField(null=True)
    link = models.CharField(max_length=300, blank=True)
    aim = models.CharField(max_length=10, choices=Aim)
    criteria = models.BinaryField(default=b"{}")
    """`targeting.Criteria` as JSON, of a mailing by register."""
    send_at = models.DateTimeField(null=True)
    """Not before; None: as soon as it is approved."""
    created_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by_name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    proposed_by = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    count = models.IntegerField(default=0)
    """Addressees, fixed when it was proposed."""
    approved_by = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by_name = models.CharField(max_length=100, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "reference"], name="notices_mailing_reference"),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (~Q(approved_by=F("proposed_by")) & (Q(created_by=None) | ~Q(approved_by=F("created_by")))),
                name="notices_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "sent"]) | Q(approved_by__isnull=False),
                name="notices_approved_by",
            ),
        )
        indexes = (
            models.Index(fields=["tenant", "send_at"], condition=Q(state="approved"), name="notices_due"),
        )

    def __str__(self) -> str:
        return f"mailing {self.pk}"


class MailingAddressee(models.Model):
    """One addressee of a mailing, with the values of the file for them."""

    tenant = TenantField()
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="addressees")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    values = models.BinaryField(default=b"{}")
    """JSON: text by the name of the column."""
    notice = models.UUIDField(default=uuid4)
    """Of the notice that it becomes: made before, so that it becomes one."""
    is_queued = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["mailing", "person"], name="notices_one_each"),)
        indexes = (
            models.Index(fields=["mailing", "id"], condition=Q(is_queued=False), name="notices_to_queue"),
        )


class MailingEntry(models.Model):
    """操作の記録: who did what to a mailing, and when. Never changed."""

    tenant = TenantField()
    mailing = models.ForeignKey(Mailing, null=True, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100)
    act = models.CharField(max_length=20)
    words = models.CharField(max_length=400, blank=True)


class Switch(models.Model):
    """The kill switch (送信停止) of a municipality: while it is off nothing leaves. No row: on."""

    tenant = TenantField(primary_key=True)
    is_off = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=100)


class Fate(models.TextChoices):
    """What became of a notice."""

    WAITING = "waiting", "送信待ち"
    SENT = "sent", "送信済み"
    """The gateway has it."""
    ARRIVED = "arrived", "到達"
    NO_ACCOUNT = "no_account", "利用者なし"
    """Nobody at the portal: a letter has to go by post."""
    REFUSED = "refused", "送れません"
    STOPPED = "stopped", "中止"


BY_POST: Final = (Fate.NO_ACCOUNT, Fate.REFUSED)
"""What did not arrive and will not: the letter goes by post."""


class SentNotice(models.Model):
    """One notice to one person: the outbox, and afterwards what became of it."""

    tenant = TenantField()
    notice = models.UUIDField()
    mailing = models.ForeignKey(Mailing, null=True, on_delete=models.PROTECT, related_name="notices")
    addressee = models.CharField(max_length=40)
    """宛名番号"""
    category = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    body = models.BinaryField()
    """`protocols.notices.Notice` as JSON."""
    queued_at = models.DateTimeField()
    send_at = models.DateTimeField()
    """Not before."""
    fate = models.CharField(max_length=12, choices=Fate, default=Fate.WAITING)
    refusal = models.CharField(max_length=40, default="")
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    """到達, as the portal recorded it."""
    read_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    act = models.CharField(max_length=20, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "notice"], name="notices_once"),)
        indexes = (
            models.Index(fields=["tenant", "id"], condition=Q(fate="waiting"), name="notices_waiting"),
            models.Index(fields=["tenant", "id"], condition=Q(fate="sent"), name="notices_on_their_way"),
            models.Index(fields=["tenant", "addressee", "-queued_at"], name="notices_of_person"),
            models.Index(fields=["mailing", "fate"], name="notices_of_mailing"),
        )

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Heard(models.Model):
    """Up to which place the gateway's reports are noted here."""

    tenant = TenantField(primary_key=True)
    place = models.BigIntegerField(default=0)
