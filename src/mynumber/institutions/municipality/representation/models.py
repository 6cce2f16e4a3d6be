"""Tables of representation: claims with what a clerk decided, and by what right each sending for another came. All walled by tenant."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mynumber.institutions.municipality.applications.models import Disclosure, Submission
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField


class Kind(models.TextChoices):
    """Why somebody may act for another."""

    VOLUNTARY = "voluntary", "本人が選んだ代理人（任意代理）"
    PARENT = "parent", "親権者"
    GUARDIAN = "guardian", "成年後見人"


class State(models.TextChoices):
    """Where a claim stands."""

    WAITING = "waiting", "確認待ち"
    CONFIRMED = "confirmed", "確認済み"
    REFUSED = "refused", "確認しない"
    ENDED = "ended", "終了"


class Seen(models.TextChoices):
    """What the clerk saw (確かめたもの)."""

    REGISTER = "register", "住民票（同じ世帯・続柄・年齢）"
    FAMILY_REGISTER = "family_register", "戸籍"
    GUARDIANSHIP = "guardianship", "登記事項証明書（成年後見）"
    COURT = "court", "裁判所の審判書・確定証明書"


class Claim(models.Model):
    """What a representative claims with their card (法定代理の届出), and what became of it."""

    tenant = TenantField()
    reference = models.UUIDField()
    """The claim's id at the portal: the grant that applications name."""
    sender = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    claimant_name = models.CharField(max_length=1000)
    claimant_address = models.CharField(max_length=1000)
    claimant_birth = models.DateField()
    claimant_sex = models.CharField(max_length=1)
    """基本4情報 of the representative as their certificate carries them."""
    certificate = models.CharField(max_length=64)
    person_name = models.CharField(max_length=200)
    person_birth = models.DateField()
    """Of the represented person, as the representative wrote them."""
    asked_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    claimant = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    """Whom the clerk took them for; set with the confirmation."""
    seen = models.CharField(max_length=20, choices=Seen.choices, blank=True)
    words = models.CharField(max_length=400, blank=True)
    """What was seen in particular, or why not; the representative reads it where it was refused or ended."""
    until = models.DateField(null=True)
    """The last day of what was confirmed."""
    decided_at = models.DateTimeField(null=True)
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100, blank=True)
    ended_at = models.DateTimeField(null=True)
    number = models.IntegerField(default=0)
    """How many decisions there were: 1 confirmed or refused, 2 ended after that."""
    told = models.IntegerField(default=0)
    """Up to which of them the portal knows: the outbox."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "reference"], name="representation_reference"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(person__isnull=False, until__isnull=False),
                name="representation_confirmed",
            ),
        )
        indexes = (
            models.Index(fields=["tenant", "state", "arrived_at"], name="representation_waiting"),
            models.Index(
                fields=["tenant", "id"],
                condition=Q(told__lt=models.F("number")),
                name="representation_unsent",
            ),
        )

    def __str__(self) -> str:
        return f"claim {self.pk}"


class ClaimEntry(models.Model):
    """操作の記録: who did what to a claim, and when. Never changed."""

    tenant = TenantField()
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    act = models.CharField(max_length=30)
    words = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return f"entry {self.pk}"


class ByProxy(models.Model):
    """By what right one sending came from another than its applicant (代理申請). Never changed."""

    tenant = TenantField()
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="by_proxy")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    grant = models.UUIDField()
    since = models.DateField()
    until = models.DateField()
    procedures = models.JSONField(default=list)
    """まかされた手続; empty where the law gives all."""
    confirmed_by = models.CharField(max_length=80, blank=True)
    """Which system's clerk confirmed it; empty: the applicant entrusted it with their card."""
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="filed")
    """Where this municipality confirmed it."""
    proxy_name = models.CharField(max_length=1000)
    proxy_address = models.CharField(max_length=1000)
    proxy_birth = models.DateField()
    proxy_sex = models.CharField(max_length=1)
    """基本4情報 of the proxy as their certificate carries them."""

    def __str__(self) -> str:
        return f"by proxy {self.pk}"


class ToldToProxy(models.Model):
    """That a disclosure for a form was read by a proxy, and by what right. Never changed."""

    tenant = TenantField()
    disclosure = models.OneToOneField(Disclosure, on_delete=models.PROTECT, related_name="proxy")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    grant = models.UUIDField()
    proxy_name = models.CharField(max_length=1000)

    def __str__(self) -> str:
        return f"told to proxy {self.pk}"
