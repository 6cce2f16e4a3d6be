"""What a procedure (手続) consists of, as data: the structs that `procedure.toml` is read into (docs/catalogue.md)."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from mynumber.foundation.procedures.words import Strict, Words

ID_FORM: Final = r"[a-z][a-z0-9_]{1,60}"


class FieldType(StrEnum):
    """What an answer is; how each is written and normalised stands in `values`."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    KANA = "kana"
    NAME = "name"
    DATE = "date"
    MONTH = "month"
    TIME = "time"
    YEN = "yen"
    COUNT = "count"
    YES_NO = "yes_no"
    CONFIRM = "confirm"
    """A box that has to be ticked (誓約, 同意)."""
    CHOICE = "choice"
    CHOICES = "choices"
    BANK_ACCOUNT = "bank_account"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    PERSON = "person"
    """Reference to a person of the household, by the key the engine gives."""
    GROUP = "group"
    """Entries of fields, repeated."""
    EMPLOYMENT_CERTIFICATE = "employment_certificate"
    """就労証明書: reference to one that an employer has sent."""
    FILE = "file"


class How(StrEnum):
    """Source class (項目の区分): who fills a field. Gives the once-only score."""

    ASK = "ask"
    PREFILLED_EDITABLE = "prefilled_editable"
    PREFILLED_LOCKED = "prefilled_locked"
    DERIVED = "derived"
    """Computed from other answers or by a rule; shown."""
    NEVER_ASKED = "never_asked"
    """Known to the office without the form: not shown to fill, but used and told."""

    @property
    def is_asked(self) -> bool:
        return self is How.ASK

    @property
    def is_prefilled(self) -> bool:
        return self in (How.PREFILLED_EDITABLE, How.PREFILLED_LOCKED)


class RegisterItem(StrEnum):
    """What the resident register (住民基本台帳, Act art. 7) holds that forms use."""

    NAME = "name"
    NAME_KANA = "name_kana"
    FORMER_NAME = "former_name"
    BIRTH = "birth"
    SEX = "sex"
    ADDRESS = "address"
    POSTAL_CODE = "postal_code"
    PREVIOUS_ADDRESS = "previous_address"
    MOVED_IN_ON = "moved_in_on"
    HOUSEHOLDER = "householder"
    RELATIONSHIP = "relationship"
    HOUSEHOLD_MEMBERS = "household_members"
    LIVES_IN_JAPAN = "lives_in_japan"
    SAME_HOUSEHOLD = "same_household"
    DIED_ON = "died_on"
    NATIONALITY = "nationality"


class AskReason(StrEnum):
    """Why a field has to be asked; each has words for the page of the score (`once_only.REASONS`)."""

    CHOICE = "choice"
    """Only the person decides it."""
    LIFE = "life"
    """A fact of daily life that no register holds."""
    NOT_PERMITTED = "not_permitted"
    """Some register holds it, but the law's table has no row that lets this office ask."""
    CONTACT = "contact"
    """How to reach the person now."""
    FUTURE = "future"
    """A plan."""
    THIRD_PARTY = "third_party"
    """Held by somebody outside the network: employer, physician, landlord."""
    DECLARATION = "declaration"
    """The law wants the person's own statement (誓約, 同意, 申立て)."""


class Register(Strict, frozen=True, kw_only=True, tag_field="from", tag="register"):
    """Resident register of the person's municipality."""

    item: RegisterItem
    of: str = "applicant"
    """Whose: "applicant", or a field of type person."""


class Network(Strict, frozen=True, kw_only=True, tag_field="from", tag="network"):
    """Information of another institution through the information network (Act art. 19(viii))."""

    kind: str
    """`InformationKind` value."""
    layout: str
    """Layout of `foundation.facts` in which it is told."""
    path: str
    """Field of the layout; "benefits[].annual_amount" for one in a list."""
    of: str = "applicant"
    year: str = ""
    """For facts told by year: "fiscal_year" (that of the application), "last_fiscal_year", "income_year"."""


class Earlier(Strict, frozen=True, kw_only=True, tag_field="from", tag="earlier"):
    """An earlier application of the same person (前回の申請)."""

    procedure: str
    field: str


class Delivery(Strict, frozen=True, kw_only=True, tag_field="from", tag="delivery"):
    """A signed document from private delivery (民間送達サービス) or from another form."""

    document: str
    path: str = ""


class Account(Strict, frozen=True, kw_only=True, tag_field="from", tag="account"):
    """The registered receiving account (公金受取口座)."""


class OwnRecords(Strict, frozen=True, kw_only=True, tag_field="from", tag="own_records"):
    """The competent body's own records of the same affair (手当台帳, 被保険者台帳)."""

    ledger: str
    item: str


class ByRule(Strict, frozen=True, kw_only=True, tag_field="from", tag="rule"):
    """What the rule of the procedure finds: a field of its decision."""

    output: str


class Computed(Strict, frozen=True, kw_only=True, tag_field="from", tag="answers"):
    """Computed from answers: `sum` or `count` of fields, a copy of one (`same`), or whether a condition holds."""

    sum: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    """Taken from the sum."""
    count: str = ""
    same: str = ""
    holds: str = ""


class System(Strict, frozen=True, kw_only=True, tag_field="from", tag="system"):
    """The engine knows it: the day of the application is never asked (提出年月日)."""

    item: str


class Examined(Strict, frozen=True, kw_only=True, tag_field="from", tag="examined"):
    """The case worker finds it (審査): no source gives it and the person is not asked."""

    suggest: str = ""
    """What the case worker's page suggests, to be confirmed; never taken without."""


class Person(Strict, frozen=True, kw_only=True, tag_field="from", tag="person"):
    """Only the applicant can say it, and why."""

    because: AskReason


Source = (
    Register
    | Network
    | Earlier
    | Delivery
    | Account
    | OwnRecords
    | ByRule
    | Computed
    | System
    | Examined
    | Person
)


class Choice(Strict, frozen=True, kw_only=True):
    """An entry of a list to choose from."""

    value: str
    label: Words


class Bounds(Strict, frozen=True, kw_only=True):
    """Limits of an answer. Days: ISO, or "today" with days added ("today-14", "today+30")."""

    least: int | None = None
    most: int | None = None
    unit: str = ""
    earliest: str = ""
    latest: str = ""
    not_before: str = ""
    """Of a day or month: the field beside it, or of the form, that it must not precede."""
    longest: int | None = None
    """Characters of a text; entries of a group or of choices are `least` and `most`."""


class Field(Strict, frozen=True, kw_only=True):
    """One field of a form. Repeated groups hold fields of their own."""

    id: str
    type: FieldType
    label: Words
    how: How
    source: Source
    help: Words | None = None
    required: bool = True
    when: str = ""
    """Shown and needed only while this condition holds (`conditions`)."""
    bounds: Bounds = Bounds()
    choices: tuple[Choice, ...] = ()
    field: tuple["Field", ...] = ()
    section: str = ""
    shared: str = ""
    """Name in `common/fields.toml`: procedures of a bundle ask it once."""
    law: str = ""
    """Clause that demands it; an overlay cannot drop a field with one."""
    switch: str = ""
    """Switch of the preset that a municipality turns off to do without it."""
    local: bool = False
    """Added by a municipality."""

    def inside(self) -> Iterator[tuple[str, "Field"]]:
        """This field and those inside it with their paths ("children", "children[].birth")."""
        yield self.id, self
        for each in self.field:
            for path, field in each.inside():
                yield f"{self.id}[].{path}", field


class Replacement(Strict, frozen=True, kw_only=True):
    """What stands in for a document (添付書類の省略)."""

    network: str = ""
    """`InformationKind` value."""
    register: RegisterItem | None = None
    electronic: str = ""
    """An electronic document: a form of this catalogue (employment_certificate) or a kind of private delivery."""
    own_records: str = ""
    answer: str = ""
    """A field of this form (a statement in the form replaces 申立書)."""

    @property
    def ways(self) -> tuple[str, ...]:
        """Which of the ways it names."""
        return tuple(name for name in self.__struct_fields__ if getattr(self, name))


class Document(Strict, frozen=True, kw_only=True):
    """A document (添付書類): what replaces it, or the reason why nothing does."""

    id: str
    label: Words
    when: str = ""
    required: bool = True
    original: bool = False
    """原本の提出: paper has to be shown or sent."""
    replaced_by: tuple[Replacement, ...] = ()
    reason: Words | None = None
    formats: tuple[str, ...] = ("pdf", "jpeg", "png")
    most_megabytes: int = 9
    law: str = ""
    local: bool = False
    switch: str = ""


class LegalClause(Strict, frozen=True, kw_only=True):
    """A clause: the law's title, its e-Gov identifier, article "9_2"."""

    law: str
    egov: str
    article: str
    paragraph: int | None = None
    item: str = ""

    @property
    def text(self) -> str:
        """児童手当法第7条第1項"""
        head, *branches = self.article.split("_")
        article = "".join([f"第{head}条", *(f"の{branch}" for branch in branches)])
        paragraph = f"第{self.paragraph}項" if self.paragraph else ""
        return f"{self.law}{article}{paragraph}{f'第{self.item}号' if self.item else ''}"


class ApplicantKind(StrEnum):
    """Who may file (手続を行う人)."""

    SELF = "self"
    GUARDIAN = "guardian"
    """法定代理人: parent of a minor, guardian of a ward."""
    VOLUNTARY_PROXY = "voluntary_proxy"
    """任意代理人."""
    HOUSEHOLD = "household"
    """同一世帯の人."""
    HEIR = "heir"
    EMPLOYER = "employer"
    CARE_MANAGER = "care_manager"
    """居宅介護支援事業者, 地域包括支援センター, 介護保険施設 (申請代行)."""
    FACILITY = "facility"


class Routing(StrEnum):
    """Which body of the competent kind gets it."""

    ADDRESS = "address"
    """住所地の市区町村 (of the applicant)."""
    NEW_ADDRESS = "new_address"
    INSURER = "insurer"
    """The insurer of the applicant on the day."""
    PENSION_OFFICE = "pension_office"
    """日本年金機構, which decides by delegation of the Minister (国民年金法第109条の4); on paper by way of the municipality (第12条)."""
    ADDRESSEE = "addressee"
    """Where the form says."""


class Competent(Strict, frozen=True, kw_only=True):
    """Competent body (所管): kind of institution, how the one is found, the office."""

    kinds: tuple[str, ...]
    """`InstitutionKind` values as the legal-basis table names the inquirer."""
    routing: Routing
    office: Words
    affair: tuple[str, ...] = ()
    """Affairs of the legal-basis table for what the form takes from the network."""


class DayCount(StrEnum):
    CALENDAR = "calendar"
    BUSINESS = "business"
    """開庁日: without 休日 (地方自治法第4条の2)."""


class ApplyWithin(Strict, frozen=True, kw_only=True):
    """When to apply (申請期限). Nothing given: at any time."""

    days: int | None = None
    """So many days after `after`, which is not counted (民法第140条)."""
    months: int | None = None
    years: int | None = None
    """時効 or other end in years after `after`."""
    after: str = ""
    """Field of a date, or an event of `Event`."""
    opens: str = ""
    """Each year from MM-DD ..."""
    closes: str = ""
    """... to MM-DD."""
    words: Words | None = None
    clause: LegalClause | None = None


class Processing(Strict, frozen=True, kw_only=True):
    """標準処理期間 (行政手続法第6条), or a period that the law itself sets (`legal`)."""

    days: int
    count: DayCount = DayCount.CALENDAR
    legal: bool = False
    clause: LegalClause | None = None


class Deadlines(Strict, frozen=True, kw_only=True):
    """期限"""

    apply: ApplyWithin = ApplyWithin()
    processing: Processing
    correction_days: int = 14
    """補正の期間: days given to correct, unless the case worker gives more."""


class Signature(StrEnum):
    """What the applicant does with the card (電子署名)."""

    NONE = "none"
    AUTHENTICATION = "authentication"
    """利用者証明用電子証明書 alone."""
    SIGNATURE = "signature"
    """署名用電子証明書."""


class Assurance(StrEnum):
    """How surely the person must be known to start."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105 - a level, no secret
    CARD = "card"


class Per(StrEnum):
    """What one live application at a time is counted by."""

    APPLICANT = "applicant"
    HOUSEHOLD = "household"
    SUBJECT = "subject"
    """The person it is about (child, insured person)."""
    EVENT = "event"
    """One an event (month of care, purchase)."""


class Entitlement(Strict, frozen=True, kw_only=True):
    """One live application per entitlement: `key` names the right, `per` and `field` whose."""

    key: str
    per: Per
    field: str = ""
    """A field that tells entitlements apart (month of service, child)."""


class LetterKind(StrEnum):
    """Which set of letters of `common/letters.toml` answers."""

    BENEFIT = "benefit"
    """認定・却下 with amount and months."""
    CERTIFICATION = "certification"
    NOTIFICATION = "notification"
    """届出: accepted, no decision; refused only as incomplete."""
    REISSUE = "reissue"
    REFUND = "refund"
    """支給・不支給決定 of an amount once."""
    EXEMPTION = "exemption"
    CERTIFICATE = "certificate"
    """No letter of the state: a document of a third person."""


class ReviewBody(StrEnum):
    """To whom to object (審査請求先)."""

    MAYOR = "mayor"
    GOVERNOR = "governor"
    CARE_REVIEW_BOARD = "care_review_board"
    """介護保険審査会 (介護保険法第183条)."""
    HEALTH_INSURANCE_REVIEW_BOARD = "health_insurance_review_board"
    """国民健康保険審査会 (国民健康保険法第91条)."""
    SOCIAL_INSURANCE_EXAMINER = "social_insurance_examiner"
    """社会保険審査官 (国民年金法第101条, 健康保険法第189条)."""
    NONE = "none"


class Letters(Strict, frozen=True, kw_only=True):
    """The answers in writing."""

    kind: LetterKind
    review: ReviewBody
    review_first: bool = False
    """審査請求前置: whether a court hears it only after the decision on the review (介護保険法第196条, 国民健康保険法第103条, 国民年金法第101条の2, 健康保険法第192条)."""
    months: int = 3
    """審査請求期間: months from the day after one knew (行政不服審査法第18条)."""


class PayoutRhythm(StrEnum):
    MONTHS = "months"
    """In fixed months for the months before."""
    ONCE = "once"
    EACH_DECISION = "each_decision"


class Payout(Strict, frozen=True, kw_only=True):
    """What is paid after the decision (支払)."""

    account: str
    """Field of type bank_account."""
    money: str
    """Kind of money (費目), for the order: child_allowance."""
    words: Words
    rhythm: PayoutRhythm
    months: tuple[int, ...] = ()
    day: int | None = None
    """Day of the month, brought forward if the office is closed; None: the body's own."""
    amount: str = ""
    """Field with the yen to pay (source rule, or entered by the case worker)."""


class Event(StrEnum):
    """What creates an offer in the inbox (プッシュ)."""

    BIRTH = "birth"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    MOVED_WITHIN = "moved_within"
    DEATH = "death"
    DIVORCE = "divorce"
    MARRIAGE = "marriage"
    PREGNANCY_NOTIFIED = "pregnancy_notified"
    THIRD_BIRTHDAY = "third_birthday"
    SCHOOL_ENTRY = "school_entry"
    END_OF_SCHOOL_AGE = "end_of_school_age"
    YEARLY = "yearly"
    EXPIRY = "expiry"
    """A certificate or certification runs out."""
    JOB_LOST = "job_lost"
    ATTAINED_20 = "attained_20"
    ATTAINED_65 = "attained_65"
    SICK_LEAVE = "sick_leave"
    SERVICE_USED = "service_used"
    """A month of care in which the ceiling was passed."""
    TRANSFERRED_CARE = "transferred_care"
    CHILD_LEFT = "child_left"
    """A child for whom one received left the household, entered a facility."""


class Push(Strict, frozen=True, kw_only=True):
    """An event that creates an offer with a prefilled draft."""

    event: Event
    to: str = "applicant"
    days_before: int = 0
    when: str = ""
    """Day of the year MM-DD for yearly ones."""
    rank: int = 0
    """Place among what the event makes due, 1 for what fits most of those whom it meets; 0: after those that have a place."""


class LifeEvent(StrEnum):
    """ライフイベント by which people look."""

    PREGNANCY = "pregnancy"
    BIRTH = "birth"
    CHILDCARE = "childcare"
    MOVING = "moving"
    SINGLE_PARENT = "single_parent"
    MARRIAGE_DIVORCE = "marriage_divorce"
    WORK = "work"
    JOB_LOSS = "job_loss"
    ILLNESS = "illness"
    DISABILITY = "disability"
    CARE = "care"
    RETIREMENT = "retirement"
    DEATH = "death"
    TWENTY = "twenty"


class Category(StrEnum):
    CHILDCARE = "childcare"
    CARE = "care"
    PENSION = "pension"
    HEALTH_INSURANCE = "health_insurance"
    EMPLOYER = "employer"


class Official(Strict, frozen=True, kw_only=True):
    """Place in the list of 26 procedures that every municipality opens online."""

    list: str
    number: int


class FactMapping(Strict, frozen=True, kw_only=True):
    """One fact of the rule's fact sheet and the fields it is made of; exactly one way is given."""

    to: str
    """Path in the fact sheet: "children[].birth"."""
    field: str = ""
    sum: tuple[str, ...] = ()
    positive: str = ""
    """True if the amount is above zero (a deduction was granted)."""
    equals: tuple[str, ...] = ()
    """Field and choice: true if this was chosen."""
    constant: bool | int | str | None = None
    """Follows from the kind of application itself (recipient: individual)."""
    one_of: dict[str, str] = msgspec.field(default_factory=dict)
    """Choice of the field to member of the rule's list, where the names differ."""


class RuleUse(Strict, frozen=True, kw_only=True):
    """The rule that decides: package of `foundation.rules` with `decide(month, claim)`."""

    decision: str
    month: str = ""
    """Field of a date whose month is decided; empty: by the rule of the first month after application."""
    fact: tuple[FactMapping, ...]
    unmapped: dict[str, str] = msgspec.field(default_factory=dict)
    """Facts of the sheet that no field gives, and why (the case worker finds them, or former law only)."""


class Section(Strict, frozen=True, kw_only=True):
    """A page of the form."""

    id: str
    title: Words


class Procedure(Strict, frozen=True, kw_only=True):
    """A procedure in one version."""

    id: str
    version: str
    since: date
    until: date | None = None
    category: Category
    official: tuple[Official, ...] = ()
    title: Words
    summary: Words
    who: Words
    due: Words
    """When to do it, in words."""
    need: Words
    then: Words
    aliases: tuple[str, ...] = ()
    life_events: tuple[LifeEvent, ...]
    basis: tuple[LegalClause, ...]
    fits: str = ""
    """Condition over the questions of `common/questions.toml`: is it for me?"""
    applicants: tuple[ApplicantKind, ...]
    competent: Competent
    section: tuple[Section, ...] = ()
    field: tuple[Field, ...]
    document: tuple[Document, ...] = ()
    rule: RuleUse | None = None
    deadlines: Deadlines
    fee: int = 0
    """Yen."""
    signature: Signature
    assurance: Assurance
    entitlement: Entitlement
    letters: Letters
    payout: Payout | None = None
    push: tuple[Push, ...] = ()

    def every_field(self) -> Iterator[tuple[str, Field]]:
        """All fields with their paths, those in groups included."""
        for field in self.field:
            yield from field.inside()

    def at(self, path: str) -> Field:
        """The field at a path. Raises KeyError."""
        return dict(self.every_field())[path]

    def takes_proxies(self, *, by_law: bool) -> bool:
        """Whether somebody may file it for another: a proxy by choice (任意代理人) where the form says so, one by law unless the person alone may."""
        others = {ApplicantKind.VOLUNTARY_PROXY}
        if by_law:
            others |= {ApplicantKind.GUARDIAN, ApplicantKind.HOUSEHOLD}
        return not others.isdisjoint(self.applicants)

    def applies(self, on: date) -> bool:
        """Whether this version is in force on the day; `until` is the last day."""
        return self.since <= on and (self.until is None or on <= self.until)
