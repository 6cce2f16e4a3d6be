"""Tables of the counter for cards. All are walled by tenant; none prints a value of a person.

No PIN is ever here: it is entered at the holder's device. A finished card lies sealed (`webkit.safe`) from its arrival until the device has it.
"""

from typing import Final

from django.db import models
from django.db.models import Q

from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.card_life import ApplicationReason, CardState, IdentityCheck
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField

STATES: Final = {
    CardState.APPLIED: "審査中",
    CardState.RETURNED_TO_APPLICANT: "申請の不備",
    CardState.IN_PRODUCTION: "製造中",
    CardState.DELIVERED: "到着・交付待ち",
    CardState.HANDED_OVER: "交付済み",
    CardState.ENDED: "取りやめ",
}
OPEN_STATES: Final = (
    CardState.APPLIED,
    CardState.RETURNED_TO_APPLICANT,
    CardState.IN_PRODUCTION,
    CardState.DELIVERED,
)
REASONS: Final = {
    ApplicationReason.FIRST: "はじめて作る",
    ApplicationReason.RENEWAL: "有効期限が近い、または券面の追記欄がいっぱい",
    ApplicationReason.LOST: "なくした",
    ApplicationReason.DAMAGED: "壊れた",
}
CHECKS: Final = {
    IdentityCheck.ONE_WITH_PHOTO: "顔写真のある書類1点（運転免許証、旅券、在留カードなど）",
    IdentityCheck.TWO_WITHOUT_PHOTO: "顔写真のない書類2点（資格確認書と年金手帳など）",
    IdentityCheck.INQUIRY_LETTER: "照会書兼回答書と書類1点",
    IdentityCheck.OLD_CARD: "これまでのカードと、その暗証番号",
    IdentityCheck.REPRESENTATIVE: "代理人（代理権と、代理人・本人の書類を確かめた）",
}


class CardApplication(models.Model):
    """交付申請 of a resident, as far as this municipality goes: from handing it in to handing the card over."""

    tenant = TenantField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="card_applications")
    application_id = models.CharField("申請書ID", max_length=23)
    reason = models.CharField(max_length=8, choices=[(r.value, words) for r, words in REASONS.items()])
    signature_certificate = models.BooleanField(default=True)
    state = models.CharField(max_length=24, choices=[(s.value, words) for s, words in STATES.items()])
    """As J-LIS last told."""
    detail = models.CharField(max_length=200, blank=True)
    """What J-LIS wants corrected."""
    applied_at = models.DateTimeField()
    card_serial = models.CharField("製造番号", max_length=15, blank=True)
    expires_on = models.DateField(null=True)
    arrived_at = models.DateTimeField(null=True)
    """When the card was taken in here."""
    noticed_at = models.DateTimeField(null=True)
    """When the notice (交付通知書) was first made out."""
    taken_at = models.DateTimeField(null=True)
    """When the holder's device had it: from then on it is not here any more."""
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["tenant", "state"], name="counter_application_state"),)
        constraints = (
            models.UniqueConstraint(fields=["tenant", "application_id"], name="counter_application_id"),
            models.UniqueConstraint(
                fields=["tenant", "person"],
                condition=Q(state__in=[state.value for state in OPEN_STATES]),
                name="counter_one_open_application",
            ),
        )

    def __str__(self) -> str:
        return f"card application {self.pk}"


class SafeCard(models.Model):
    """A card in the municipality's safe: its memory, sealed. Deleted when the holder's device has it."""

    tenant = TenantField()
    application = models.OneToOneField(CardApplication, on_delete=models.PROTECT, related_name="safe_card")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"card of application {self.application_id}"


class CounterEvent(models.TextChoices):
    """What was done at the counter."""

    FORM = "form", "交付申請書を渡した"
    APPLIED = "applied", "交付申請を受け付けた"
    CORRECTED = "corrected", "申請を直した"
    ARRIVED = "arrived", "カードが届いた"
    NOTICE = "notice", "交付通知書を作った"
    TAKEN = "taken", "カードを本人の端末に移した"
    HANDED_OVER = "handed_over", "カードを交付した"
    PINS = "pins", "暗証番号を設定した"
    RENEWED = "renewed", "電子証明書を発行した"
    FACE = "face", "券面事項を書きかえた"
    SIGNATURE_REMOVED = "removed", "署名用電子証明書を消した"
    LOST = "lost", "紛失の届出を受けた"
    FOUND = "found", "発見の届出を受けた"
    RETURNED = "returned", "返納を受けた"
    REGISTER = "register", "住民票の異動を入力した"
    SIGNED = "signed", "申請に署名した"
    STOPPED = "stopped", "手続きが途中で止まった"
    CANCELLED = "cancelled", "手続きを取りやめた"


class CounterRecord(models.Model):
    """The record of the counter: who did what for whom and when. Insert-only."""

    tenant = TenantField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="card_records")
    """None at a kiosk, which does not know whose card it is."""
    card_serial = models.CharField(max_length=15, blank=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=12, choices=CounterEvent)
    detail = models.CharField(max_length=200, blank=True)
    """In Japanese; names nobody."""
    identity_check = models.CharField(
        max_length=20, blank=True, choices=[(c.value, words) for c, words in CHECKS.items()]
    )
    clerk = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    """None: a kiosk, or a command of the operator."""

    class Meta:
        indexes = (models.Index(fields=["tenant", "person", "at"], name="counter_record_person"),)

    def __str__(self) -> str:
        return f"counter record {self.pk}"


class ProcedureKind(models.TextChoices):
    """What a card is on the reader for."""

    HAND_OVER = "hand_over", "カードの交付"
    SET_PINS = "set_pins", "暗証番号の再設定"
    RENEW = "renew", "電子証明書の発行・更新"
    CHANGE_FACE = "change_face", "券面事項の変更"
    REMOVE_SIGNATURE = "remove", "署名用電子証明書の消去"
    KIOSK_PINS = "kiosk_pins", "暗証番号の再設定（キオスク）"
    SIGN = "sign", "申請への署名"


class SessionState(models.TextChoices):
    """How a session stands."""

    WAITING = "waiting", "端末を待っています"
    WORKING = "working", "手続き中"
    DONE = "done", "終わりました"
    FAILED = "failed", "できませんでした"
    CANCELLED = "cancelled", "取りやめました"
    EXPIRED = "expired", "時間が過ぎました"


LIVE: Final = (SessionState.WAITING, SessionState.WORKING)


class ReaderSession(models.Model):
    """One use of a reader (`protocols.card_reader`). Its course is the replies in `ReaderEntry`: the procedure is run again from them at each
    step, so that a restart of the process loses nothing."""

    tenant = TenantField()
    ticket = models.UUIDField(unique=True)
    """Names the session in the addresses of pages."""
    code_digest = models.BinaryField(max_length=32)
    """SHA-256 of the reader code."""
    code_sealed = models.BinaryField()
    """The code itself for the page that shows it, sealed; empty once the session is over."""
    kind = models.CharField(max_length=12, choices=ProcedureKind)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    application = models.ForeignKey(CardApplication, on_delete=models.PROTECT, null=True, related_name="+")
    card_serial = models.CharField(max_length=15, blank=True)
    """The only card this may be done with; empty at a kiosk."""
    order = models.JSONField(default=dict)
    """What is wanted (`procedures.Wanted`): PINs, certificates, identity check."""
    clerk = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=SessionState, default=SessionState.WAITING)
    number = models.PositiveSmallIntegerField(default=0)
    """Of the last task that was given; 0 before the first."""
    requests = models.PositiveIntegerField(default=0)
    """Steps that were asked for with this code, good or bad."""
    stage = models.CharField(max_length=20, blank=True)
    """Where the procedure is (`procedures.STAGES`)."""
    words = models.CharField(max_length=400, blank=True)
    """How it ended, for clerk and holder."""
    ended_at = models.DateTimeField(null=True)
    result = models.BinaryField(default=b"", db_default=b"")
    """What came of it for who opened it: of `SIGN` the card's signature (`procedures.Signed`)."""

    class Meta:
        constraints = (
            # Two clerks never write to one person's card at once.
            models.UniqueConstraint(
                fields=["tenant", "person"],
                condition=Q(state__in=[state.value for state in LIVE]),
                name="counter_one_live_session",
            ),
        )
        indexes = (models.Index(fields=["tenant", "state"], name="counter_session_state"),)

    def __str__(self) -> str:
        return f"reader session {self.pk}"


class ReaderEntry(models.Model):
    """One reply of the device, or one answer of J-LIS, in the order in which the procedure had it. Deleted when the session ends."""

    tenant = TenantField()
    session = models.ForeignKey(ReaderSession, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveSmallIntegerField()
    is_reply = models.BooleanField()
    body = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["session", "position"], name="counter_entry_position"),
        )

    def __str__(self) -> str:
        return f"reader entry {self.pk}"


class ReaderCode(models.Model):
    """Which town a reader code is of: the devices' address has no town in it. Holds nothing but a digest.

    The application may read all, outside of any tenant; a tenant writes only its own.
    """

    tenant = TenantField()
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reader code {self.pk}"
