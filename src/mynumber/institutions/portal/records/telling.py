"""A record as the resident reads it: who, from whom, for which affair, what, under which item of the law, when, how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mynumber.foundation.law import (
    Affair,
    InformationKind,
    LawError,
    LegalBasis,
    Provision,
    legal_basis,
)
from mynumber.institutions.portal.records.words import (
    EVENTS,
    OWN_EVENTS,
    OWN_SIDES,
    SIDES,
    hop_words,
    outcome_label,
    outcome_words,
    reason_words,
)
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.information import (
    GROUND_JA,
    INVENTORY,
    INVENTORY_JA,
    OWN_REQUEST,
    OWN_REQUEST_JA,
)
from mynumber.protocols.records import ExchangeRecord, OwnUseCitation, RecordEvent
from mynumber.protocols.refusal import Hop, Reason
from mynumber.webkit.face.figures import HopFigure, HopState, Station
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Chip, Kind, Step, StepState

JAPAN = ZoneInfo("Asia/Tokyo")
ORDER_NAME = (
    "行政手続における特定の個人を識別するための番号の利用等に関する法律第十九条第八号に基づく"
    "利用特定個人情報の提供に関する命令（令和六年デジタル庁・総務省令第九号）"
)
_KINDS: dict[Outcome, Kind] = {
    Outcome.OPEN: Kind.INFO,
    Outcome.PERMITTED: Kind.INFO,
    Outcome.WAITING: Kind.INFO,
    Outcome.PROVIDED: Kind.SUCCESS,
    Outcome.NO_DATA: Kind.NEUTRAL,
    Outcome.REFUSED: Kind.ERROR,
    Outcome.LOST: Kind.WARN,
    Outcome.ABANDONED: Kind.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class LegalItem:
    """The row of the table that allowed it, in the law's words."""

    label: str
    """項番号: 第二条の表 八十一の項."""
    affair_words: str
    affair_article: str
    inquirer_words: str
    provider_words: str
    information_words: str
    information_article: str
    text_of: datetime
    ordinance: str = ""
    """Of an own-use affair: the ordinance that it rests on, and that is equivalent to the item."""


@dataclass(frozen=True, slots=True)
class Told:
    """One record with the words of its day."""

    record: ExchangeRecord
    at: datetime
    affair_words: str
    item_label: str
    """項番号 of the affair that was named, empty when the table of the day knows no such affair."""
    information_label: str
    legal: LegalItem | None
    """None when no row of the table allowed the inquiry."""

    @property
    def is_own(self) -> bool:
        """Whether the person asked for it themself, at the portal."""
        return self.record.affair == OWN_REQUEST

    @property
    def ground(self) -> str:
        """The law behind the person's own request."""
        return GROUND_JA if self.is_own else ""

    @property
    def item(self) -> str:
        """What stands in a list as the basis: the item of the table, or that it was the person's own request."""
        if self.is_own:
            return OWN_REQUEST_JA
        return self.item_label if self.legal else ""

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return self.record.outcome

    @property
    def chip(self) -> Chip:
        """The outcome as a status word."""
        return Chip(outcome_label(self.outcome), _KINDS[self.outcome])

    @property
    def outcome_words(self) -> str:
        """What the outcome means for the person."""
        return outcome_words(self.outcome)

    @property
    def stop(self) -> RecordEvent | None:
        """The event that stopped it, if one did."""
        return next((event for event in self.record.events if event.reason is not None), None)

    @property
    def stopped_at(self) -> str:
        """Where it was stopped, empty if it was not."""
        return hop_words(self.stop.hop) if self.stop else ""

    @property
    def stopped_why(self) -> str:
        """Why it was stopped, empty if it was not."""
        return reason_words(self.stop.reason) if self.stop else ""

    @property
    def left_provider(self) -> bool:
        """Whether the information left the institution that holds it."""
        return any(event.outcome in {Outcome.PROVIDED, Outcome.LOST} for event in self.record.events)

    @property
    def moved_words(self) -> str:
        """Whether anything about the person moved: the first thing a reader of a refusal wants to know."""
        if self.left_provider:
            agreed = {event.outcome for event in self.record.events} <= {Outcome.PERMITTED, Outcome.PROVIDED}
            return (
                ""
                if agreed
                else say(
                    "情報は、聞かれた機関から送り出されています。",
                    "The information left who was asked.",
                    "じょうほうは 出て います。",
                )
            )
        if self.outcome in {Outcome.OPEN, Outcome.PERMITTED, Outcome.WAITING}:
            return say(
                "情報が渡されたという報告は、まだありません。",
                "There is no report yet that it was handed over.",
                "わたしたと いう 話は まだ ありません。",
            )
        return say(
            "あなたの情報は渡されていません。",
            "Nothing about you was handed over.",
            "あなたの じょうほうは わたして いません。",
        )

    @property
    def waiting(self) -> bool:
        """Whether an entry is not yet covered by a signed checkpoint of the log."""
        return any(not event.integrated for event in self.record.events)


def tell(record: ExchangeRecord) -> Told:
    """Put the law's words of the record's day beside it."""
    at = min((event.at for event in record.events), default=datetime.fromtimestamp(0, UTC))
    affair = _affair(_basis(at), record.affair)
    own = record.own_use
    return Told(
        record=record,
        at=at,
        affair_words=_affair_words(record, affair),
        item_label=f"{affair.item_label}の項" if affair else "",
        information_label=information_label(record.information),
        legal=_own_use_item(at, own) if own else legal_item(at, record.affair, record.provision),
    )


def _affair_words(record: ExchangeRecord, affair: Affair | None) -> str:
    if record.affair == OWN_REQUEST:
        return OWN_REQUEST_JA
    if record.own_use:
        return record.own_use.words
    return affair.words if affair else "法令の表にない事務"


def information_label(name: str) -> str:
    """The Japanese name of a kind of information; the name itself if it is not (or no longer) known."""
    if name == INVENTORY:
        return INVENTORY_JA
    try:
        return InformationKind.named(name).label_ja
    except ValueError:
        return name


def legal_item(at: datetime, affair_id: str, provision_id: str | None) -> LegalItem | None:
    """The row of the table of a day in the law's words; None when that table knows no such row."""
    basis = _basis(at)
    affair = _affair(basis, affair_id)
    provision = basis.provision(provision_id) if basis and provision_id else None
    return _legal(basis, affair, provision) if basis and affair and provision else None


def _own_use_item(at: datetime, own: OwnUseCitation) -> LegalItem | None:
    """The row of the ordinance, with provider and information in the words of the row that it takes over."""
    like = legal_item(at, own.equivalent, own.provision)
    if like is None:
        return None
    return replace(
        like,
        label=own.ordinance,
        affair_words=own.words,
        affair_article=f"{like.label}に準じる独自利用事務、{own.accepted:%Y-%m-%d} 個人情報保護委員会受理",
        inquirer_words=own.executive,
        ordinance=own.ordinance,
    )


def event_title(event: RecordEvent, *, is_own: bool = False) -> str:
    """Who reported what, e.g. 聞かれた機関の側：情報を提供しました. ``is_own``: of what the person asked themself."""
    titles, sides = (EVENTS | OWN_EVENTS, SIDES | OWN_SIDES) if is_own else (EVENTS, SIDES)
    known = titles.get((event.side, event.outcome))
    title = say(*known) if known else outcome_label(event.outcome)
    side = say(*sides[event.side]) if event.side in sides else event.side
    return say(f"{side}：{title}", f"{side}: {title}")


def steps_of(told: Told) -> list[Step]:
    """The life of an exchange, in the order in which it was recorded."""
    record = told.record
    asked = (
        Step(
            say("あなたが求めました", "You asked", "あなたが ききました"),
            say(
                f"{record.inquirer_name}で、{record.provider_name}の「{told.information_label}」を見ようとしました。",
                f"At {record.inquirer_name}, for '{told.information_label}' of {record.provider_name}.",
                f"{record.provider_name}の「{told.information_label}」を 見ようと しました。",
            ),
            StepState.DONE,
            told.at,
        )
        if told.is_own
        else Step(
            say(
                f"{record.inquirer_name}が問い合わせました",
                f"{record.inquirer_name} asked",
                f"{record.inquirer_name}が ききました",
            ),
            say(
                f"担当：{record.organisation}。{record.provider_name}に「{told.information_label}」を聞こうとしました。",
                f"Office: {record.organisation}. It asked {record.provider_name} for '{told.information_label}'.",
                f"{record.provider_name}に「{told.information_label}」を きこうと しました。",
            ),
            StepState.DONE,
            told.at,
        )
    )
    return [asked, *(_step(told, event) for event in sorted(record.events, key=_moment))]


def figure_of(told: Told) -> HopFigure:
    """The way of this exchange, who knew the person by what, and where it stopped."""
    record = told.record
    own = (
        (
            "portal",
            record.inquirer_name,
            "カードでサインインしたあなたの求めを取り次ぎ、許可を受け取って相手に示す",
            "電子証明書の番号と、このサイトの符号",
            "符号と求め",
            Hop.PORTAL,
        ),
    )
    institutions = (
        (
            record.inquirer.partition(".")[0],
            record.inquirer_name,
            f"{record.organisation}の担当者が問い合わせる",
            "宛名番号（その機関の中だけの番号）",
            "宛名番号と問い合わせ",
            None,
        ),
        (
            "gateway",
            f"{record.inquirer_name}の中間サーバー",
            "宛名番号を符号に置きかえ、許可を受け取って相手に示す",
            f"{record.inquirer_name}の宛名番号と符号",
            "符号と問い合わせ",
            Hop.INQUIRER_GATEWAY,
        ),
    )
    ways = (
        *(own if told.is_own else institutions),
        (
            "network",
            Hop.NETWORK.label_ja,
            "本人の求めであることを確かめ、記録し、許可を出す"
            if told.is_own
            else "法律の表で確かめ、記録し、許可を出す",
            "記録用の符号だけ。回答の中身は見ない",
            "許可と、封をした相手の符号",
            Hop.NETWORK,
        ),
        (
            "gateway",
            f"{record.provider_name}の中間サーバー",
            f"許可を確かめ、{record.provider_name}が前もって預けた副本から答える",
            f"{record.provider_name}の符号と宛名番号",
            "",
            Hop.PROVIDER_GATEWAY,
        ),
    )
    stop = _place_of_stop(told, [hop for *_, hop in ways])
    return HopFigure(
        "way",
        "このやりとりが通った道",
        tuple(
            Station(house, name, what, knows, _state(place, stop), wire)
            for place, (house, name, what, knows, wire, _) in enumerate(ways)
        ),
        answer=""
        if told.outcome is not Outcome.PROVIDED
        else "回答は、マイナポータルだけが開ける形に封をして戻り、画面に出たあとは残らない"
        if told.is_own
        else "回答は、問い合わせた機関だけが開ける形に封をして戻る",
        caption="個人番号（マイナンバー）とお名前は、この道のどこも通りません。",
    )


def _step(told: Told, event: RecordEvent) -> Step:
    words = []
    if event.reason is not None:
        words.append(f"{hop_words(event.hop)}：{reason_words(event.reason)}")
    words.append(
        say(f"台帳の番号 {event.index}。", f"Number {event.index} in the log.")
        + (
            ""
            if event.integrated
            else say(
                "署名された台帳に入るのを待っています。",
                " It waits to enter the signed log.",
                "まって います。",
            )
        )
    )
    stopped = event.outcome in {Outcome.REFUSED, Outcome.LOST, Outcome.ABANDONED}
    return Step(
        event_title(event, is_own=told.is_own),
        " ".join(words),
        StepState.STOPPED if stopped else StepState.DONE,
        event.at,
    )


def _moment(event: RecordEvent) -> tuple[datetime, int]:
    return event.at, event.index


def _place_of_stop(told: Told, hops: list[Hop | None]) -> int | None:
    """At which station of the figure it was refused; None if it went through."""
    stop = told.stop
    if stop is None or stop.reason is Reason.NO_COPY:
        return None
    if stop.hop is Hop.PROVIDER:
        return len(hops) - 1
    return hops.index(stop.hop) if stop.hop in hops else 1


def _state(place: int, stop: int | None) -> HopState:
    if stop is None or place < stop:
        return HopState.PASSED
    return HopState.REFUSED if place == stop else HopState.AHEAD


def _basis(at: datetime) -> LegalBasis | None:
    try:
        return legal_basis(at.astimezone(JAPAN).date())
    except LawError:
        return None


def _affair(basis: LegalBasis | None, affair_id: str) -> Affair | None:
    if basis is None:
        return None
    try:
        return basis.affair(affair_id)
    except LookupError:
        return None


def _legal(basis: LegalBasis, affair: Affair, provision: Provision) -> LegalItem:
    return LegalItem(
        label=f"第二条の表 {affair.item_label}の項",
        affair_words=affair.words,
        affair_article=affair.article_label,
        inquirer_words=affair.inquirer_words,
        provider_words=provision.provider_words,
        information_words=provision.information_words,
        information_article=provision.article_label,
        text_of=datetime.combine(basis.text_of, datetime.min.time(), JAPAN),
    )
