"""Taking in a town's people with their taxes from neutral files, all or nothing.

The files are NDJSON (one JSON object a line); they may still be growing while we read. People come in pieces: the households of a piece are
entered first and give their keys, then its people, then the taxes of people we have met. COPY does not write through a row-level policy, so
rows travel by COPY into temporary tables and from there into the walled ones in one statement a piece.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import msgspec
import psycopg
from django.db import DataError, IntegrityError, connection

from mynumber.institutions.municipality.register.models import Household, Intake, Person
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.webkit.tenancy import acting_as

RESIDENTS_FILE: Final = "residents.ndjson"
TAX_FILE: Final = "tax.ndjson"
SUMMARY_FILE: Final = "population.json"
UNFINISHED: Final = ".part"
"""End of a file's name while it is being written."""
PIECE_BYTES: Final = 4 * 1024 * 1024
REMEMBERED_PEOPLE: Final = 200_000
"""How many people at least are found without asking the database; the taxes of others wait until all have come."""
FIRST_ADDRESSEE: Final = 1_000_000_001

Progress = Callable[[int, int], None]
"""Called now and then with (people taken in, people there are; 0 while the files grow and nobody knows)."""


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


_MISCOUNTED: Final = "ファイルの行数が足りないか、多すぎます"


def take_in(
    code: str,
    folder: Path,
    *,
    at: datetime,
    progress: Progress = lambda done, total: None,
    growth: BinaryIO | None = None,
) -> Taken:
    """Take the population of `folder` into the register of municipality `code`, in one transaction.

    `growth`, if given, says that the files are still being written: a line of any content whenever they have grown, and its end when their
    writer has ended; the summary is there by then, or the writer has failed. The same population a second time changes nothing.
    Raises BadPopulation: files missing or out of shape, another town's, a register that holds other people already.
    """
    try:
        with acting_as(code):
            _wait_for_others()
            inhabited = Person.objects.exists()
            if inhabited and growth is not None:
                # Whether these people are the same shows at the end.
                growth.read()
            if inhabited or growth is None:
                summary, digest = _summary(code, folder)
                if Intake.objects.filter(digest=digest).exists():
                    return Taken(summary.residents + summary.removed, summary.tax, already=True)
                if inhabited:
                    raise BadPopulation("この市区町村の台帳には、すでに別の住民が入っています")
                total = summary.residents + summary.removed
            else:
                total = 0
            with connection.cursor() as cursor, ExitStack() as stack:
                register = _Register(cursor, code)
                taken = register.take(_pieces(folder, growth, stack), total, progress)
                summary, digest = _summary(code, folder)
                if taken != Taken(summary.residents + summary.removed, summary.tax):
                    raise BadPopulation(_MISCOUNTED)
                register.finish()
            Intake.objects.create(digest=digest, people=taken.people, taken_at=at)
    except FileNotFoundError as error:
        raise BadPopulation(f"ファイルがありません: {Path(error.filename or '').name}") from None
    except IntegrityError:
        # Two taxes of one person for one year.
        raise BadPopulation(_MISCOUNTED) from None
    except (msgspec.DecodeError, UnicodeDecodeError, DataError, psycopg.DataError):
        # Their own words may quote a line.
        raise BadPopulation("ファイルの形が決まりに合いません") from None
    progress(taken.people, taken.people)
    return taken


def _summary(code: str, folder: Path) -> tuple[Summary, str]:
    """What the folder holds, and the digest of that."""
    told = (folder / SUMMARY_FILE).read_bytes()
    summary = msgspec.json.decode(told, type=Summary)
    if summary.municipality != code:
        raise BadPopulation("別の市区町村の住民です")
    return summary, hashlib.sha256(told).hexdigest()


class _File:
    """A file of lines that may be growing."""

    def __init__(self, folder: Path, name: str, stack: ExitStack) -> None:
        try:
            file = (folder / f"{name}{UNFINISHED}").open("rb")
        except FileNotFoundError:
            # It was finished and got its name before we came. (One that is renamed while we read stays the same file.)
            file = (folder / name).open("rb")
        self._file = stack.enter_context(file)
        self._begun_line = b""

    def waiting(self) -> int:
        """Bytes that have not been read."""
        return os.fstat(self._file.fileno()).st_size - self._file.tell()

    def take(self, size: int) -> bytes:
        """Whole lines, about `size` bytes of them, as far as there are."""
        read = self._begun_line + self._file.read(size) + self._file.readline()
        end = read.rfind(b"\n") + 1
        self._begun_line = read[end:]
        return read[:end]

    def last_line(self) -> bytes:
        """A line that nobody ended."""
        return self._begun_line


def _pieces(folder: Path, growth: BinaryIO | None, stack: ExitStack) -> Iterator[tuple[bytes, bytes]]:
    """Lines of residents and of taxes, side by side, until the files have ended. Both files stay in step, so that taxes meet their people."""
    ended = growth is None or not growth.readline()
    residents, taxes = _File(folder, RESIDENTS_FILE, stack), _File(folder, TAX_FILE, stack)
    while True:
        people = residents.waiting()
        size = PIECE_BYTES if people <= PIECE_BYTES else taxes.waiting() * PIECE_BYTES // people
        if not people:
            size = max(PIECE_BYTES, taxes.waiting() if ended else 0)
        piece = residents.take(PIECE_BYTES), taxes.take(size)
        if any(piece):
            yield piece
        elif not ended and growth is not None:
            ended = not growth.readline()
        else:
            break
    if residents.last_line() or taxes.last_line():
        yield residents.last_line(), taxes.last_line()


class _Register:
    """The register and the tax rolls of a municipality, being filled."""

    def __init__(self, cursor: Any, code: str) -> None:
        self._cursor = cursor
        self._code = code
        self._people = 0
        self._assessments = 0
        self._late = 0
        self._households: dict[int, int] = {}
        self._recent: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._resident_lines = msgspec.json.Decoder(ResidentLine)
        self._tax_lines = msgspec.json.Decoder(TaxLine)
        for statement in (
            _temporary("intake_person", f"person uuid, addressee, household_id, {_PERSON_COLUMNS}", Person),
            "CREATE TEMPORARY TABLE intake_key (person uuid, addressee varchar(10)) ON COMMIT DROP",
            _temporary("intake_tax", f"person_id, {_TAX_COLUMNS}", Assessment),
            _temporary("intake_late_tax", f"person uuid, {_TAX_COLUMNS}", Assessment),
        ):
            cursor.execute(statement)

    def take(self, pieces: Iterable[tuple[bytes, bytes]], total: int, progress: Progress) -> Taken:
        """Take all pieces in, but for taxes that came without their people."""
        for residents, taxes in pieces:
            if residents:
                self._take_people(residents)
                progress(self._people, total)
            if taxes:
                self._take_taxes(taxes)
        return Taken(self._people, self._assessments)

    def _take_people(self, piece: bytes) -> None:
        lines = self._resident_lines.decode_lines(piece)
        if any(line.municipality != self._code for line in lines):
            raise BadPopulation("別の市区町村の住民が混じっています")
        # Text of JSON without a backslash has nothing that COPY would read as anything else.
        write = _person_row if b"\\" not in piece else _careful_person_row
        households = self._keys_of_households({line.household for line in lines})
        first = FIRST_ADDRESSEE + self._people
        self._copy(
            f"intake_person (person, addressee, household_id, {_PERSON_COLUMNS})",
            "".join(
                [
                    write(line, addressee, households[line.household])
                    for addressee, line in enumerate(lines, first)
                ]
            ),
        )
        self._cursor.execute(
            f"INSERT INTO {Person._meta.db_table} (tenant, addressee, household_id, {_PERSON_COLUMNS}) "  # noqa: S608
            f"SELECT %s, addressee, household_id, {_PERSON_COLUMNS} FROM intake_person RETURNING addressee, id",
            [self._code],
        )
        self._remember(
            {lines[int(addressee) - first].person: key for addressee, key in self._cursor.fetchall()},
            len(lines),
        )
        self._cursor.execute("INSERT INTO intake_key SELECT person, addressee FROM intake_person")
        self._cursor.execute("TRUNCATE intake_person")
        self._people += len(lines)

    def _keys_of_households(self, numbers: set[int]) -> dict[int, int]:
        """The keys of households by their numbers; those met for the first time are entered."""
        keys = {number: key for number, key in self._households.items() if number in numbers}
        table = Household._meta.db_table
        self._cursor.execute(
            f"INSERT INTO {table} (tenant, number) SELECT %s, number FROM unnest(%s::integer[]) AS number "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING number, id",
            [self._code, sorted(numbers - keys.keys())],
        )
        keys.update(self._cursor.fetchall())
        if unknown := numbers - keys.keys():
            self._cursor.execute(
                f"SELECT number, id FROM {table} WHERE number = ANY(%s)",  # noqa: S608
                [list(unknown)],
            )
            keys.update(self._cursor.fetchall())
        self._households = keys
        return keys

    def _remember(self, keys: dict[str, int], lines: int) -> None:
        if len(self._recent) >= REMEMBERED_PEOPLE:
            self._before, self._recent = self._recent, {}
        known = len(self._recent)
        self._recent.update(keys)
        if len(self._recent) != known + lines:
            raise BadPopulation("同じ人の行が二つあります")

    def _take_taxes(self, piece: bytes) -> None:
        lines = self._tax_lines.decode_lines(piece)
        recent, before = self._recent, self._before
        rows, late = [], []
        for line in lines:
            if line.municipality != self._code:
                raise BadPopulation("別の市区町村の税が混じっています")
            if key := recent.get(line.person) or before.get(line.person):
                rows.append(_tax_row(line, key))
            else:
                late.append(_tax_row(line, line.person))
        if rows:
            self._copy(f"intake_tax (person_id, {_TAX_COLUMNS})", "".join(rows))
            self._cursor.execute(
                f"INSERT INTO {Assessment._meta.db_table} (tenant, person_id, {_TAX_COLUMNS}) "  # noqa: S608
                f"SELECT %s, person_id, {_TAX_COLUMNS} FROM intake_tax",
                [self._code],
            )
            self._cursor.execute("TRUNCATE intake_tax")
        if late:
            self._copy(f"intake_late_tax (person, {_TAX_COLUMNS})", "".join(late))
        self._late += len(late)
        self._assessments += len(lines)

    def finish(self) -> None:
        """Take in the taxes of people who came after them, or long before."""
        self._cursor.execute("ANALYZE intake_key, intake_late_tax")
        self._cursor.execute(
            f"INSERT INTO {Assessment._meta.db_table} (tenant, person_id, {_TAX_COLUMNS}) "  # noqa: S608
            f"SELECT %s, p.id, {_TAX_COLUMNS} FROM intake_late_tax JOIN intake_key i USING (person) "
            f"JOIN {Person._meta.db_table} p ON p.addressee = i.addressee AND p.tenant = %s",
            [self._code, self._code],
        )
        if self._cursor.rowcount != self._late:
            raise BadPopulation("税の行に、住民の行がないものがあります")
        self._cursor.execute("DROP TABLE intake_person, intake_key, intake_tax, intake_late_tax")

    def _copy(self, target: str, rows: str) -> None:
        with self._cursor.copy(f"COPY {target} FROM STDIN") as copy:
            copy.write(rows)


def _temporary(name: str, columns: str, model: type[Person] | type[Assessment]) -> str:
    """SQL for a temporary table with columns of the model, besides those that say their own type."""
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    typed = ", ".join(
        column if " " in column else f"{column} {types[column]}" for column in columns.split(", ")
    )
    return f"CREATE TEMPORARY TABLE {name} ({typed}) ON COMMIT DROP"


def _person_row(line: ResidentLine, addressee: int, household: int) -> str:
    name, kana = (
        search_words(line.alphabet or line.family + line.given),
        search_words(line.family_kana + line.given_kana),
    )
    return (
        f"{line.person}\t{addressee}\t{household}\t{line.relation}\t{line.family}\t{line.given}\t{line.family_kana}\t{line.given_kana}\t"
        f"{line.former_family}\t{line.former_family_kana}\t{line.alphabet}\t{line.birth}\t{line.sex}\t{line.nationality_kind}\t"
        f"{line.nationality}\t{line.residence_status}\t{line.postal_code}\t{line.town}\t{line.rest}\t{line.moved_in or _NULL}\t"
        f"{line.previous_municipality}\t{line.previous_address}\t{line.moved_out or _NULL}\t{line.next_municipality}\t{line.next_address}\t"
        f"{line.protected}\t{line.persona}\t{name}\t{kana}\n"
    )


_NULL: Final = "\\N"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _careful_person_row(line: ResidentLine, addressee: int, household: int) -> str:
    for name in line.__struct_fields__:
        value = getattr(line, name)
        if isinstance(value, str):
            setattr(line, name, value.translate(_ESCAPES))
    return _person_row(line, addressee, household)


def _tax_row(line: TaxLine, person: int | str) -> str:
    return (
        f"{person}\t{line.fiscal_year}\t{line.income_year}\t{line.salary_revenue}\t{line.pension_revenue}\t{line.total_income}\t"
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
