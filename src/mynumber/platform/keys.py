"""Key rings of the institutions and the signed directory of their public keys.

On a laptop the platform makes all of them; in production each institution makes its own ring and hands the operator
of the network its public keys. Nothing here is ever replaced: a ring that exists keeps its keys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from mynumber.foundation.blind import BlindKey
from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.envelope import SigningKey
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.law.kinds import InstitutionKind
from mynumber.foundation.numbers import local_government
from mynumber.foundation.numbers.local_government import LocalGovernmentKind
from mynumber.foundation.tlog.checkpoint import LogSigner
from mynumber.foundation.tlog.policy import KnownLog, KnownWitness, Policy
from mynumber.foundation.tlog.witness import WitnessSigner
from mynumber.platform import key_changes, registry
from mynumber.platform.core_list import BadCore, Core, Cores, cores, write_cores
from mynumber.platform.key_changes import CannotChange, KeyStep
from mynumber.platform.sandbox_list import Sandbox, sandbox_members, sandboxes
from mynumber.platform.secret_files import locked, private_folder, write_private
from mynumber.platform.settings import Settings
from mynumber.protocols.blind import blind_keys, blinding_name, listed_key
from mynumber.protocols.directory import FIRST_CORE, System, is_core_id, sign_directory
from mynumber.protocols.node import sealing_name, signing_name

DIRECTORY_RING = "directory"
"""The ring of the operator who signs the directory; no institution's process is given it."""
DIRECTORY_KEY = "directory"
CODE_KEYS = "codes"
"""Name of the secret in the network's ring from which codes are made (CodeKeys.to_bytes)."""
LOG_KEY = "log"
"""Name of the secret in the network's ring that signs checkpoints (LogSigner.to_bytes)."""
WITNESS_KEY = "witness"
"""Name of the secret in the commission's ring with which its witness cosigns checkpoints (WitnessSigner.to_bytes)."""
WITNESS_NAME = "commission.mynumber.localhost/witness"
"""Name of the witness, as it stands on the line of each cosignature."""
SANDBOX_RING = "sandbox"
"""The ring of the members that the platform plays for vendors."""
NOWHERE = "http://127.0.0.1:9"
"""Where nothing listens (discard): nobody sends to the own system of a sandbox, everything goes through its gateway."""
DJANGO_SECRET = "django"  # noqa: S105 (a name)
"""Name of the secret in each ring that Django signs cookies and forms with."""

IDENTITY_KEY = "identity-signing"
"""Name of the key in the portal's ring that signs ID tokens; `mynumber run portal create_identity_keys --rotate` adds generations."""
IDENTITY_SECRETS = ("identity-subjects", "identity-seal")
"""Names of secrets in the portal's ring: what makes pairwise subjects, what seals attributes until the resident has consented."""

_BLIND = frozenset({"gateway", "portal", "commission"})
"""Institutions beside the cores whose systems open something of a blind exchange: the provider's code, the records (two of them together), the portal's code."""

_HEALTH_CENTRE_CITIES = frozenset({"272124"})
"""Cities with a public health centre besides the special wards, among those the platform knows (Order 77/1948, art. 1)."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A system that is to be listed."""

    id: str
    institution: str
    """Whose process acts as it: its ring holds the keys."""
    name: str
    kinds: tuple[InstitutionKind, ...] = ()


def entries(settings: Settings) -> tuple[_Entry, ...]:
    """Every system of the platform: members, their gateway tenants, and those that are neither."""
    members = _members(settings)
    by_id = {member.id: member for member in members}
    gateways = (
        _Entry(f"gateway.{member}", "gateway", f"{by_id[member].name}の中間サーバー", by_id[member].kinds)
        for member in registry.gateway_tenants(settings)
    )
    others = (
        _Entry(name, name, registry.institution(name).title)
        for name in ("jlis", "network", "portal", "commission", "acquirer", "courier")
    )
    return (*members, *gateways, *others)


def ensure_keys(settings: Settings) -> None:
    """Make rings, keys and secrets that do not exist yet, and sign the directory anew (it is valid for a year)."""
    private_folder(settings.keys)
    with locked(settings.home / "keys.lock"):
        for institution in registry.INSTITUTIONS:
            ring = _ring(settings, institution.name)
            if not ring.has(DJANGO_SECRET):
                ring.add_secret(DJANGO_SECRET)
        _ensure_network_secrets(settings)
        _ensure_witness(settings)
        _ensure_identity_keys(settings)
        systems = tuple(_ensure_system(settings, entry) for entry in entries(settings))
        sandboxed = (system for one in sandboxes(settings) for system in _sandbox_systems(settings, one))
        further = cores(settings)
        at_home = (  # a gateway like its member, which is not listed any more when a sandbox was closed
            msgspec.structs.replace(one, cores=further.homes.get(one.id.removeprefix("gateway."), ()))
            for one in (*systems, *sandboxed)
        )
        _publish(settings, (*at_home, *(_ensure_core(settings, core) for core in further.cores)))


def add_core(settings: Settings, core: Core) -> None:
    """List a further core of the network, with keys of its own and the same keys of codes."""
    _change_cores(settings, lambda listed: listed.with_core(core))


def ensure_cores(settings: Settings) -> None:
    """List as many cores of this platform as its settings ask for, before it starts: members are at home at each in turn."""
    members = [entry.id for entry in _members(settings)]
    private_folder(settings.keys)
    with locked(settings.home / "keys.lock"):
        listed = cores(settings)
        if (several := listed.several(settings.cores, members)) != listed:
            write_cores(settings, several)


def move_home(settings: Settings, member: str, core: str) -> None:
    """Make another core a member's home. Raises BadCore."""
    if member not in (*(entry.id for entry in _members(settings)), *sandbox_members(settings)):
        raise BadCore(f"no member is called {member!r}")
    _change_cores(settings, lambda listed: listed.with_home(member, core))


def change_key(
    settings: Settings, system: str, step: KeyStep, *, at: datetime, at_once: bool = False
) -> None:
    """Take one step of changing the keys with which a system signs and to which others seal. Raises CannotChange."""
    rings = {entry.id: entry.institution for entry in entries(settings)}
    rings |= {core.id: core.id for core in cores(settings).here}
    rings |= {f"gateway.{member}": "gateway" for member in sandbox_members(settings)}
    if system not in rings:
        raise CannotChange(f"no system of this platform is called {system!r}")
    with locked(settings.home / "keys.lock"):
        match step:
            case KeyStep.ADD:
                key_changes.add(settings, system, _ring(settings, rings[system]), at)
            case KeyStep.USE:
                key_changes.use(settings, system, at)
            case KeyStep.DROP:
                key_changes.drop(settings, system, at, at_once=at_once)
    ensure_keys(settings)


def _change_cores(settings: Settings, change: Callable[[Cores], Cores]) -> None:
    private_folder(settings.keys)
    with locked(settings.home / "keys.lock"):
        write_cores(settings, change(cores(settings)))
    ensure_keys(settings)


def _ensure_core(settings: Settings, core: Core) -> System:
    """The keys of a further core; those of codes in as many generations as the first core has."""
    first, ring = _ring(settings, "network"), _ring(settings, core.id)
    if not ring.has(DJANGO_SECRET):
        ring.add_secret(DJANGO_SECRET)
    if not ring.has(LOG_KEY):
        ring.add_secret(LOG_KEY, LogSigner.generate(_log_origin(core.id)).to_bytes())
    held = ring.generations(CODE_KEYS) if ring.has(CODE_KEYS) else []
    for number in sorted(set(first.generations(CODE_KEYS)) - set(held)):
        ring.add_secret(CODE_KEYS, first.secret(CODE_KEYS, number))
    return _ensure_system(settings, _Entry(core.id, core.id, core.title), url=core.url)


def _log_url(settings: Settings, core: Core) -> str:
    """Where a core's log is served: of one that runs here, by its pages."""
    if core.log_url is not None:
        return core.log_url
    pages = next(one for one in registry.processes_of(core.id, settings) if one.name == core.id)
    return f"http://{pages.listen(settings)}/log"


def _log_origin(core: str) -> str:
    """Name of a core's log of records, as it stands on the first line of each checkpoint."""
    return f"{core}.mynumber.localhost/records"


def _sandbox_systems(settings: Settings, sandbox: Sandbox) -> tuple[System, ...]:
    """A vendor's member, of which the platform has the public keys only, the one it talks to, and the gateway tenants of both.

    Of a closed one the tenants alone, without kinds: they may not ask or be asked, and still answer for their records.
    """
    kinds, partner_kinds = (
        () if sandbox.is_closed else tuple(map(InstitutionKind.named, kinds))
        for kinds in (sandbox.kinds, sandbox.partner_kinds)
    )
    vendor = System(
        id=sandbox.member,
        name=sandbox.title,
        url=NOWHERE,
        signing_keys=(sandbox.signing_key,),
        sealing_keys=(sandbox.sealing_key,),
        kinds=sandbox.kinds,
    )
    partner = _ensure_system(
        settings, _Entry(sandbox.partner, SANDBOX_RING, sandbox.partner_title, partner_kinds), url=NOWHERE
    )
    gateways = (
        _Entry(f"gateway.{system.id}", "gateway", f"{system.name}の中間サーバー", listed)
        for system, listed in ((vendor, kinds), (partner, partner_kinds))
    )
    members = () if sandbox.is_closed else (vendor, partner)
    return (*members, *(_ensure_system(settings, entry) for entry in gateways))


def _members(settings: Settings) -> tuple[_Entry, ...]:
    pension = (
        InstitutionKind.PENSION_SERVICE,
        InstitutionKind.PUBLIC_PENSION_PAYER,
        InstitutionKind.ANY_LAW_PENSION_PAYER,
        # The Minister's authority about the national pension is exercised by the service (国民年金法第109条の4).
        InstitutionKind.MINISTER_OF_HEALTH,
    )
    return (
        *(
            _Entry(
                f"municipality.{code}", "municipality", local_government.find(code).name, _town_kinds(code)
            )
            for code in settings.towns
        ),
        _Entry("pension_service", "pension_service", "日本年金機構", pension),
        _Entry("digital_agency", "digital_agency", "デジタル庁", (InstitutionKind.PRIME_MINISTER,)),
    )


def _town_kinds(code: str) -> tuple[InstitutionKind, ...]:
    kind = local_government.find(code).kind
    kinds = [InstitutionKind.MUNICIPALITY]
    if kind in (LocalGovernmentKind.CITY, LocalGovernmentKind.SPECIAL_WARD):
        kinds.append(InstitutionKind.CITY)
    if kind is LocalGovernmentKind.SPECIAL_WARD or code in _HEALTH_CENTRE_CITIES:
        kinds.append(InstitutionKind.HEALTH_CENTRE_CITY)
    return tuple(kinds)


def _ensure_system(settings: Settings, entry: _Entry, *, url: str | None = None) -> System:
    ring = _ring(settings, entry.institution)
    if not ring.has(signing_name(entry.id)):
        ring.add_signing(signing_name(entry.id))
    if not ring.has(sealing_name(entry.id)):
        ring.add_sealing(sealing_name(entry.id))
    takes_part = is_core_id(entry.institution) or entry.institution in _BLIND
    if settings.blind and takes_part and not ring.has(blinding_name(entry.id)):
        ring.add_secret(blinding_name(entry.id), BlindKey.generate().scalar)
    signing = [
        ring.signing(signing_name(entry.id), n)
        for n in key_changes.signing_generations(settings, entry.id, ring)
    ]
    sealing = [
        ring.sealing(sealing_name(entry.id), n)
        for n in key_changes.sealing_generations(settings, entry.id, ring)
    ]
    return System(
        id=entry.id,
        name=entry.name,
        url=url or _url(settings, entry),
        signing_keys=tuple(key.public.to_jwk() for key in signing),
        sealing_keys=tuple(key.public.to_jwk() for key in sealing),
        kinds=tuple(kind.value for kind in entry.kinds),
        blind_key=next((listed_key(key, entry.id) for key in blind_keys(ring, entry.id).values()), None),
        doors={} if url else _doors(settings, entry),
    )


def _url(settings: Settings, entry: _Entry) -> str:
    """A process that acts as several systems is told by the path which of them a message is for."""
    port = registry.message_process(entry.institution, settings).port(settings)
    return f"http://127.0.0.1:{port}" + ("" if entry.id == entry.institution else f"/{entry.id}")


def _doors(settings: Settings, entry: _Entry) -> dict[str, str]:
    if entry.id != entry.institution or is_core_id(entry.institution):
        return {}
    doors = registry.message_doors(entry.institution)
    return {message: f"http://127.0.0.1:{process.port(settings)}" for message, process in doors.items()}


def _ensure_network_secrets(settings: Settings) -> None:
    ring = _ring(settings, "network")
    if not ring.has(CODE_KEYS):
        ring.add_secret(CODE_KEYS, CodeKeys.generate().to_bytes())
    if not ring.has(LOG_KEY):
        ring.add_secret(LOG_KEY, LogSigner.generate(_log_origin(FIRST_CORE)).to_bytes())
    vkey = LogSigner.from_bytes(ring.secret(LOG_KEY)).vkey
    write_private(settings.log_key, f"{vkey}\n".encode(), mode=0o644)


def _ensure_witness(settings: Settings) -> None:
    """The witness's key, and the policy that names log and witness to everybody who checks one of them."""
    ring = _ring(settings, "commission")
    if not ring.has(WITNESS_KEY):
        ring.add_secret(WITNESS_KEY, WitnessSigner.generate(WITNESS_NAME).to_bytes())
    log = LogSigner.from_bytes(_ring(settings, "network").secret(LOG_KEY)).verifier_key
    witness = WitnessSigner.from_bytes(ring.secret(WITNESS_KEY)).verifier_key
    urls = {process.name: f"http://{process.listen(settings)}" for process in registry.PROCESSES}
    policy = Policy(
        logs=(
            KnownLog(log, f"{urls['network']}/log"),
            *(_known_log(settings, core) for core in cores(settings).cores),
        ),
        witnesses=(KnownWitness("commission", witness, f"{urls['commission-api']}/witness"),),
        quorum="commission",
    )
    write_private(settings.log_policy, policy.to_text().encode(), mode=0o644)


def _known_log(settings: Settings, core: Core) -> KnownLog:
    _ensure_core(settings, core)
    return KnownLog(
        LogSigner.from_bytes(_ring(settings, core.id).secret(LOG_KEY)).verifier_key, _log_url(settings, core)
    )


def _ensure_identity_keys(settings: Settings) -> None:
    ring = _ring(settings, "portal")
    if not ring.has(IDENTITY_KEY):
        ring.add_signing(IDENTITY_KEY)
    for name in IDENTITY_SECRETS:
        if not ring.has(name):
            ring.add_secret(name)


def _publish(settings: Settings, systems: tuple[System, ...]) -> None:
    operator = _operator_key(settings)
    token = sign_directory(systems, operator, now=datetime.now(UTC))
    write_private(settings.directory_key, msgspec.json.encode(operator.public.to_jwk()), mode=0o644)
    write_private(settings.directory, token, mode=0o644)


def _operator_key(settings: Settings) -> SigningKey:
    ring = _ring(settings, DIRECTORY_RING)
    return ring.signing(DIRECTORY_KEY) if ring.has(DIRECTORY_KEY) else ring.add_signing(DIRECTORY_KEY)


def _ring(settings: Settings, name: str) -> KeyRing:
    folder = settings.keys / name
    return KeyRing.open(folder) if folder.exists() else KeyRing.create(folder)
