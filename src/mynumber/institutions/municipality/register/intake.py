"""Taking in a town's people with their taxes from neutral files, all or nothing.

The files are NDJSON (one JSON object a line); they may still be growing while we read. People come in pieces: the households of a piece are
entered first, then its people under keys that were drawn ahead, then the taxes of people we have met. COPY does not write through a row-level
policy, so rows travel by COPY into temporary tables and from there into the walled ones.
"""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from typing import Literal as OneOf

import msgspec
import psycopg
from django.db import DataError, IntegrityError, connection
from msgspec.structs import astuple
from psycopg.sql import SQL, Literal

from mynumber.institutions.municipality.register.models import Household, Intake, Person
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.webkit.tenancy import acting_as

RESIDENTS_FILE: Final = "residents.ndjson"
TAX_FILE: Final = "tax.ndjson"
SUMMARY_FILE: Final = "population.json"
UNFINISHED: Final = ".part"
"""End of a file's name while it is being written."""
PIECE_BYTES: Final = 8 * 1024 * 1024
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
    sex: OneOf["male", "female"]
    nationality_kind: OneOf["japanese", "foreign"]
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
    "moved_out, next_municipality, next_address, protected, persona"
)
"""As in `ResidentLine`, after person, municipality and household."""
_TAX_COLUMNS: Final = (
    "fiscal_year, income_year, salary_revenue, pension_revenue, total_income, social_insurance_deduction, taxable_income, "
    "income_levy, per_capita_levy, dependants, dependants_under_16, dependants_16_to_18, specific_dependants, elderly_dependants, "
    "single_parent, disabled"
)
"""As in `TaxLine`, after person and municipality."""
_TEMPORARY: Final[dict[str, tuple[str, type[Person] | type[Assessment]]]] = {
    "intake_person": (
        f"id, addressee, search_name, search_kana, person uuid, municipality text, household integer, {_PERSON_COLUMNS}",
        Person,
    ),
    "intake_key": ("person uuid, id", Person),
    "intake_tax": (f"person_id, {_TAX_COLUMNS}", Assessment),
    "intake_late_tax": (f"person uuid, {_TAX_COLUMNS}", Assessment),
}
"""Temporary tables: columns in the order of their rows, and the model that gives types to those without one."""


_OUT_OF_SHAPE: Final = "ファイルの形が決まりに合いません"
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
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, DataError, psycopg.DataError):
        # Their own words may quote a line. (A number may overflow what can be written.)
        raise BadPopulation(_OUT_OF_SHAPE) from None
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


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows as COPY reads them (CSV); none is b""."""

    people: int
    assessments: int
    late: int
    households: tuple[int, int]
    """The smallest and the greatest number of a household."""
    person_rows: bytes
    tax_rows: bytes
    late_rows: bytes


class _Reader:
    """Turns lines into rows. Knows the keys of people it has met lately, so that taxes find them without the database."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._addressee = FIRST_ADDRESSEE
        self._recent: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._resident_lines = msgspec.json.Decoder(ResidentLine)
        self._tax_lines = msgspec.json.Decoder(TaxLine)

    def read(self, residents: bytes, taxes: bytes, keys: Sequence[int]) -> _Piece:
        """Rows of a piece; its people get `keys`. Raises BadPopulation or msgspec.DecodeError."""
        people = self._resident_lines.decode_lines(residents)
        if {line.municipality for line in people} - {self._code}:
            raise BadPopulation("別の市区町村の住民が混じっています")
        if len(people) > len(keys):
            raise BadPopulation(_MISCOUNTED)
        numbers = [line.household for line in people]
        person_rows = self._person_rows(people, keys)
        assessments = self._tax_lines.decode_lines(taxes)
        if {line.municipality for line in assessments} - {self._code}:
            raise BadPopulation("別の市区町村の税が混じっています")
        own, late = self._tax_rows(assessments)
        return _Piece(
            len(people),
            len(assessments),
            len(late),
            (min(numbers, default=0), max(numbers, default=0)),
            person_rows,
            _csv(own),
            _csv(late),
        )

    def _person_rows(self, people: list[ResidentLine], keys: Sequence[int]) -> bytes:
        first = self._addressee
        self._addressee += len(people)
        self._remember({line.person: key for line, key in zip(people, keys, strict=False)}, len(people))
        # No text has a line's end in it, or `_csv` refuses it.
        names = search_words("\n".join([line.alphabet or line.family + line.given for line in people]))
        kana = search_words("\n".join([line.family_kana + line.given_kana for line in people]))
        return _csv(
            [
                (key, addressee, name, reading, *values)
                for key, addressee, name, reading, values in zip(
                    keys,
                    range(first, self._addressee),
                    names.split("\n"),
                    kana.split("\n"),
                    map(astuple, people),
                    strict=False,
                )
            ]
        )

    def _remember(self, keys: dict[str, int], lines: int) -> None:
        if len(self._recent) >= REMEMBERED_PEOPLE:
            self._before, self._recent = self._recent, {}
        known = len(self._recent)
        self._recent.update(keys)
        if len(self._recent) != known + lines:
            raise BadPopulation("同じ人の行が二つあります")

    def _tax_rows(self, lines: list[TaxLine]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Rows with the key of the person, and rows with the person itself where no key is known."""
        recent, before = self._recent, self._before
        keys = [recent.get(line.person) or before.get(line.person) for line in lines]
        rows = list(zip(keys, map(astuple, lines), strict=True))
        return (
            [(key, *values[2:]) for key, values in rows if key],
            [(values[0], *values[2:]) for key, values in rows if not key],
        )


class _Register:
    """The register and the tax rolls of a municipality, being filled."""

    def __init__(self, cursor: Any, code: str) -> None:
        self._cursor = cursor
        self._tenant = code
        self._people = 0
        self._assessments = 0
        self._late = 0
        # Nothing here has statistics: believing that it meets few rows, the planner would compare each with each.
        cursor.execute("SET LOCAL enable_nestloop TO off")
        for name, (columns, model) in _TEMPORARY.items():
            cursor.execute(_temporary(name, columns, model))

    def take(self, pieces: Iterable[tuple[bytes, bytes]], total: int, progress: Progress) -> Taken:
        """Take all pieces in, but for taxes that came without their people.

        While the database takes one piece, a thread reads the next.
        """
        reader = _Reader(self._tenant)
        with ThreadPoolExecutor(max_workers=1) as thread, _no_collector():
            ahead: Future[_Piece] | None = None
            for residents, taxes in pieces:
                next_one = thread.submit(reader.read, residents, taxes, self._keys(residents))
                if ahead is not None:
                    self._take(ahead.result())
                    progress(self._people, total)
                ahead = next_one
            if ahead is not None:
                self._take(ahead.result())
        return Taken(self._people, self._assessments)

    def _keys(self, residents: bytes) -> list[int]:
        """A key for each line."""
        lines = residents.count(b"\n") + 1
        keys = f"SELECT nextval('{Person._meta.db_table}_id_seq') FROM generate_series(1, %s)"  # noqa: S608
        self._cursor.execute(keys, [lines])
        return [key for (key,) in self._cursor.fetchall()]

    def _take(self, piece: _Piece) -> None:
        work: list[str] = []
        if piece.person_rows:
            self._copy("intake_person", piece.person_rows)
            work += _PEOPLE
        if piece.tax_rows:
            self._copy("intake_tax", piece.tax_rows)
            work += _TAXES
        if piece.late_rows:
            self._copy("intake_late_tax", piece.late_rows)
        if work:
            # At once: each answer that we wait for is time in which the database does nothing.
            first, last = piece.households
            statements = SQL("; ".join(work))
            self._cursor.execute(
                statements.format(tenant=Literal(self._tenant), first=Literal(first), last=Literal(last))
            )
        self._people += piece.people
        self._assessments += piece.assessments
        self._late += piece.late

    def finish(self) -> None:
        """Take in the taxes of people who came after them, or long before."""
        if self._late:
            self._cursor.execute("ANALYZE intake_key, intake_late_tax")
            self._cursor.execute(
                f"INSERT INTO {Assessment._meta.db_table} (tenant, person_id, {_TAX_COLUMNS}) "  # noqa: S608
                f"SELECT %s, id, {_TAX_COLUMNS} FROM intake_late_tax JOIN intake_key USING (person)",
                [self._tenant],
            )
            if self._cursor.rowcount != self._late:
                raise BadPopulation("税の行に、住民の行がないものがあります")
        self._cursor.execute(f"DROP TABLE {', '.join(_TEMPORARY)}")
        self._cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")

    def _copy(self, table: str, rows: bytes) -> None:
        with self._cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, NULL 'null', ESCAPE '\\')") as copy:
            copy.write(rows)


# Of the numbers of the piece's households: without them the database would look at all that have come before.
_HOUSEHOLDS_OF_PIECE: Final = "h.tenant = {tenant} AND h.number BETWEEN {first} AND {last}"
_ENTER_HOUSEHOLDS: Final = f"""
    INSERT INTO {Household._meta.db_table} (tenant, number)
    SELECT {{tenant}}, number FROM (SELECT DISTINCT household AS number FROM intake_person) AS met
    WHERE NOT EXISTS (
        SELECT FROM {Household._meta.db_table} h WHERE h.number = met.number AND {_HOUSEHOLDS_OF_PIECE}
    )
"""  # noqa: S608 (here as below: names of our own tables)
_ENTER_PEOPLE: Final = f"""
    INSERT INTO {Person._meta.db_table}
        (id, tenant, addressee, search_name, search_kana, household_id, {_PERSON_COLUMNS})
    SELECT i.id, {{tenant}}, addressee, search_name, search_kana, h.id, {_PERSON_COLUMNS}
    FROM intake_person i JOIN {Household._meta.db_table} h ON h.number = i.household AND {_HOUSEHOLDS_OF_PIECE}
"""  # noqa: S608
_PEOPLE: Final = (
    _ENTER_HOUSEHOLDS,
    _ENTER_PEOPLE,
    "INSERT INTO intake_key SELECT person, id FROM intake_person",
    "TRUNCATE intake_person",
)
_ENTER_TAXES: Final = f"""
    INSERT INTO {Assessment._meta.db_table} (tenant, person_id, {_TAX_COLUMNS})
    SELECT {{tenant}}, person_id, {_TAX_COLUMNS} FROM intake_tax
"""  # noqa: S608
_TAXES: Final = (_ENTER_TAXES, "TRUNCATE intake_tax")


def _temporary(name: str, columns: str, model: type[Person] | type[Assessment]) -> str:
    """SQL for a temporary table with columns of the model, besides those that say their own type."""
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    typed = ", ".join(
        column if " " in column else f"{column} {types[column]}" for column in columns.split(", ")
    )
    return f"CREATE TEMPORARY TABLE {name} ({typed}) ON COMMIT DROP"


@contextmanager
def _no_collector() -> Iterator[None]:
    """Rows are many and hold no cycles; the collector would only look through them again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


_encoder = msgspec.json.Encoder()


def _csv(rows: list[tuple[Any, ...]]) -> bytes:
    """Rows for COPY: lines of JSON without their brackets, which are CSV where a backslash escapes.

    Raises BadPopulation: a text has a control character, which is no part of a name or an address.
    """
    if not rows:
        return b""
    lines = _encoder.encode_lines(rows)[1:-2].replace(b"]\n[", b"\n")
    if b"\\" in lines and b"\\" in lines.replace(b"\\\\", b"").replace(b'\\"', b""):
        raise BadPopulation(_OUT_OF_SHAPE)
    return lines


def search_words(text: str) -> str:
    """A name as the search compares it: without spaces, Latin letters in capitals."""
    return text.replace("　", "").replace(" ", "").upper()


def _wait_for_others() -> None:
    """One intake at a time in a municipality."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('intake ' || current_user))")
