"""A card in the words of its holder: what the states mean, how long it lasts, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from mynumber.protocols.card_life import CardStanding, CardState
from mynumber.protocols.certification import CertificateKind, CertificateState
from mynumber.webkit.face.parts import Cell, Chip, Column, Kind, Table

IN_USE: Final = (CardState.HANDED_OVER, CardState.SUSPENDED)
_STATES: Final = {
    CardState.APPLIED: (Chip("申請を受付", Kind.INFO), "J-LISが申請と写真を確かめています。"),
    CardState.RETURNED_TO_APPLICANT: (
        Chip("申請の不備", Kind.WARN),
        "写真か申請を直す必要があります。申請した窓口、またはJ-LISの申請のページで直してください。",
    ),
    CardState.IN_PRODUCTION: (Chip("製造中", Kind.INFO), "J-LISが新しいカードを作っています。"),
    CardState.DELIVERED: (
        Chip("受け取り待ち", Kind.WARN),
        "新しいカードが市区町村に届いています。まだ使えません。",
    ),
    CardState.HANDED_OVER: (Chip("使えます", Kind.SUCCESS), "カードは使われています。"),
    CardState.SUSPENDED: (
        Chip("一時停止中", Kind.WARN),
        "紛失の届出により、電子証明書を止めています。サインインにも署名にも使えません。",
    ),
    CardState.RETURNED: (Chip("返納", Kind.NEUTRAL), "市区町村に返したカードです。"),
    CardState.ENDED: (Chip("失効", Kind.NEUTRAL), "もう使えないカードです。"),
}
_KINDS: Final = {
    CertificateKind.AUTHENTICATION: "利用者証明用（サインインに使う）",
    CertificateKind.SIGNATURE: "署名用（申請や契約に使う）",
    CertificateKind.PHONE_AUTHENTICATION: "スマートフォンの利用者証明用",
    CertificateKind.PHONE_SIGNATURE: "スマートフォンの署名用",
}
_CERTIFICATES: Final = {
    CertificateState.GOOD: Chip("有効", Kind.SUCCESS),
    CertificateState.SUSPENDED: Chip("一時停止", Kind.WARN),
    CertificateState.REVOKED: Chip("失効", Kind.NEUTRAL),
    CertificateState.EXPIRED: Chip("期限切れ", Kind.NEUTRAL),
    CertificateState.UNKNOWN: Chip("不明", Kind.NEUTRAL),
}
RENEWAL_MONTHS: Final = 3
_RENEWAL: Final = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to do."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ToldCard:
    """One card on the page."""

    standing: CardStanding
    chip: Chip
    meaning: str
    days_left: int | None
    certificates: Table
    events: Table

    @property
    def is_in_use(self) -> bool:
        """Handed over and not ended."""
        return self.standing.state in IN_USE


def tell(standing: CardStanding, *, today: date) -> ToldCard:
    """A card as its holder reads it."""
    chip, meaning = _STATES[standing.state]
    rows: list[list[Cell]] = [
        [
            _KINDS[c.kind],
            _CERTIFICATES[c.state],
            _day(c.expires_on),
            (c.expires_on - today).days if c.state is CertificateState.GOOD else None,
            c.reason,
        ]
        for c in standing.certificates
    ]
    events: list[list[Cell]] = [[event.at, event.words] for event in reversed(standing.events)]
    ends = standing.expires_on
    return ToldCard(
        standing,
        chip,
        meaning,
        (ends - today).days if ends and standing.state in IN_USE else None,
        Table.build(
            "電子証明書", ["種類", "状態", "有効期限", Column("残りの日数", number=True), "理由"], rows
        ),
        Table.build("できごと（新しい順）", ["日時", "内容"], events),
    )


def advice(cards: tuple[ToldCard, ...], *, today: date) -> tuple[Advice, ...]:
    """What the holder should do, the most pressing first."""
    found: list[Advice] = []
    states = {card.standing.state for card in cards}
    in_use = next((card for card in cards if card.is_in_use), None)
    if CardState.SUSPENDED in states:
        found.append(
            Advice(
                "カードが見つかったとき、見つからないとき",
                "見つかったら、カードと本人確認書類を持って市区町村の窓口へ。使えるように戻します。見つからなければ、窓口で廃止して、新しいカードを申請します。",
            )
        )
    if CardState.DELIVERED in states:
        found.append(
            Advice(
                "新しいカードを受け取ってください",
                "交付通知書と本人確認書類を持って、市区町村の窓口に来てください。暗証番号を四つ決めておくと、早く終わります。",
            )
        )
    if in_use is None or in_use.standing.state is not CardState.HANDED_OVER:
        return tuple(found)
    card = in_use.standing
    good = {c.kind for c in card.certificates if c.state is CertificateState.GOOD}
    if not card.face_is_current:
        found.append(
            Advice(
                "カードに書かれた内容が古くなっています",
                "氏名か住所が変わりました。14日以内に、カードを持って市区町村の窓口で書きかえてください。",
            )
        )
    revoked = any(
        c.kind is CertificateKind.SIGNATURE and c.state is CertificateState.REVOKED for c in card.certificates
    )
    if revoked and CertificateKind.SIGNATURE not in good:
        found.append(
            Advice(
                "署名用電子証明書がありません",
                "氏名や住所が変わると、署名用は自動で失効します。窓口で新しく発行できます。サインインは、これまでどおりできます。",
            )
        )
    ending = [
        c.expires_on
        for c in card.certificates
        if c.state is CertificateState.GOOD and c.expires_on - today <= _RENEWAL
    ]
    if ending:
        found.append(
            Advice(
                "有効期限が近づいています",
                f"電子証明書は、期限の{RENEWAL_MONTHS}か月前から市区町村の窓口で更新できます。連携しているサービスは、更新してもそのまま使えます。",
            )
        )
    return tuple(found)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
