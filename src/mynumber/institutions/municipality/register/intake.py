"""Taking in a town's people with their taxes from neutral files, all or nothing.

The files are NDJSON (one JSON object a line). Rows travel by COPY into temporary tables, because COPY does not write through a row-level
policy, and from there into the walled tables in one statement each.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import psycopg
from django.db import connection

from mynumber.institutions.municipality.register.models import Household, Intake, Person
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.webkit.tenancy import acting_as

RESIDENTS_FILE: Final = "residents.ndjson"
TAX_FILE: Final = "tax.ndjson"
SUMMARY_FILE: Final = "population.json"
CHUNK_BYTES: Final = 2 * 1024 * 1024
FIRST_ADDRESSEE: Final = 1_000_000_001

Progress = Callable[[int, int], None]
"""Called now and then with (people read, people there are)."""


class BadPopulation(Exception):
    """The folder cannot be taken in. The message says why, in Japanese, without a value of the files."""


class _Line(msgspec.Struct, gc=False):
    def __repr__(self) -> str:
        return f"{type(self).__name__}(****)"


class ResidentLine(_Line, gc=False):
    """What the register needs of a line of residents. Days stay text: the database reads them."""

    person: str
    municipality: str
    household: int
    relation: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    former_family: str
    former_family_kana: str
    alphabet: str
    birth: str
    sex: Literal["male", "female"]
    nationality_kind: Literal["japanese", "foreign"]
    nationality: str
    residence_status: str
    postal_code: str
    town: str
    rest: str
    moved_in: str | None
    previous_municipality: str
    previous_address: str
    moved_out: str | None
    next_municipality: str
    next_address: str
    protected: bool
    persona: str


class TaxLine(_Line, gc=False):
    """A line of taxes."""

    person: str
    municipality: str
    fiscal_year: int
    income_year: int
    salary_revenue: int
    pension_revenue: int
    total_income: int
    social_insurance_deduction: int
    taxable_income: int
    income_levy: int
    per_capita_levy: int
    dependants: int
    dependants_under_16: int
    dependants_16_to_18: int
    specific_dependants: int
    elderly_dependants: int
    single_parent: bool
    disabled: bool


class Summary(msgspec.Struct, frozen=True):
    """What the population says of itself."""

    municipality: str
    residents: int
    removed: int
    tax: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in; `already` when it was there before."""

    people: int
    assessments: int
    already: bool = False


_PERSON_COLUMNS: Final = (
    "relation, family, given, family_kana, given_kana, former_family, former_family_kana, alphabet, birth, sex, "
    "nationality_kind, nationality, residence_status, postal_code, town, rest, moved_in, previous_municipality, previous_address, "
    "moved_out, next_municipality, next_address, protected, persona, search_name, search_kana"
)
_TAX_COLUMNS: Final = (
    "fiscal_year, income_year, salary_revenue, pension_revenue, total_income, social_insurance_deduction, taxable_income, "
    "income_levy, per_capita_levy, dependants, dependants_under_16, dependants_16_to_18, specific_dependants, elderly_dependants, "
    "single_parent, disabled"
)


def take_in(code: str, folder: Path, *, at: datetime, progress: Progress = lambda done, total: None) -> Taken:
    """Take the population of `folder` into the register of municipality `code`, in one transaction.

    The same population a second time changes nothing. Raises BadPopulation: files missing or out of shape, another town's, a register
    that holds other people already.
    """
    try:
        told = (folder / SUMMARY_FILE).read_bytes()
        summary = msgspec.json.decode(told, type=Summary)
        if summary.municipality != code:
            raise BadPopulation("別の市区町村の住民です")
        digest = hashlib.sha256(told).hexdigest()
        with acting_as(code):
            _wait_for_others()
            if Intake.objects.filter(digest=digest).exists():
                return Taken(summary.residents + summary.removed, summary.tax, already=True)
            if Person.objects.exists():
                raise BadPopulation("この市区町村の台帳には、すでに別の住民が入っています")
            taken = _take(code, folder, summary, progress)
            Intake.objects.create(digest=digest, people=taken.people, taken_at=at)
    except FileNotFoundError as error:
        raise BadPopulation(f"ファイルがありません: {Path(error.filename or '').name}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, psycopg.DataError):
        # Their own words may quote a line.
        raise BadPopulation("ファイルの形が決まりに合いません") from None
    return taken


def _take(code: str, folder: Path, summary: Summary, progress: Progress) -> Taken:
    total = summary.residents + summary.removed
    with connection.cursor() as cursor:
        cursor.execute(
            _temporary(
                "intake_person", "person uuid, addressee text, household integer", _PERSON_COLUMNS, Person
            )
        )
        cursor.execute(_temporary("intake_tax", "person uuid", _TAX_COLUMNS, Assessment))
        people = _copy_people(cursor, code, folder / RESIDENTS_FILE, total, progress)
        assessments = _copy_taxes(cursor, code, folder / TAX_FILE)
        if (people, assessments) != (total, summary.tax):
            raise BadPopulation("ファイルの行数が足りないか、多すぎます")
        cursor.execute(
            f"INSERT INTO {Household._meta.db_table} (tenant, number) "  # noqa: S608 - names of ours alone
            "SELECT %s, household FROM intake_person GROUP BY household ORDER BY household",
            [code],
        )
        cursor.execute(
            f"INSERT INTO {Person._meta.db_table} (tenant, addressee, household_id, {_PERSON_COLUMNS}) "  # noqa: S608
            f"SELECT tenant, addressee, h.id, {_PERSON_COLUMNS} FROM intake_person i "
            f"JOIN {Household._meta.db_table} h ON h.number = i.household AND h.tenant = %s",
            [code],
        )
        cursor.execute(
            f"INSERT INTO {Assessment._meta.db_table} (tenant, person_id, {_TAX_COLUMNS}) "  # noqa: S608
            f"SELECT tenant, p.id, {_TAX_COLUMNS} FROM intake_tax JOIN intake_person i USING (person) "
            f"JOIN {Person._meta.db_table} p ON p.addressee = i.addressee AND p.tenant = %s",
            [code],
        )
        if cursor.rowcount != assessments:
            raise BadPopulation("税の行に、住民の行がないものがあります")
        cursor.execute("DROP TABLE intake_person, intake_tax")
    return Taken(people, assessments)


def _temporary(name: str, keys: str, columns: str, model: type[Person] | type[Assessment]) -> str:
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    typed = ", ".join(f"{column} {types[column]}" for column in columns.split(", "))
    return f"CREATE TEMPORARY TABLE {name} ({keys}, {typed}) ON COMMIT DROP"


def _copy_people(cursor: Any, code: str, path: Path, total: int, progress: Progress) -> int:
    decoder = msgspec.json.Decoder(ResidentLine)
    count = 0
    with cursor.copy(
        f"COPY intake_person (person, addressee, household, {_PERSON_COLUMNS}) FROM STDIN"
    ) as copy:
        for chunk in _chunks(path):
            # Text of JSON without a backslash has nothing that COPY would read as anything else.
            write = _person_row if b"\\" not in chunk else _careful_person_row
            lines = decoder.decode_lines(chunk)
            if any(line.municipality != code for line in lines):
                raise BadPopulation("別の市区町村の住民が混じっています")
            copy.write(
                "".join([write(line, FIRST_ADDRESSEE + count + place) for place, line in enumerate(lines)])
            )
            count += len(lines)
            progress(count, total)
    return count


def _copy_taxes(cursor: Any, code: str, path: Path) -> int:
    decoder = msgspec.json.Decoder(TaxLine)
    count = 0
    with cursor.copy(f"COPY intake_tax (person, {_TAX_COLUMNS}) FROM STDIN") as copy:
        for chunk in _chunks(path):
            lines = decoder.decode_lines(chunk)
            if any(line.municipality != code for line in lines):
                raise BadPopulation("別の市区町村の税が混じっています")
            copy.write("".join([_tax_row(line) for line in lines]))
            count += len(lines)
    return count


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces of whole lines."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk + file.readline()


def _person_row(line: ResidentLine, addressee: int) -> str:
    name, kana = (
        search_words(line.alphabet or line.family + line.given),
        search_words(line.family_kana + line.given_kana),
    )
    return (
        f"{line.person}\t{addressee}\t{line.household}\t{line.relation}\t{line.family}\t{line.given}\t{line.family_kana}\t{line.given_kana}\t"
        f"{line.former_family}\t{line.former_family_kana}\t{line.alphabet}\t{line.birth}\t{line.sex}\t{line.nationality_kind}\t"
        f"{line.nationality}\t{line.residence_status}\t{line.postal_code}\t{line.town}\t{line.rest}\t{line.moved_in or _NULL}\t"
        f"{line.previous_municipality}\t{line.previous_address}\t{line.moved_out or _NULL}\t{line.next_municipality}\t{line.next_address}\t"
        f"{line.protected}\t{line.persona}\t{name}\t{kana}\n"
    )


_NULL: Final = "\\N"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _careful_person_row(line: ResidentLine, addressee: int) -> str:
    for name in line.__struct_fields__:
        value = getattr(line, name)
        if isinstance(value, str):
            setattr(line, name, value.translate(_ESCAPES))
    return _person_row(line, addressee)


def _tax_row(line: TaxLine) -> str:
    return (
        f"{line.person}\t{line.fiscal_year}\t{line.income_year}\t{line.salary_revenue}\t{line.pension_revenue}\t{line.total_income}\t"
        f"{line.social_insurance_deduction}\t{line.taxable_income}\t{line.income_levy}\t{line.per_capita_levy}\t{line.dependants}\t"
        f"{line.dependants_under_16}\t{line.dependants_16_to_18}\t{line.specific_dependants}\t{line.elderly_dependants}\t"
        f"{line.single_parent}\t{line.disabled}\n"
    )


def search_words(text: str) -> str:
    """A name as the search compares it: without spaces, Latin letters in capitals."""
    return text.replace("　", "").replace(" ", "").upper()


def _wait_for_others() -> None:
    """One intake at a time in a municipality."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('intake ' || current_user))")
