"""Tables of card production. Photos and finished cards lie in them sealed (`webkit.safe`) and go when the card is handed over.

No model prints a value of a person.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models

from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import ApplicationReason, CardState


class Channel(models.TextChoices):
    """How an application came."""

    MUNICIPALITY = "municipality", "市区町村の窓口"
    WEB = "web", "インターネット"


class EventKind(models.TextChoices):
    """What happened to an application."""

    APPLIED = "applied", "申請を受け付けました"
    RETURNED = "returned", "申請の不備をお知らせしました"
    CORRECTED = "corrected", "申請が直されました"
    APPROVED = "approved", "写真を確認し、製造に回しました"
    MADE = "made", "カードを製造し、市区町村に送りました"
    COLLECTED = "collected", "市区町村がカードを受け取りました"
    HANDED_OVER = "handed_over", "カードを交付しました"
    WITHDRAWN = "withdrawn", "申請を取りやめました"


STATES: Final = {
    CardState.APPLIED: "審査中",
    CardState.RETURNED_TO_APPLICANT: "申請の不備",
    CardState.IN_PRODUCTION: "製造中",
    CardState.DELIVERED: "市区町村に到着",
    CardState.HANDED_OVER: "交付済み",
    CardState.ENDED: "取りやめ",
}
"""States of an application; the life of the card after hand-over is the card's own."""
OPEN_STATES: Final = (
    CardState.APPLIED,
    CardState.RETURNED_TO_APPLICANT,
    CardState.IN_PRODUCTION,
    CardState.DELIVERED,
)
_STATE_CHOICES: Final = [(state.value, words) for state, words in STATES.items()]
_REASONS: Final = [(reason.value, reason.value) for reason in ApplicationReason]


class ApplicationForm(models.Model):
    """交付申請書: a form with its 申請書ID, made out for one person. With it the person applies on the net."""

    application_id = models.CharField("申請書ID", max_length=23, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="card_forms")
    issued_through = models.CharField("渡した市区町村", max_length=80)
    issued_at = models.DateTimeField("渡した日時")
    wrong_birth_dates = models.PositiveSmallIntegerField("生年月日の誤り", default=0)
    """Somebody who found the form guesses; after some guesses it is closed."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(application_id__regex="^[0-9]{23}$"), name="jlis_form_id_form"
            ),
        ]

    def __str__(self) -> str:
        return f"ApplicationForm({self.pk})"


class Application(models.Model):
    """交付申請, from the counter or the net until the card is handed over or the application withdrawn."""

    application_id = models.CharField("申請書ID", max_length=23, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="card_applications")
    municipality = models.CharField("交付する市区町村", max_length=80)
    """Member id of the municipality that will hand over."""
    channel = models.CharField("申請の方法", max_length=12, choices=Channel)
    reason = models.CharField("申請の理由", max_length=8, choices=_REASONS)
    former_name = models.CharField("旧氏", max_length=200, blank=True)
    signature_certificate = models.BooleanField("署名用電子証明書を希望する", default=True)
    state = models.CharField("状態", max_length=24, choices=_STATE_CHOICES)
    state_since = models.DateTimeField("状態の変わった日時")
    detail = models.CharField("不備の内容", max_length=200, blank=True)
    """What to correct, in Japanese; names nobody."""
    applied_at = models.DateTimeField("申請日時")
    card_serial = models.CharField("製造番号", max_length=15, blank=True)
    expires_on = models.DateField("カードの有効期限", null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["municipality", "state"], name="jlis_application_at_town"),
            models.Index(fields=["state", "state_since"], name="jlis_application_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state__in=[state.value for state in OPEN_STATES]),
                name="jlis_one_open_application",
            ),
            models.UniqueConstraint(
                fields=["card_serial"], condition=~models.Q(card_serial=""), name="jlis_application_card"
            ),
            models.CheckConstraint(
                condition=models.Q(application_id__regex="^[0-9]{23}$"), name="jlis_application_id_form"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in STATES]),
                name="jlis_application_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state=CardState.RETURNED_TO_APPLICANT.value) ^ models.Q(detail=""),
                name="jlis_application_detail_when_returned",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[CardState.DELIVERED.value, CardState.HANDED_OVER.value])
                | (~models.Q(card_serial="") & models.Q(expires_on__isnull=False)),
                name="jlis_application_made_has_card",
            ),
        ]

    def __str__(self) -> str:
        return f"Application({self.pk})"


class ApplicationPhoto(models.Model):
    """顔写真 of an open application, cleaned (`foundation.portrait`) and sealed."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="photo")
    content_type = models.CharField(max_length=20)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"ApplicationPhoto({self.pk})"


class ProductionJob(models.Model):
    """A place in the production queue. Whoever takes one holds its row's lock until the card is made: a crash gives it back."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="job")
    queued_at = models.DateTimeField("入った日時")
    not_before = models.DateTimeField("次に試す日時")
    attempts = models.PositiveSmallIntegerField("失敗の数", default=0)
    problem = models.CharField("最後の失敗", max_length=80, blank=True)
    """Kind of the last error, for engineers."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["not_before", "id"], name="jlis_production_queue")]

    def __str__(self) -> str:
        return f"ProductionJob({self.pk})"


class FinishedCard(models.Model):
    """A card that is made and not handed over: its memory, sealed. Deleted at hand-over; afterwards only the holder has the card."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="finished_card")
    card_serial = models.CharField("製造番号", max_length=15, unique=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"FinishedCard({self.pk})"


class ApplicationEvent(models.Model):
    """経過 of an application. Insert-only."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField("日時")
    kind = models.CharField("できごと", max_length=12, choices=EventKind)
    noted_by = models.CharField("行った者", max_length=120)
    """Member id of a municipality, ``jlis``, ``jlis/USERNAME`` of a member of staff, or ``applicant``."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["application", "at"], name="jlis_application_event")]

    def __str__(self) -> str:
        return f"ApplicationEvent({self.pk})"


class LossOutcome(models.TextChoices):
    """What a call to the loss desk came to."""

    SUSPENDED = "suspended", "一時停止しました"
    ALREADY = "already", "すでに一時停止しています"
    NO_CARD = "no_card", "停止できるカードがありません"
    NOT_FOUND = "not_found", "四つの情報が合いません"
    NOT_CONFIRMED = "not_confirmed", "折り返しの電話で確かめられません"


class LossCall(models.Model):
    """A call to the loss desk (紛失・一時停止の受付): who took it and what came of it. Insert-only; no attribute is written here."""

    at = models.DateTimeField("日時")
    taken_by = models.CharField("受けた職員", max_length=50)
    outcome = models.CharField("結果", max_length=16, choices=LossOutcome)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="loss_calls")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="jlis_loss_call_time")]

    def __str__(self) -> str:
        return f"LossCall({self.pk})"
