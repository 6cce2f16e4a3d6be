"""The table in time: every row with the days from and until which it applies, and ids that outlive amendments.

Affair id = item number + "-" + ordinal of the affair in the item ("81-1", "12_2-1"). Rule id = affair id + "-" + ordinal of
the provision ("81-1-4"). Ordinals follow the order of the first text; a row that a later text inserts gets the next ordinal
never used in that affair, wherever it stands, and an ordinal is never given twice. So an id in an old record keeps its
meaning whatever happens to the table.

A row is the same row while its provider is (within one affair no text names a provider twice), or, if the provider was
reworded, while its information is. Same row, other words: a new version under the same id. `until` is the first day on which
a version no longer applies; None means that the last text has it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, TypeAlias

import msgspec

from mynumber.foundation.law import versions
from mynumber.foundation.law.errors import BadData
from mynumber.foundation.law.numerals import order_of
from mynumber.foundation.law.table import TextAffair, TextProvision, TextTable
from mynumber.foundation.law.versions import Strict, Version

LAW_ID: Final = "506M60004008009"
LAW_NUMBER: Final = "令和六年デジタル庁・総務省令第九号"
LAW_TITLE: Final = "行政手続における特定の個人を識別するための番号の利用等に関する法律第十九条第八号に基づく利用特定個人情報の提供に関する命令"


class ProvisionVersion(Version, frozen=True, kw_only=True):
    """Third and fourth column of one row, in plain words; `article` is the number of the article that details it."""

    provider: str
    information: str
    article: str


class AffairVersion(Version, frozen=True, kw_only=True):
    """First and second column of one item, in plain words."""

    inquirer: str
    words: str
    article: str


class DeletedItem(Version, frozen=True, kw_only=True):
    """An item whose number stands with 削除."""

    item: str


class ProvisionHistory(Strict, frozen=True, kw_only=True):
    """One rule: its id and its versions, oldest first, without overlap."""

    id: str
    versions: tuple[ProvisionVersion, ...]

    @property
    def ordinal(self) -> int:
        """The last part of the id."""
        return int(self.id.rpartition("-")[2])


class AffairHistory(Strict, frozen=True, kw_only=True):
    """One affair: its versions, and its provisions in the order of the table (past rows where they stood)."""

    id: str
    item: str
    versions: tuple[AffairVersion, ...]
    provisions: tuple[ProvisionHistory, ...]


class OrderHistory(Strict, frozen=True, kw_only=True):
    """The whole table in time. `texts` are the days of effect of the texts it was made from, ascending."""

    law_id: str = LAW_ID
    law_number: str = LAW_NUMBER
    texts: tuple[date, ...] = ()
    affairs: tuple[AffairHistory, ...] = ()
    deleted: tuple[DeletedItem, ...] = ()

    def affairs_on(self, on: date) -> Iterator[tuple[AffairHistory, AffairVersion]]:
        """The affairs of a day in the order of the table, each with the version that applies."""
        for affair in self.affairs:
            version = versions.applying(affair.versions, on)
            if version is not None:
                yield affair, version

    def deleted_on(self, on: date) -> tuple[str, ...]:
        """Numbers of the items that say 削除 on a day."""
        return tuple(deletion.item for deletion in self.deleted if deletion.applies(on))

    def until_day(self, day: date) -> "OrderHistory":
        """The history as it was known before the text of `day`: later versions gone, rows that ended later open again."""
        affairs = []
        for affair in self.affairs:
            earlier = versions.before(affair.versions, day)
            if earlier:
                provisions = tuple(
                    msgspec.structs.replace(provision, versions=kept)
                    for provision in affair.provisions
                    if (kept := versions.before(provision.versions, day))
                )
                affairs.append(msgspec.structs.replace(affair, versions=earlier, provisions=provisions))
        return msgspec.structs.replace(
            self,
            texts=tuple(text for text in self.texts if text < day),
            affairs=tuple(affairs),
            deleted=versions.before(self.deleted, day),
        )

    def adopt(self, table: TextTable, on: date) -> "OrderHistory":
        """The history with one more text, later than all before. Raises ValueError if it is not later."""
        if self.texts and on <= self.texts[-1]:
            msg = f"the text of {on} is not later than that of {self.texts[-1]}"
            raise ValueError(msg)
        return msgspec.structs.replace(
            self,
            texts=(*self.texts, on),
            affairs=tuple(_adopt_affairs(self.affairs, table.affairs, on)),
            deleted=_adopt_deleted(self.deleted, table.deleted, on),
        )


def history_of(texts: Mapping[date, TextTable]) -> OrderHistory:
    """Make the history from dated texts alone."""
    history = OrderHistory()
    for on in sorted(texts):
        history = history.adopt(texts[on], on)
    return history


_SameRow: TypeAlias = Callable[[ProvisionVersion, TextProvision], bool]


def _adopt_deleted(
    known: tuple[DeletedItem, ...], deleted: tuple[str, ...], on: date
) -> tuple[DeletedItem, ...]:
    kept = [
        entry
        if entry.until is not None or entry.item in deleted
        else msgspec.structs.replace(entry, until=on)
        for entry in known
    ]
    open_items = {entry.item for entry in kept if entry.until is None}
    kept.extend(DeletedItem(since=on, item=item) for item in deleted if item not in open_items)
    return tuple(sorted(kept, key=lambda entry: (order_of(entry.item), entry.since)))


def _adopt_affairs(
    known: tuple[AffairHistory, ...], affairs: tuple[TextAffair, ...], on: date
) -> Iterator[AffairHistory]:
    """All affairs, old and new, in the order of the table."""
    by_item: dict[str, list[AffairHistory]] = {}
    for affair in known:
        by_item.setdefault(affair.item, []).append(affair)
    new_by_item: dict[str, list[TextAffair]] = {}
    for new in affairs:
        new_by_item.setdefault(new.item, []).append(new)
    for item in sorted(by_item.keys() | new_by_item.keys(), key=order_of):
        yield from _adopt_item(item, by_item.get(item, []), new_by_item.get(item, []), on)


def _adopt_item(
    item: str, known: list[AffairHistory], affairs: list[TextAffair], on: date
) -> Iterator[AffairHistory]:
    """Affairs of one item: the same words are the same affair; of the rest, each in turn continues one that would end."""
    standing = [affair for affair in known if versions.standing(affair.versions) is not None]
    continued: dict[int, AffairHistory] = {}
    for index, new in enumerate(affairs):
        same = next((old for old in standing if old.versions[-1].words == new.words), None)
        if same is not None:
            continued[index] = same
            standing.remove(same)
    for index in range(len(affairs)):
        if index not in continued and standing:
            continued[index] = standing.pop(0)
    next_ordinal = 1 + max((int(affair.id.rpartition("-")[2]) for affair in known), default=0)
    followed = {old.id: _follow(old, affairs[index], on) for index, old in continued.items()}
    for old in known:
        yield followed[old.id] if old.id in followed else _end(old, on)
    for index, new in enumerate(affairs):
        if index not in continued:
            empty = AffairHistory(id=f"{item}-{next_ordinal}", item=item, versions=(), provisions=())
            next_ordinal += 1
            yield _follow(empty, new, on)


def _end(affair: AffairHistory, on: date) -> AffairHistory:
    return msgspec.structs.replace(
        affair,
        versions=versions.closed(affair.versions, on),
        provisions=tuple(
            msgspec.structs.replace(provision, versions=versions.closed(provision.versions, on))
            for provision in affair.provisions
        ),
    )


def _follow(old: AffairHistory, new: TextAffair, on: date) -> AffairHistory:
    version = AffairVersion(since=on, inquirer=new.inquirer, words=new.words, article=new.article)
    return msgspec.structs.replace(
        old,
        versions=versions.renewed(old.versions, version, on),
        provisions=_adopt_provisions(old, new.provisions, on),
    )


def _adopt_provisions(
    affair: AffairHistory, rows: tuple[TextProvision, ...], on: date
) -> tuple[ProvisionHistory, ...]:
    """Past and present rows; a new row stands after the row before it in the new text."""
    matches = _match_rows(affair.provisions, rows)
    result = [
        provision
        if provision.id in matches.values()
        else msgspec.structs.replace(provision, versions=versions.closed(provision.versions, on))
        for provision in affair.provisions
    ]
    next_ordinal = 1 + max((provision.ordinal for provision in affair.provisions), default=0)
    place = 0
    for index, row in enumerate(rows):
        version = ProvisionVersion(
            since=on, provider=row.provider, information=row.information, article=row.article
        )
        known_id = matches.get(index)
        if known_id is None:
            result.insert(place, ProvisionHistory(id=f"{affair.id}-{next_ordinal}", versions=(version,)))
            next_ordinal += 1
        else:
            place = next(at for at, provision in enumerate(result) if provision.id == known_id)
            known = result[place]
            result[place] = msgspec.structs.replace(
                known, versions=versions.renewed(known.versions, version, on)
            )
        place += 1
    return tuple(result)


def _match_rows(known: tuple[ProvisionHistory, ...], rows: tuple[TextProvision, ...]) -> dict[int, str]:
    """Index of a row in the new text -> id of the standing rule it continues."""
    standing = {
        provision.id: current
        for provision in known
        if (current := versions.standing(provision.versions)) is not None
    }
    matches: dict[int, str] = {}

    def match(same: _SameRow) -> None:
        for index, row in enumerate(rows):
            if index not in matches:
                found = next((rule for rule, current in standing.items() if same(current, row)), None)
                if found is not None:
                    matches[index] = found
                    del standing[found]

    match(lambda current, row: (current.provider, current.information) == (row.provider, row.information))
    match(lambda current, row: current.provider == row.provider)
    match(lambda current, row: current.information == row.information)
    return matches


def decode(data: bytes) -> OrderHistory:
    """Read the committed form. Raises BadData."""
    try:
        return msgspec.json.decode(data, type=OrderHistory)
    except msgspec.DecodeError as error:
        raise BadData(f"not a table of the Order: {error}") from None


def encode(history: OrderHistory) -> bytes:
    """Write the committed form: JSON with one line an affair and one a rule, so that a change shows as changed lines."""

    def line(value: object) -> str:
        return msgspec.json.encode(value).decode()

    head = line(msgspec.structs.replace(history, affairs=()))
    opening, closing = head.split('"affairs":[]')
    blocks = []
    for affair in history.affairs:
        start, end = line(msgspec.structs.replace(affair, provisions=())).split('"provisions":[]')
        provisions = ",\n  ".join(line(provision) for provision in affair.provisions)
        blocks.append(f' {start}"provisions":[\n  {provisions}\n ]{end}')
    return (opening + '"affairs":[\n' + ",\n".join(blocks) + "\n]" + closing + "\n").encode()
