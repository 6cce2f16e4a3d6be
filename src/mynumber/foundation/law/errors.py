"""What can be wrong with a text of the Order, or with a question about it."""

from datetime import date
from enum import StrEnum


class LawError(Exception):
    """Base of every error of `mynumber.foundation.law`."""


class TextFault(StrEnum):
    """Why a text is not readable as the table of the Provision Order."""

    TOO_LARGE = "too large"
    NOT_TEXT = "not UTF-8 text"
    NOT_XML = "not well-formed XML"
    FORBIDDEN_XML = "XML with entities or a document type"
    NO_TABLE = "the table of article 2 is not in it"
    SECOND_TABLE = "more than one table of article 2"
    TRUNCATED = "the text ends inside the table"
    BAD_ROW = "a row that does not fit the table"
    BAD_SPAN = "a cell that spans rows where it cannot"
    BAD_ITEM = "items that are not numbered upwards"
    BAD_ARTICLE = "a cell that does not say which article details it"
    DUPLICATE = "a row that stands twice"
    NO_DATE = "no day of effect"


class MalformedText(LawError):
    """The text is not the table of article 2 in a form this parser knows. `fault` says why, `where` the line or row."""

    def __init__(self, fault: TextFault, where: str = "", detail: str = "") -> None:
        self.fault = fault
        self.where = where
        self.detail = detail
        super().__init__(": ".join(part for part in (where, fault.value, detail) if part))


class Column(StrEnum):
    """The column of the table a phrase stands in."""

    INQUIRER = "情報照会者"
    AFFAIR = "特定個人番号利用事務"
    PROVIDER = "情報提供者"
    INFORMATION = "利用特定個人情報"


class UnmappedPhrase(LawError):
    """A phrase that the tables in `mapping/` do not know. A person must read it and add it: nothing is guessed."""

    def __init__(self, column: Column, phrase: str) -> None:
        self.column = column
        self.phrase = phrase
        super().__init__(f"{column.value}: no mapping covers 「{phrase}」")


class DetailFault(StrEnum):
    """Why an article after the table is not readable."""

    NO_ARTICLES = "article 3 is not in it"
    TRUNCATED = "the text ends inside the articles"
    UNKNOWN_LINE = "a line that is no article, paragraph, item or sub-item"
    TOO_LONG = "a clause of unlikely length"
    BAD_NUMBER = "numbers that do not run upwards"
    NO_AFFAIR = "an article that no affair of the table names"
    NO_ARTICLE = "an affair whose article is not there"
    WRONG_AFFAIR = "an article that opens with another item of the table"
    BAD_HEAD = "an article that does not open with its affair and its information"
    BAD_SPLIT = "words that do not fall into affair and information"
    BAD_LIST = "a list that is announced and missing, or there and not announced"
    BAD_REFERENCE = "a reference to information that is not there"
    NOT_INFORMATION = "words that no mapping knows as information"
    OUTSIDE_TABLE = "information that no row of the table gives for this affair"
    EMPTY_PROVISION = "a row of the table that no article details"


class MalformedDetail(LawError):
    """An article after the table cannot be read. `fault` says why, `where` the article or line, `words` what stands there."""

    def __init__(self, fault: DetailFault, where: str = "", words: str = "") -> None:
        self.fault = fault
        self.where = where
        self.words = words
        super().__init__(
            ": ".join(part for part in (where, fault.value, f"「{words}」" if words else "") if part)
        )


class BadMapping(LawError):
    """A file of `mapping/` names a kind that does not exist, or a phrase twice."""


class BadData(LawError):
    """The committed table is damaged or of another form."""


class NotInForce(LawError):
    """No table allowed exchanges on that day: art. 19(vii) and the former appended table 2 came into force on `since`."""

    def __init__(self, on: date, since: date) -> None:
        self.on = on
        self.since = since
        super().__init__(f"exchanges are possible from {since.isoformat()}, not on {on.isoformat()}")


class UnknownAffair(LawError, LookupError):
    """No affair of that id applies on the day asked about."""

    def __init__(self, affair_id: str) -> None:
        self.affair_id = affair_id
        super().__init__(f"no affair {affair_id!r} applies on that day")


class UnknownItem(LawError, LookupError):
    """No item or exact affair of that id applies on the day asked about."""

    def __init__(self, item_id: str) -> None:
        self.item_id = item_id
        super().__init__(f"no item {item_id!r} applies on that day")
