"""CERTIFICATE-STATUS by signed message at the process that every sign-in asks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import SIGNATURE, serial_text
from mynumber.institutions.jlis.certification.words import CertificateReason, StoredState
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.certification import CHECK_STATUS, CertificateState, Purpose, StatusQuestion
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.institutions.jlis.status.service import Service
from tests.support.directory import NOWHERE, Systems, make_systems
from tests.support.exchange import Server, uvicorn_command
from tests.support.ports import free_port
from tests.support.waiting import eventually

CITY, GATEWAY = "municipality.131229", "gateway.municipality.131229"
answered: list[int] = []
"""How many certificates each answer of this module was about."""
GOOD, RESTING, ENDED, REPLACED, SIGNING = 1001, 1002, 1003, 1004, 1005


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Systems:
    """J-LIS itself listens nowhere: what is answered is answered at the door."""
    return make_systems(tmp_path_factory.mktemp("systems"), "jlis", "portal", CITY, GATEWAY)


@pytest.fixture(scope="module")
def service(systems: Systems, institution_database: Callable[..., InstitutionDatabase]) -> Iterator[Service]:
    """Running, with certificates in each state, and the portal as verifier of authentication alone."""
    database, port = institution_database("jlis", migrated=True), free_port()
    systems.with_doors({"jlis": {CHECK_STATUS.name: f"http://127.0.0.1:{port}"}})
    keyring = KeyRing.open(systems.keys("jlis"))
    keyring.add_secret("django")
    environment = {
        **systems.environment("jlis"),
        "DJANGO_SETTINGS_MODULE": "mynumber.institutions.jlis.settings",
        "DATABASE_URL": database.url,
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    server = Server("jlis", port, environment, systems.folder / "log", uvicorn_command("jlis", port))
    made = Service(database, keyring, server, systems.folder)
    made.add_authority()
    made.add_authority(SIGNATURE)
    # The portal is registered from the beginning (a migration does it), for everything.
    made.tables.execute(
        "UPDATE jlis_certification_verifier SET purposes = ARRAY['authentication'] WHERE system_id = 'portal'"
    )
    made.add_certificate(GOOD)
    made.add_certificate(RESTING, state=StoredState.SUSPENDED, reason=CertificateReason.REPORTED_LOST)
    made.add_certificate(ENDED, state=StoredState.REVOKED, reason=CertificateReason.RETURNED)
    made.add_certificate(REPLACED, state=StoredState.EXPIRED)
    made.add_certificate(SIGNING, kind="signature")
    made.start()
    yield made
    made.close()


def states(
    systems: Systems, *serials: int, sender: str = "portal", purpose: Purpose = Purpose.AUTHENTICATION
) -> list[CertificateState]:
    answer = wire.call(
        systems.node(sender.partition(".")[0]),
        CHECK_STATUS,
        StatusQuestion(purpose=purpose, serials=tuple(map(serial_text, serials))),
        sender=sender,
        receiver="jlis",
        hop=Hop.PORTAL,
        now=lambda: datetime.now(UTC),
    )
    assert [status.serial for status in answer.statuses] == list(map(serial_text, serials))
    answered.append(len(serials))
    return [status.state for status in answer.statuses]


def refusal(ask: Callable[[], object]) -> tuple[Hop, Reason]:
    with pytest.raises(Refused) as caught:
        ask()
    assert caught.value.is_signed
    return caught.value.hop, caught.value.reason


@pytest.mark.usefixtures("service")
def test_each_state_is_told_in_the_order_of_the_question(systems: Systems) -> None:
    unknown = 9999
    assert states(systems, ENDED, GOOD, unknown, SIGNING, RESTING, REPLACED) == [
        CertificateState.REVOKED,
        CertificateState.GOOD,
        CertificateState.UNKNOWN,
        CertificateState.UNKNOWN,  # of the other hierarchy
        CertificateState.SUSPENDED,
        CertificateState.EXPIRED,
    ]


def test_what_was_committed_before_the_question_is_in_the_answer(systems: Systems, service: Service) -> None:
    assert states(systems, GOOD) == [CertificateState.GOOD]
    service.set_state(GOOD, StoredState.SUSPENDED, CertificateReason.REPORTED_LOST)
    assert states(systems, GOOD) == [CertificateState.SUSPENDED]
    service.set_state(GOOD, StoredState.GOOD)
    assert states(systems, GOOD) == [CertificateState.GOOD]


@pytest.mark.usefixtures("service")
def test_nobody_else_is_told(systems: Systems) -> None:
    entitled = (Hop.JLIS, Reason.NOT_ENTITLED)
    assert refusal(lambda: states(systems, GOOD, purpose=Purpose.SIGNATURE)) == entitled, "not for this"
    assert refusal(lambda: states(systems, GOOD, sender=CITY)) == entitled, "not registered"
    assert refusal(lambda: states(systems, GOOD, sender=GATEWAY)) == entitled, "acts for others"


def test_answers_are_counted(systems: Systems, service: Service) -> None:
    states(systems, GOOD, RESTING)
    assert sum(answered) >= 2
    eventually(lambda: service.used("portal") == {"authentication_check": sum(answered)})


def test_other_messages_have_no_door_here(systems: Systems) -> None:
    assert systems.node("portal").directory.system("jlis").address_of("trust.v1") == NOWHERE
