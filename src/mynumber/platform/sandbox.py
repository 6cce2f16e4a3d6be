"""Making and deleting a sandbox: a member of the running network for a vendor's tests, with people and somebody to talk to.

What is made is what every real member gets, in the same order: keys, a place at the gateway, an entry in the signed directory, codes for its
people. Two things are there for the tests: a partner, which is every institution that this one may ask or be asked by, and people who
each show another way in which an inquiry can end.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec
from psycopg import sql

from mynumber.client import Client, MemberFile
from mynumber.foundation.envelope import VerifyKey
from mynumber.foundation.facts import Axis, has_layout, layout_of, sample
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis, legal_basis
from mynumber.foundation.numbers import local_government
from mynumber.foundation.people import fiscal_year
from mynumber.platform import keys, registry
from mynumber.platform.databases import embedded_server, ensure_institution
from mynumber.platform.environment import base_environment
from mynumber.platform.sandbox_list import Sandbox, member_of, sandboxes, write_sandboxes
from mynumber.platform.secret_files import locked, private_folder, write_private
from mynumber.platform.settings import Settings
from mynumber.population import personas
from mynumber.population.ledgers import registered_name
from mynumber.population.records import Resident
from mynumber.protocols.holds import Hold, HoldReason
from mynumber.protocols.node import LOOK_SECONDS, Node, sealing_name, signing_name
from mynumber.protocols.residents import FourAttributes, LookUpState

JAPAN: Final = timezone(timedelta(hours=9))
SANDBOX_FILE: Final = "sandbox.json"
ORGANISATION: Final = "見本の担当課"
_SEX: Final = {"male": "1", "female": "2"}
_HIDDEN: Final = frozenset({"misaki"})
"""Personas whom a protective measure covers: no vendor's test asks about them."""
_USER: Final = "desk"
_DESKS: Final = "sandbox-desks.json"
HELD_YEARS: Final = 2
"""Fiscal years of which the partner holds a copy."""
_ADDED_KINDS: Final = {InstitutionKind.MUNICIPALITY: (InstitutionKind.CITY,)}
"""A municipality without more said is a city: one with a welfare office of its own."""
_EASIEST: Final = (InformationKind.LOCAL_TAX, InformationKind.PUBLIC_PENSION_BENEFIT)


class SandboxFailed(Exception):
    """A sandbox could not be made or found; the message says what to do."""


class Ends(StrEnum):
    """How an inquiry about a person ends at the partner."""

    PROVIDED = "provided"
    NO_DATA = "no_data"
    WAITING = "waiting"
    NO_CODE = "provider_has_no_code"


_ENDS: Final = {"chiyo": Ends.NO_DATA, "lan": Ends.WAITING, "sota": Ends.NO_CODE}


class SandboxPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the sandbox."""

    key: str
    name: str
    addressee: str
    """The vendor's own number for the person (宛名番号)."""
    partner_addressee: str
    """The partner's."""
    ends: Ends
    about: str
    attributes: FourAttributes
    """As the residents network knows the person: what a code is asked for with."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the table lets somebody ask."""

    affair: str
    affair_words: str
    provision: str
    information: str
    information_words: str
    layout: str


class SandboxFile(msgspec.Struct, frozen=True, kw_only=True):
    """``sandbox.json``: people and rows, for the vendor to read."""

    name: str
    member: str
    partner: str
    kinds: tuple[str, ...]
    people: tuple[SandboxPerson, ...]
    first: Row
    """The easiest question to begin with."""
    may_ask: tuple[Row, ...]
    """What the table of the law lets the vendor's member ask of the partner."""
    may_be_asked: tuple[Row, ...]
    """What the partner may ask of the vendor's member."""
    desk: str
    """Page on which a clerk of the partner answers what waits."""
    desk_user: str
    desk_password: str


@dataclass(frozen=True, slots=True)
class Made:
    """A sandbox that is ready."""

    sandbox: Sandbox
    folder: Path
    file: SandboxFile
    copies: int


# making ---------------------------------------------------------------------------------------------------------------------


def create(
    settings: Settings, name: str, folder: Path, kinds: Set[InstitutionKind], *, title: str = ""
) -> Made:
    """Make the sandbox on the running platform, or bring an existing one and its folder up to date.

    Raises BadName, SandboxFailed; Refused where an institution says no; KeyRingRefused for a folder that others can read.
    """
    member = member_of(name)
    kinds = {*kinds, *(added for kind in kinds for added in _ADDED_KINDS.get(kind, ()))}
    basis = legal_basis(datetime.now(JAPAN).date())
    partner_kinds = _counterparts(basis, kinds)
    may_ask = tuple(_rows(basis, kinds, partner_kinds))
    if not may_ask:
        raise SandboxFailed(
            "法令の表に、この種類の機関が照会する行がありません。--kind で別の種類を選んでください (the table has no row in which an institution of this kind asks)"
        )
    people = tuple(_people(settings))
    if not people:
        raise SandboxFailed(
            "この模型の町に登場人物が住んでいません。MYNUMBER_TOWNS を外して起動し直してください (no persona lives in the towns of this platform)"
        )
    ring = _ring(private_folder(folder) / "keys")
    sandbox = Sandbox(
        name=name,
        title=title or f"検証用機関（{name}）",
        kinds=tuple(sorted(kind.value for kind in kinds)),
        partner_kinds=tuple(sorted(kind.value for kind in partner_kinds)),
        signing_key=_own_signing(ring, member),
        sealing_key=_own_sealing(ring, member),
    )
    _make_room(settings, sandbox)
    _list(settings, (*(one for one in sandboxes(settings) if one.name != name), sandbox))
    _write_trust(settings, sandbox, folder)
    password = _desk(settings, sandbox)
    first = _first(may_ask)
    with Client.open(folder) as vendor, partner_of(settings, sandbox) as partner:
        people = _give_codes(vendor, partner, people, first)
        copies = _furnish(partner, people, may_ask)
    file = SandboxFile(
        name=name,
        member=member,
        partner=sandbox.partner,
        kinds=sandbox.kinds,
        people=people,
        first=first,
        may_ask=may_ask,
        may_be_asked=tuple(_rows(basis, partner_kinds, kinds)),
        desk=f"{settings.public_url('gateway')}/{sandbox.partner.replace('.', '_')}/",
        desk_user=_USER,
        desk_password=password,
    )
    write_private(folder / SANDBOX_FILE, msgspec.json.format(msgspec.json.encode(file), indent=1))
    return Made(sandbox, folder, file, copies)


def find(settings: Settings, name: str) -> Sandbox:
    """The sandbox of that name. Raises SandboxFailed."""
    for sandbox in sandboxes(settings):
        if sandbox.name == name and not sandbox.is_closed:
            return sandbox
    raise SandboxFailed(
        f"検証用の機関 {name!r} はありません。一覧は mynumber sandbox list、つくるには mynumber sandbox create {name} (there is no such sandbox)"
    )


def partner_of(settings: Settings, sandbox: Sandbox) -> Client:
    """The partner, to act as it."""
    trusted = msgspec.json.decode(settings.directory_key.read_bytes(), type=dict[str, str])
    node = Node(
        institution="sandbox",
        keyring=KeyRing.open(settings.keys / keys.SANDBOX_RING),
        directory_path=settings.directory,
        trusted=VerifyKey.from_jwk(trusted),
    )
    return Client(node, sandbox.partner)


def _own_signing(ring: KeyRing, member: str) -> dict[str, str]:
    name = signing_name(member)
    return (ring.signing(name) if ring.has(name) else ring.add_signing(name)).public.to_jwk()


def _own_sealing(ring: KeyRing, member: str) -> dict[str, str]:
    name = sealing_name(member)
    return (ring.sealing(name) if ring.has(name) else ring.add_sealing(name)).public.to_jwk()


def _ring(folder: Path) -> KeyRing:
    return KeyRing.open(folder) if folder.exists() else KeyRing.create(folder)


def _make_room(settings: Settings, sandbox: Sandbox) -> None:
    """The gateway's tenants as roles of its database, before the directory names them."""
    server = embedded_server(settings)
    gateway = registry.institution("gateway")
    tenants = tuple(member.replace(".", "_") for member in (sandbox.member, sandbox.partner))
    with server.connect_admin() as admin:
        ensure_institution(server, admin, gateway, tenants)


def _list(settings: Settings, listed: tuple[Sandbox, ...]) -> None:
    """Write the list, sign the directory anew, and let every process read it."""
    with locked(settings.home / "keys.lock"):
        write_sandboxes(settings, listed)
    keys.ensure_keys(settings)
    # A process looks at the file when LOOK_SECONDS have passed since it last did: from then on all of them know.
    time.sleep(2 * LOOK_SECONDS)


def _write_trust(settings: Settings, sandbox: Sandbox, folder: Path) -> None:
    gateway = f"gateway.{sandbox.member}"
    port = registry.message_process("gateway").port(settings)
    file = MemberFile(member=sandbox.member, gateway=gateway, url=f"http://127.0.0.1:{port}/{gateway}")
    write_private(folder / "member.json", msgspec.json.format(msgspec.json.encode(file), indent=1))
    for source, name in (
        (settings.directory, file.directory),
        (settings.directory_key, file.directory_key),
        (settings.log_policy, file.log_policy),
    ):
        shutil.copyfile(source, folder / name)


def _desk(settings: Settings, sandbox: Sandbox) -> str:
    """A clerk of the partner, who answers by hand; made once. Returns the password, which stands in the vendor's folder."""
    known = _desk_passwords(settings)
    if sandbox.name not in known:
        known[sandbox.name] = secrets.token_urlsafe(12)
        tenant = sandbox.partner.replace(".", "_")
        words = ("--tenant", tenant, "--username", _USER, "--name", "検証　花", "--department", ORGANISATION)
        done = subprocess.run(  # noqa: S603 (our own command)
            [
                *(sys.executable, "-m", "mynumber.platform.cli", "run", "gateway", "create_staff"),
                *(*words, "--password-stdin", "--keep"),
            ],
            env=base_environment(settings),
            input=known[sandbox.name] + "\n",
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise SandboxFailed(
                f"相手役の職員を登録できませんでした (the partner's clerk could not be registered): {done.stderr.strip()[-300:]}"
            )
        write_private(settings.home / _DESKS, msgspec.json.encode(known))
    return known[sandbox.name]


def _desk_passwords(settings: Settings) -> dict[str, str]:
    """Names of sandboxes -> passwords of their partners' clerks."""
    try:
        return msgspec.json.decode((settings.home / _DESKS).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}


# people and rows ------------------------------------------------------------------------------------------------------------


def _people(settings: Settings) -> Iterator[SandboxPerson]:
    """The personas of the towns of this platform."""
    residents = {
        resident.persona: resident
        for town in settings.towns
        if (records := personas.of_town(town)) is not None
        for resident in records.residents
        if resident.persona
    }
    shown = [persona for persona in personas.PERSONAS if persona.key not in _HIDDEN]
    for number, persona in enumerate((one for one in shown if one.key in residents), 1):
        yield SandboxPerson(
            key=persona.key,
            name=persona.name,
            addressee=f"V{number:04d}",
            partner_addressee=f"P{number:04d}",
            ends=_ENDS.get(persona.key, Ends.PROVIDED),
            about=persona.title_english,
            attributes=_attributes(residents[persona.key]),
        )


def _attributes(resident: Resident) -> FourAttributes:
    town = local_government.find(resident.municipality).full_name
    return FourAttributes(
        name=registered_name(resident),
        address=f"{town}{resident.town}{resident.rest}",
        birth_date=resident.birth,
        sex=_SEX[resident.sex],
    )


def _counterparts(basis: LegalBasis, kinds: Set[InstitutionKind]) -> frozenset[InstitutionKind]:
    """Every kind of institution that these may ask, or that may ask them."""
    found: set[InstitutionKind] = set()
    for affair in basis.affairs:
        asks = not affair.inquirer_kinds.isdisjoint(kinds)
        for provision in affair.provisions:
            if asks:
                found |= provision.provider_kinds
            if not provision.provider_kinds.isdisjoint(kinds):
                found |= affair.inquirer_kinds
    return frozenset(found)


def _rows(basis: LegalBasis, inquirer: Set[InstitutionKind], provider: Set[InstitutionKind]) -> Iterator[Row]:
    for affair in basis.affairs_of(inquirer):
        for provision in affair.provisions:
            if provision.provider_kinds.isdisjoint(provider):
                continue
            for information in sorted(provision.information_kinds):
                if has_layout(information):
                    yield Row(
                        affair=affair.id,
                        affair_words=affair.words,
                        provision=provision.id,
                        information=information.value,
                        information_words=information.label_ja,
                        layout=layout_of(information).id,
                    )


def _first(rows: tuple[Row, ...]) -> Row:
    return next(
        (row for kind in _EASIEST for row in rows if row.information == kind.value),
        rows[0],
    )


def _give_codes(
    vendor: Client, partner: Client, people: tuple[SandboxPerson, ...], first: Row
) -> tuple[SandboxPerson, ...]:
    """Codes for both sides. Who was without one at the partner of a sandbox of before, and for whom it obtained one, stays known to it."""
    numbers: dict[str, str] = {}
    found = vendor.look_up([person.attributes for person in people])
    for person, answer in zip(people, found, strict=True):
        if answer.state is not LookUpState.FOUND or answer.individual_number is None:
            raise SandboxFailed(
                f"{person.name} が住基ネットにいません。mynumber up が終わってから実行してください (not in the residents network: has the platform been seeded?)"
            )
        numbers[person.key] = answer.individual_number
    vendor.acquire_codes([(person.addressee, numbers[person.key]) for person in people])

    def is_held(person: SandboxPerson) -> bool:
        held = vendor.who_holds(person.addressee, affair=first.affair, organisation=ORGANISATION)
        return partner.member in {one.member for one in held.holders}

    now_known = tuple(
        msgspec.structs.replace(person, ends=Ends.NO_DATA)
        if person.ends is Ends.NO_CODE and is_held(person)
        else person
        for person in people
    )
    partner.acquire_codes(
        [
            (person.partner_addressee, numbers[person.key])
            for person in now_known
            if person.ends is not Ends.NO_CODE
        ]
    )
    return now_known


def _furnish(partner: Client, people: tuple[SandboxPerson, ...], may_ask: tuple[Row, ...]) -> int:
    """Copies and a switch at the partner. Returns how many copies are registered there."""
    copies = [
        partner.copy(person.partner_addressee, information, fact)
        for seed, person in enumerate(people)
        if person.ends in (Ends.PROVIDED, Ends.WAITING)
        for information in sorted({row.information for row in may_ask})
        for fact in _facts(information, seed)
    ]
    registered = partner.register(copies)
    if registered.refused:
        raise SandboxFailed(
            f"相手役の副本 {len(registered.refused)} 件が登録できませんでした: {registered.refused[0].reason.value} (copies of the partner were refused)"
        )
    now = datetime.now(UTC)
    partner.hold(
        *(
            Hold(addressee=person.partner_addressee, reason=HoldReason.PENDING_CASE, since=now)
            for person in people
            if person.ends is Ends.WAITING
        )
    )
    return registered.stored


def _facts(information: str, seed: int) -> list[dict[str, Any]]:
    """What the partner holds of a kind: of one that is told by fiscal year this year's and last year's."""
    layout = layout_of(InformationKind.named(information))
    if layout.axis is not Axis.FISCAL_YEAR:
        return [sample(layout, seed)]
    latest = fiscal_year(datetime.now(JAPAN).date())
    return [sample(layout, seed) | {"fiscal_year": latest - back} for back in range(HELD_YEARS)]


# deleting -------------------------------------------------------------------------------------------------------------------


def delete(settings: Settings, name: str) -> int:
    """Take the members off the directory and delete what the gateway holds for them, but their records, which the law keeps.

    Returns how many rows were deleted. The vendor's folder is the vendor's. Raises SandboxFailed.
    """
    sandbox = find(settings, name)
    closed = msgspec.structs.replace(sandbox, is_closed=True)
    _list(settings, tuple(closed if one.name == name else one for one in sandboxes(settings)))
    with locked(settings.home / "keys.lock"):
        known = _desk_passwords(settings)
        if known.pop(name, None) is not None:
            write_private(settings.home / _DESKS, msgspec.json.encode(known))
    tenants = [member.replace(".", "_") for member in (sandbox.member, sandbox.partner)]
    with embedded_server(settings).connect_admin("gateway") as admin, admin.transaction():
        return sum(
            admin.execute(
                sql.SQL("DELETE FROM {} WHERE tenant = ANY(%s)").format(sql.Identifier(str(table))), [tenants]
            ).rowcount
            for (table,) in admin.execute(_DELETED).fetchall()
        )


_DELETED: Final = """
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant'
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL ('{side_record,notice}') ORDER BY relname
"""
"""Tables with rows of tenants, but the records of exchanges (Act art. 23), which the other side has too, and what the core has not been told of them."""
