"""What the clerk's page of a resident shows: the cards as J-LIS knows them, and what can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from mynumber.institutions.municipality.counter import stock
from mynumber.institutions.municipality.counter.models import (
    LIVE,
    OPEN_STATES,
    CardApplication,
    CounterRecord,
    ReaderSession,
)
from mynumber.institutions.municipality.counter.procedures import ALL_PINS, CERTIFICATE_WORDS
from mynumber.institutions.municipality.counter.words import (
    CARD_STATES,
    CERTIFICATE_STATES,
    StateWords,
    why_refused,
)
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.card_life import CardStanding, CardState, PinName
from mynumber.protocols.certification import CertificateKind, CertificateState
from mynumber.protocols.refusal import Refused
from mynumber.webkit.face.parts import Cell, Chip, Table

IN_USE = (CardState.HANDED_OVER, CardState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Action:
    """Something the clerk can do now."""

    title: str
    text: str
    url: str
    is_next: bool = False
    """What the state of the card asks for."""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """One card on the page."""

    standing: CardStanding
    words: StateWords
    certificates: Table
    events: Table


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything about one resident's cards."""

    person: Person
    application: CardApplication | None
    application_words: StateWords | None
    cards: tuple[ShownCard, ...]
    problem: str
    """Why J-LIS told nothing; empty when it did."""
    session: ReaderSession | None
    """The reader session that is going on."""

    @property
    def card(self) -> CardStanding | None:
        """The card in use, if there is one."""
        return next((shown.standing for shown in self.cards if shown.standing.state in IN_USE), None)

    @property
    def delivered(self) -> CardStanding | None:
        """The card that waits for its holder."""
        return next(
            (shown.standing for shown in self.cards if shown.standing.state is CardState.DELIVERED), None
        )


def look(person: Person) -> Desk:
    """Ask J-LIS, and put beside it what is known here."""
    problem = ""
    standings: tuple[CardStanding, ...] = ()
    try:
        standings = stock.standings(person).cards
    except stock.NoNumber:
        problem = "この人には、まだ個人番号がありません。番号の付番を待ってください。"
    except Refused as refused:
        problem = f"J-LISのカードの記録を見ることができません。{why_refused(refused)}"
    application = CardApplication.objects.filter(
        person=person, state__in=[state.value for state in OPEN_STATES]
    ).first()
    return Desk(
        person=person,
        application=application,
        application_words=CARD_STATES[CardState(application.state)] if application else None,
        cards=tuple(_shown(standing) for standing in standings),
        problem=problem,
        session=ReaderSession.objects.filter(person=person, state__in=LIVE).first(),
    )


def pins_of(card: CardStanding) -> tuple[PinName, ...]:
    """The PINs a card has: without a signature certificate there is no signature PIN."""
    has_signature = any(c.kind is CertificateKind.SIGNATURE for c in card.certificates)
    return tuple(pin for pin in ALL_PINS if pin is not PinName.SIGNATURE or has_signature)


def actions(desk: Desk, tenant: str) -> tuple[Action, ...]:
    """What can be done, what the state asks for first."""
    if desk.problem:
        return ()
    found = [*_for_application(desk, tenant), *_for_card(desk, tenant)]
    if desk.card is None and desk.application is None and desk.person.is_resident:
        found += [
            Action(
                "交付申請を受け付ける",
                "窓口で写真を確かめて、J-LISに申請を送ります。",
                _url("card-apply", tenant, desk),
            ),
            Action(
                "交付申請書を渡す",
                "本人がインターネットで申請するための申請書IDを渡します。",
                _url("card-form", tenant, desk),
            ),
        ]
    return tuple(sorted(found, key=lambda action: not action.is_next))


def _for_application(desk: Desk, tenant: str) -> list[Action]:
    application = desk.application
    if application is None:
        return []
    if application.state == CardState.RETURNED_TO_APPLICANT.value:
        text = f"不備の内容：{application.detail}"
        return [Action("申請を直す", text, _url("card-apply", tenant, desk), is_next=True)]
    if application.state != CardState.DELIVERED.value:
        return []
    over = Action(
        "カードを交付する",
        "本人確認をして、本人の端末にカードを移し、暗証番号を設定してもらいます。",
        _begin("hand_over", tenant, desk),
        is_next=True,
    )
    notice = Action(
        "交付通知書を作る",
        "本人に送る通知を印刷します。" if application.noticed_at is None else "もう一度印刷できます。",
        reverse("counter:card-notice", args=[tenant, application.application_id]),
        is_next=application.noticed_at is None,
    )
    return [notice, over] if application.noticed_at is None else [over, notice]


def _for_card(desk: Desk, tenant: str) -> list[Action]:
    card = desk.card
    if card is None:
        return []
    give_up = Action(
        "返納・廃止する",
        "カードを終わらせ、電子証明書を失効させます。元に戻せません。",
        _url("card-return", tenant, desk),
    )
    if card.state is CardState.SUSPENDED:
        found = Action(
            "見つかったので再開する",
            "本人確認をして、電子証明書を再開します。",
            _url("card-found", tenant, desk),
            is_next=True,
        )
        return [found, give_up]
    live = {c.kind for c in card.certificates if c.state is CertificateState.GOOD}
    no_signature = CertificateKind.SIGNATURE not in live
    abroad = "国外に転出しても続けて使えるように、" if desk.person.moved_abroad else ""
    listed = [
        Action(
            "券面事項を書きかえる",
            f"{abroad}いまの氏名・住所をICチップに書きます。署名用電子証明書も一緒に発行できます。",
            _begin("change_face", tenant, desk),
            is_next=not card.face_is_current,
        ),
        Action(
            "暗証番号を設定し直す",
            "忘れた、または使えなくなった暗証番号を設定します。",
            _begin("set_pins", tenant, desk),
        ),
        Action(
            "電子証明書を発行・更新する",
            "署名用電子証明書がありません。" if no_signature else "有効期限の3か月前から更新できます。",
            _begin("renew", tenant, desk),
        ),
        Action("紛失の届出を受ける", "二つの電子証明書をすぐに止めます。", _url("card-loss", tenant, desk)),
        give_up,
    ]
    if not no_signature:
        listed.insert(
            3,
            Action(
                "署名用電子証明書を消す",
                "本人の希望で、署名用電子証明書だけを終わらせます。",
                _begin("remove", tenant, desk),
            ),
        )
    if desk.application is None and desk.person.is_resident:
        listed.insert(
            3,
            Action(
                "再交付・更新の申請を受け付ける",
                "期限が近い、壊れた、なくしたときに、新しいカードを申請します。",
                _url("card-apply", tenant, desk),
            ),
        )
    return listed


def _shown(standing: CardStanding) -> ShownCard:
    rows: list[list[Cell]] = [
        [
            CERTIFICATE_WORDS.get(certificate.kind, "スマートフォンの電子証明書"),
            Chip(*CERTIFICATE_STATES[certificate.state]),
            _day(certificate.expires_on),
            certificate.reason,
        ]
        for certificate in standing.certificates
    ]
    events: list[list[Cell]] = [[event.at, event.words] for event in reversed(standing.events)]
    return ShownCard(
        standing,
        CARD_STATES[standing.state],
        Table.build("電子証明書", ["種類", "状態", "有効期限", "理由"], rows),
        Table.build("J-LISでの経過（新しい順）", ["日時", "できごと"], events),
    )


def records_of(person: Person) -> Table:
    """What was done at this counter, newest first."""
    found = CounterRecord.objects.filter(person=person).select_related("clerk").order_by("-at", "-pk")[:100]
    rows: list[list[Cell]] = [
        [
            record.at,
            record.get_event_display() + (f"（{record.detail}）" if record.detail else ""),
            record.get_identity_check_display() or None,
            record.clerk.display_name if record.clerk else "—",
        ]
        for record in found
    ]
    return Table.build("この窓口での記録（新しい順）", ["日時", "したこと", "本人確認", "担当"], rows)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _url(name: str, tenant: str, desk: Desk) -> str:
    return reverse(f"counter:{name}", args=[tenant, desk.person.addressee])


def _begin(kind: str, tenant: str, desk: Desk) -> str:
    return reverse("counter:card-begin", args=[tenant, desk.person.addressee, kind])
