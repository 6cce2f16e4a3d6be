"""The decision on blind requests, by itself: what of the open mode it keeps, and when it says no to all of it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import msgspec
import pytest

from mynumber.foundation import law
from mynumber.foundation.blind import BlindKey, decrypt
from mynumber.foundation.codes import CodeKeys
from mynumber.institutions.network.blind.deciding import Person, judge_blind
from mynumber.institutions.network.core.decision import Judgement, judge
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.blind import (
    BlindPermitRequests,
    blind_request,
    key_id,
    listed_key,
    open_sheet_code,
    read_cipher,
)
from mynumber.protocols.directory import Directory, System
from mynumber.protocols.exchange import PermitRequests, RequestedPermit
from mynumber.protocols.refusal import Reason, Refused
from tests.support.directory import make_systems
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, KINDS, PENSION

READER_IDS = (f"gateway.{FORMER_CITY}", "network", "commission", "portal")
READERS = {name: BlindKey.generate() for name in READER_IDS}
KEYS = CodeKeys.generate().with_new_domains()
OLD, NEW = KEYS.versions
PERSON = "12345678901"
BASIS = law.legal_basis(date(2026, 11, 22))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    """As it is where everybody but the pension service takes part."""
    systems = make_systems(
        tmp_path_factory.mktemp("directory"),
        *(CITY, FORMER_CITY, PENSION, f"gateway.{PENSION}", *READER_IDS),
        kinds=KINDS,
    )
    return listed(systems.listed, READERS)


def listed(systems: tuple[System, ...], keys: dict[str, BlindKey]) -> Directory:
    return Directory(
        tuple(
            msgspec.structs.replace(
                one, blind_key=listed_key(keys[one.id], one.id) if one.id in keys else None
            )
            for one in systems
        )
    )


def request(version: int = NEW, **changes: object) -> RequestedPermit:
    code = KEYS.rotate(KEYS.issue(CITY, PERSON), CITY, version)
    asked = RequestedPermit(
        request_id=uuid4(),
        code=code.to_text(),
        provider=FORMER_CITY,
        affair=ALLOWANCE,
        information="local_tax",
        organisation="子育て支援課",
    )
    return msgspec.structs.replace(asked, **changes)


def judged(
    directory: Directory,
    *requests: RequestedPermit,
    live: tuple[int, ...] = (NEW,),
    at_core: Directory | None = None,
) -> tuple[tuple[Judgement, ...], tuple[Person, ...]]:
    pairs = [blind_request(one, inquirer=CITY, core="network", directory=directory) for one in requests]
    return judge_blind(
        BlindPermitRequests(
            inquirer=CITY,
            requests=tuple(one for one, _ in pairs),
            blinded=tuple(text for _, text in pairs),
        ),
        inquirer=CITY,
        core="network",
        directory=at_core or directory,
        basis=BASIS,
        keys=KEYS,
        live=live,
    )


def test_the_rule_and_the_codes_are_those_of_the_open_mode(directory: Directory) -> None:
    requests = [request(), request(information="family_register"), request(affair="1-1"), request()]
    blind, persons = judged(directory, *requests)
    opened = judge(
        PermitRequests(inquirer=CITY, requests=tuple(requests)),
        inquirer=CITY,
        directory=directory,
        basis=BASIS,
        keys=KEYS,
    )
    assert [(one.provision, one.refusal) for one in blind] == [(one.provision, one.refusal) for one in opened]
    key = READERS[f"gateway.{FORMER_CITY}"]
    codes = [
        tuple(open_sheet_code(text, {key_id(key.public): key}).to_text() for text in one.provider_codes)
        for one in blind
    ]
    assert codes == [one.provider_codes for one in opened]
    assert [one.record_code for one in blind] == [person.mark for person in persons]
    for person in persons:
        shown = decrypt(read_cipher(person.for_portal), READERS["portal"])
        assert shown == KEYS.issue("portal", PERSON)
        half = decrypt(read_cipher(person.for_records), READERS["network"])
        assert half != KEYS.issue(RECORD_DOMAIN, PERSON)


def test_nothing_is_decided_blindly_while_codes_change(directory: Directory) -> None:
    """Nobody could tell whether the provider holds the old or the new code; the wrong one would look like a person it does not know."""
    with pytest.raises(Refused) as refused:
        judged(directory, request(), live=(NEW, OLD))
    assert refused.value.reason is Reason.BLIND_OFF


def test_a_code_of_a_closed_version_is_nobodys(directory: Directory) -> None:
    (judgement,), persons = judged(directory, request(OLD))
    assert (judgement.refusal, persons) == (Reason.UNKNOWN_CODE, ())


def test_when_a_reader_takes_its_key_back_the_core_says_so(directory: Directory) -> None:
    for gone in READER_IDS:
        others = {name: key for name, key in READERS.items() if name != gone}
        (judgement,), persons = judged(directory, request(), at_core=listed(directory.systems, others))
        assert (judgement.refusal, persons) == (Reason.BLIND_OFF, ()), gone


def test_a_key_that_was_changed_meanwhile_makes_the_proof_void(directory: Directory) -> None:
    changed = listed(directory.systems, READERS | {"portal": BlindKey.generate()})
    (judgement,), _ = judged(directory, request(), at_core=changed)
    assert judgement.refusal is Reason.BAD_PROOF
