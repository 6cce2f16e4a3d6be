"""A card in the words of its holder: what the states mean, how long it lasts, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from mynumber.protocols.card_life import CardStanding, CardState
from mynumber.protocols.certification import CertificateKind, CertificateState
from mynumber.webkit.face.language import is_english, say
from mynumber.webkit.face.parts import Cell, Chip, Column, Kind, Table

IN_USE: Final = (CardState.HANDED_OVER, CardState.SUSPENDED)
_STATES: Final = {
    CardState.APPLIED: (
        (("申請を受付", "Applied for", "うけつけました"), Kind.INFO),
        (
            "J-LISが申請と写真を確かめています。",
            "J-LIS is checking application and photo.",
            "J-LISが 見て います。",
        ),
    ),
    CardState.RETURNED_TO_APPLICANT: (
        (("申請の不備", "To be corrected", "なおす ところが あります"), Kind.WARN),
        (
            "写真か申請を直す必要があります。申請した窓口、またはJ-LISの申請のページで直してください。",
            "Photo or application has to be corrected, where you applied or at J-LIS.",
            "写真か 紙を なおして ください。もうしこんだ ところで できます。",
        ),
    ),
    CardState.IN_PRODUCTION: (
        (("製造中", "Being made", "つくって います"), Kind.INFO),
        ("J-LISが新しいカードを作っています。", "J-LIS is making the new card.", "J-LISが つくって います。"),
    ),
    CardState.DELIVERED: (
        (("受け取り待ち", "To be collected", "とりに 来て ください"), Kind.WARN),
        (
            "新しいカードが市区町村に届いています。まだ使えません。",
            "The new card is at your municipality. It cannot be used yet.",
            "市役所に とどきました。まだ つかえません。",
        ),
    ),
    CardState.HANDED_OVER: (
        (("使えます", "In use", "つかえます"), Kind.SUCCESS),
        ("カードは使われています。", "The card is in use.", "つかって います。"),
    ),
    CardState.SUSPENDED: (
        (("一時停止中", "Suspended", "止めて います"), Kind.WARN),
        (
            "紛失の届出により、電子証明書を止めています。サインインにも署名にも使えません。",
            "Reported as lost: its certificates are stopped and can neither sign in nor sign.",
            "なくしたと 言われたので、止めて います。",
        ),
    ),
    CardState.RETURNED: (
        (("返納", "Handed back", "かえしました"), Kind.NEUTRAL),
        ("市区町村に返したカードです。", "Handed back to the municipality.", "市役所に かえしました。"),
    ),
    CardState.ENDED: (
        (("失効", "Ended", "つかえません"), Kind.NEUTRAL),
        ("もう使えないカードです。", "It cannot be used any more.", "もう つかえません。"),
    ),
}
_KINDS: Final = {
    CertificateKind.AUTHENTICATION: (
        "利用者証明用（サインインに使う）",
        "Authentication (to sign in)",
        "入る ための もの",
    ),
    CertificateKind.SIGNATURE: (
        "署名用（申請や契約に使う）",
        "Signature (for applications and contracts)",
        "署名の ための もの",
    ),
    CertificateKind.PHONE_AUTHENTICATION: (
        "スマートフォンの利用者証明用",
        "Authentication on the telephone",
        "スマートフォンで 入る もの",
    ),
    CertificateKind.PHONE_SIGNATURE: (
        "スマートフォンの署名用",
        "Signature on the telephone",
        "スマートフォンの 署名",
    ),
}
_CERTIFICATES: Final = {
    CertificateState.GOOD: (("有効", "Good", "つかえます"), Kind.SUCCESS),
    CertificateState.SUSPENDED: (("一時停止", "Suspended", "止めて います"), Kind.WARN),
    CertificateState.REVOKED: (("失効", "Ended", "つかえません"), Kind.NEUTRAL),
    CertificateState.EXPIRED: (("期限切れ", "Expired", "古く なりました"), Kind.NEUTRAL),
    CertificateState.UNKNOWN: (("不明", "Unknown", "わかりません"), Kind.NEUTRAL),
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
    (label, kind), meaning = _STATES[standing.state]
    rows: list[list[Cell]] = [
        [
            say(*_KINDS[c.kind]),
            _chip(*_CERTIFICATES[c.state]),
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
        _chip(label, kind),
        say(*meaning),
        (ends - today).days if ends and standing.state in IN_USE else None,
        Table.build(
            say("電子証明書", "Certificates"),
            [
                say("種類", "Kind", "しゅるい"),
                say("状態", "State", "いま"),
                say("有効期限", "Valid until", "いつまで"),
                Column(say("残りの日数", "Days left", "あと何日"), number=True),
                say("理由", "Why", "わけ"),
            ],
            rows,
        ),
        Table.build(
            say("できごと（新しい順）", "What happened, newest first", "あった こと"),
            [say("日時", "At", "とき"), say("内容", "What", "あった こと")],
            events,
        ),
    )


def advice(cards: tuple[ToldCard, ...], *, today: date) -> tuple[Advice, ...]:
    """What the holder should do, the most pressing first."""
    found: list[Advice] = []
    states = {card.standing.state for card in cards}
    in_use = next((card for card in cards if card.is_in_use), None)
    if CardState.SUSPENDED in states:
        found.append(
            Advice(
                say(
                    "カードが見つかったとき、見つからないとき",
                    "When you find the card, and when you do not",
                    "カードが 見つかった とき、見つからない とき",
                ),
                say(
                    "見つかったら、カードと本人確認書類を持って市区町村の窓口へ。使えるように戻します。見つからなければ、窓口で廃止して、新しいカードを申請します。",
                    "If you find it, take it with an identity document to your municipality, which resumes it. If not, have it abolished there and apply for a new one.",
                    "見つかったら、カードを もって 市役所に 行って ください。見つからなかったら、あたらしい カードを たのみます。",
                ),
            )
        )
    if CardState.DELIVERED in states:
        found.append(
            Advice(
                say(
                    "新しいカードを受け取ってください",
                    "Collect your new card",
                    "あたらしい カードを とりに 来て ください",
                ),
                say(
                    "交付通知書と本人確認書類を持って、市区町村の窓口に来てください。暗証番号を四つ決めておくと、早く終わります。",
                    "Bring the notice and an identity document to your municipality. It is quicker if you have chosen four PINs.",
                    "お知らせの 紙を もって、市役所に 来て ください。暗証番号を 4つ きめて おいて ください。",
                ),
            )
        )
    if in_use is None or in_use.standing.state is not CardState.HANDED_OVER:
        return tuple(found)
    card = in_use.standing
    good = {c.kind for c in card.certificates if c.state is CertificateState.GOOD}
    if not card.face_is_current:
        found.append(
            Advice(
                say(
                    "カードに書かれた内容が古くなっています",
                    "What is printed on the card is out of date",
                    "カードに 書いて ある ことが 古いです",
                ),
                say(
                    "氏名か住所が変わりました。14日以内に、カードを持って市区町村の窓口で書きかえてください。",
                    "Name or address has changed. Have the card rewritten at your municipality within 14 days.",
                    "名前か 住所が かわりました。14日の あいだに、市役所で 書きかえて ください。",
                ),
            )
        )
    revoked = any(
        c.kind is CertificateKind.SIGNATURE and c.state is CertificateState.REVOKED for c in card.certificates
    )
    if revoked and CertificateKind.SIGNATURE not in good:
        found.append(
            Advice(
                say(
                    "署名用電子証明書がありません",
                    "There is no signature certificate",
                    "署名の 電子証明書が ありません",
                ),
                say(
                    "氏名や住所が変わると、署名用は自動で失効します。窓口で新しく発行できます。サインインは、これまでどおりできます。",
                    "It ends when name or address change. Your municipality issues a new one. Signing in works as before.",
                    "名前や 住所が かわると つかえなく なります。市役所で つくれます。入る ことは できます。",
                ),
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
                say("有効期限が近づいています", "It expires soon", "もうすぐ つかえなく なります"),
                say(
                    f"電子証明書は、期限の{RENEWAL_MONTHS}か月前から市区町村の窓口で更新できます。連携しているサービスは、更新してもそのまま使えます。",
                    f"Certificates can be renewed at your municipality from {RENEWAL_MONTHS} months before. Linked services go on as they are.",
                    f"{RENEWAL_MONTHS}か月前から、市役所で あたらしく できます。",
                ),
            )
        )
    return tuple(found)


def _chip(label: tuple[str, str, str], kind: Kind) -> Chip:
    return Chip(say(*label), kind)


def _day(day: date) -> str:
    if is_english():
        return day.isoformat()
    return f"{day.year}年{day.month}月{day.day}日"
