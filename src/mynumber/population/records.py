"""The file format of the synthetic population: what institutions load.

`mynumber population create` writes one folder for one municipality. Each file is NDJSON in UTF-8: one JSON object a line, every
field always present, in the order below. An institution's loader decodes a file with a struct of its own that names the fields it needs (msgspec
ignores the others), so the names below are a contract: fields may be added, none is renamed or removed.

============================ ============== ======================================= ===============================================
file                         struct         read by                                 one line is
============================ ============== ======================================= ===============================================
``residents.ndjson``         `Resident`     municipality (that of the folder)       a resident, or a former resident (`moved_out` set)
``tax.ndjson``               `Tax`          municipality (that of the folder)       a taxpayer's local tax of one fiscal year
``pensions.ndjson``          `Pension`      pension_service                         a public pension that a person receives
``insured.ndjson``           `Insured`      pension_service                         somebody who owes premiums of the national pension
``accounts.ndjson``          `Account`      digital_agency                          a registered receiving account
``population.json``          `Summary`      whoever asks what the folder holds      (one object, not NDJSON)
============================ ============== ======================================= ===============================================

`person` is a UUID of the synthetic world: it joins the lines of one person within and across files, also across the folders of two municipalities.
It exists so that loaders can join, and must not become an identifier of any institution (a real institution has none like it): a loader gives
each person an identifier of its own. Pension service and digital agency know a person by the basic four attributes, as they
do in reality, so `Pension`, `Insured` and `Account` carry them. Nothing here holds an individual number, resident code or code (符号): J-LIS and the network assign those.

Residents come household by household with the head first, former residents last; of the other files only the set of lines is promised.
A person who moved from one synthetic town to another has a removed record in the folder of the first and a resident's in that of the second,
tax where it was levied, and pensions and accounts in the second folder alone, under the new address.

Conventions: dates are ``YYYY-MM-DD``, absent ones null; money is integer yen; absent texts are ``""``; municipality codes have six digits
(全国地方公共団体コード with check digit).
"""

from datetime import date
from typing import Final, Literal

import msgspec

RESIDENTS_FILE: Final = "residents.ndjson"
TAX_FILE: Final = "tax.ndjson"
PENSIONS_FILE: Final = "pensions.ndjson"
INSURED_FILE: Final = "insured.ndjson"
ACCOUNTS_FILE: Final = "accounts.ndjson"
SUMMARY_FILE: Final = "population.json"

SexText = Literal["male", "female"]
NationalityKind = Literal["japanese", "foreign"]
PensionKind = Literal["old_age", "disability", "survivors"]
PensionScheme = Literal["national", "employees"]


class _Record(msgspec.Struct, frozen=True, gc=False):
    """Synthetic, yet printed like real people's data: not at all."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(****)"


class Resident(_Record, frozen=True, gc=False):
    """A line of ``residents.ndjson``: an entry of the resident register (住民票, 住民基本台帳法 第7条)."""

    person: str
    """UUID, see above."""
    municipality: str
    """The municipality whose register this is, six digits. Equal in all lines of a folder."""
    household: int
    """世帯番号: number of the household, from 1, unique in the municipality."""
    relation: str
    """続柄 to the head in Japanese: 世帯主, 夫, 妻, 子, 子の妻, 子の夫, 孫 (子の子), 父, 母, 妻の母, 縁故者 ..."""
    family: str
    """氏; "" for a foreign resident without kanji."""
    given: str
    """名"""
    family_kana: str
    """氏の振り仮名, full-width katakana."""
    given_kana: str
    """名の振り仮名"""
    former_family: str
    """旧氏, if registered."""
    former_family_kana: str
    """旧氏の振り仮名"""
    alphabet: str
    """Name in the Latin alphabet of a foreign resident, upper case, family name first. It is the registered name then."""
    birth: date
    """生年月日"""
    sex: SexText
    """性別"""
    nationality_kind: NationalityKind
    """Japanese national or foreign resident (外国人住民, 住民基本台帳法 第30条の45)."""
    nationality: str
    """国籍・地域 in Japanese, "" for a Japanese national."""
    residence_status: str
    """在留資格 in Japanese, "" for a Japanese national."""
    postal_code: str
    """郵便番号, seven digits."""
    town: str
    """町字 of this municipality, a real one."""
    rest: str
    """番地・方書, made up."""
    moved_in: date | None
    """住民となった年月日 by moving in; null if resident since birth."""
    previous_municipality: str
    """The municipality moved in from, six digits; "" if none or from abroad."""
    previous_address: str
    """転入前の住所 as one text, at least to the municipality; "" if none."""
    moved_out: date | None
    """転出年月日; null for a resident. A line with it is a removed record (消除された住民票)."""
    next_municipality: str
    """The municipality moved out to, six digits; "" for a resident."""
    next_address: str
    """転出先の住所 as one text; "" for a resident."""
    protected: bool
    """Under a protective measure (支援措置) against disclosure of the address."""
    persona: str
    """Key of a named persona (`mynumber.population.personas`), "" for all others."""


class Tax(_Record, frozen=True, gc=False):
    """A line of ``tax.ndjson``: individual municipal inhabitant tax (個人市町村民税) of one fiscal year.

    Levied by the municipality of residence on 1 January of `fiscal_year`, on the income of the year before.
    """

    person: str
    municipality: str
    fiscal_year: int
    """年度 of the levy, such as 2026 (令和8年度)."""
    income_year: int
    """Calendar year of the income: fiscal_year - 1."""
    salary_revenue: int
    """給与収入"""
    pension_revenue: int
    """公的年金等収入"""
    total_income: int
    """総所得金額等: after the deductions for salary and pensions, before those for the person."""
    social_insurance_deduction: int
    """社会保険料控除"""
    taxable_income: int
    """課税総所得金額 for the inhabitant tax, rounded down to 1,000 yen."""
    income_levy: int
    """市町村民税所得割額, rounded down to 100 yen; 0 if exempt."""
    per_capita_levy: int
    """市町村民税均等割額: 3,000, or 0 if exempt (非課税)."""
    dependants: int
    """扶養親族等の数, with those under 16 and a spouse in the same household (同一生計配偶者)."""
    dependants_under_16: int
    """Of them: 16歳未満扶養親族"""
    dependants_16_to_18: int
    """Of them: 控除対象扶養親族 of 16 to 18 years"""
    specific_dependants: int
    """Of them: 特定扶養親族, 19 to 22 years"""
    elderly_dependants: int
    """Of them: 老人扶養親族 or 老人控除対象配偶者, 70 years and older"""
    single_parent: bool
    """ひとり親控除 was granted."""
    disabled: bool
    """障害者控除 (本人) was granted."""


class Pension(_Record, frozen=True, gc=False):
    """A line of ``pensions.ndjson``: a public pension (公的年金給付) being paid on the day of the population."""

    person: str
    name: str
    """氏名 as registered (alphabet for a foreign resident)."""
    kana: str
    birth: date
    sex: SexText
    address: str
    """住所 as one text, from the prefecture on, as the register of residence writes it."""
    basic_pension_number: str
    """基礎年金番号: ten digits (made up; no check rule is published)."""
    kind: PensionKind
    """老齢・障害・遺族"""
    scheme: PensionScheme
    """国民年金 (基礎年金) or 厚生年金 (with the basic pension in it)."""
    name_of_pension: str
    """Japanese name, such as 遺族基礎年金."""
    entitled_from: date
    """受給権発生年月日"""
    annual_amount: int
    """年金額 a year, yen, with additions."""
    child_addition: int
    """Of it: addition for children (子の加算)."""
    persona: str


class Insured(_Record, frozen=True, gc=False):
    """A line of ``insured.ndjson``: a 国民年金第1号被保険者, who owes premiums themselves, on the day of the population."""

    person: str
    name: str
    """氏名 as registered, as in `Pension`."""
    kana: str
    birth: date
    sex: SexText
    address: str
    basic_pension_number: str
    """基礎年金番号: the one of `Pension`, for who receives a pension too."""
    since: date
    """資格取得日: the twentieth birthday at the earliest."""
    unpaid: list[str]
    """Months whose premium is overdue (未納), such as 2026-07, oldest first."""
    persona: str


class Account(_Record, frozen=True, gc=False):
    """A line of ``accounts.ndjson``: a receiving account (公金受取口座) that its owner registered."""

    person: str
    name: str
    kana: str
    birth: date
    sex: SexText
    address: str
    """住所 as one text, as in `Pension`."""
    bank_code: str
    """金融機関コード: four digits of a bank that exists; the account does not."""
    branch_code: str
    """店番号: three digits, made up."""
    account_type: Literal["1"]
    """預金種目: 1 普通預金"""
    account_number: str
    """口座番号: seven digits, made up."""
    holder_kana: str
    """口座名義 in full-width katakana, or capital Latin letters for a foreign resident."""
    registered_on: date
    persona: str


class Summary(msgspec.Struct, frozen=True):
    """``population.json``: what the folder holds and how to make it again."""

    municipality: str
    municipality_name: str
    seed: int
    as_of: date
    """The day the population is of: ages, moves and pensions are as on this day."""
    residents: int
    """Lines of ``residents.ndjson`` without `moved_out`."""
    removed: int
    """Lines of ``residents.ndjson`` with `moved_out`."""
    households: int
    tax: int
    pensions: int
    insured: int
    accounts: int
    personas: list[str]
