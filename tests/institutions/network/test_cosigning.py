"""The log for everyone, on real processes: core, web face, the commission's witness and monitor; and a log that forks for real."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from mynumber.foundation import tlog
from mynumber.foundation.tlog.receipt import Receipt, verify_receipt_under
from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.network.test_records import Person, run
from tests.support.everyone import Everyone
from tests.support.exchange import Exchange
from tests.support.waiting import eventually


def integrated(person: Person, events: int) -> list[int]:
    """The log indices of the person's entries, once they are published."""

    def look() -> list[int] | None:
        found = [event for record in person.records().records for event in record.events]
        return (
            [event.index for event in found]
            if len(found) >= events and all(e.integrated for e in found)
            else None
        )

    return eventually(look, f"{events} published entries")


def test_a_receipt_carries_the_witness_s_signature(everyone: Everyone) -> None:
    person = Person(everyone.exchange, "witnessed")
    everyone.exchange.inquire(person.at_city)
    for index in integrated(person, 3):
        text = person.receipt(index)
        verified = verify_receipt_under(text, everyone.commission.policy)
        assert [name for name, _ in verified.cosigned] == [everyone.commission.signer.name]
        # and without knowing the witness it holds by the log's signature alone
        assert tlog.verify_receipt(text, everyone.exchange.vkey).cosigned == ()


def test_the_published_checkpoint_is_cosigned_and_the_monitor_follows_it(everyone: Everyone) -> None:
    person = Person(everyone.exchange, "followed")
    everyone.exchange.inquire(person.at_city)
    size = max(integrated(person, 3)) + 1
    witnessed = eventually(lambda: everyone.cosigned(size), "a cosigned checkpoint")

    def followed() -> bool:
        logs = everyone.commission.state()["logs"]
        return bool(logs and logs[0]["size"] >= size)

    eventually(followed, "the monitor at that size")
    state = everyone.commission.state()
    assert state["logs"][0]["origin"] == witnessed.checkpoint.origin
    assert state["alarms"] == []
    assert everyone.commission.readiness().status == 200


def test_every_proof_can_be_made_from_what_is_served(everyone: Everyone) -> None:
    person = Person(everyone.exchange, "served")
    everyone.exchange.inquire(person.at_city)
    integrated(person, 3)
    shown = eventually(everyone.cosigned, "a cosigned checkpoint").checkpoint
    asked: list[str] = []

    def read(level: int, index: int, width: int) -> bytes:
        path = tlog.TileId(level, index, width).path()
        status, headers, body = everyone.get(f"/log/{path}")
        asked.append(path)
        assert (status, headers["content-type"]) == (200, "application/octet-stream")
        assert "immutable" in headers["cache-control"]
        assert len(body) == width * 32
        return body

    reader = tlog.hash_reader(shown.size, read)
    assert tlog.root_hash(shown.size, reader) == shown.root
    for index in range(shown.size):
        proof = tlog.inclusion_proof(index, shown.size, reader)
        leaf = reader([(0, index)])[0]
        tlog.verify_inclusion(leaf, index, shown.size, proof, shown.root)
    assert asked


def test_files_of_the_log_are_given_once_to_who_has_them(everyone: Everyone) -> None:
    person = Person(everyone.exchange, "cached")
    everyone.exchange.inquire(person.at_city)
    integrated(person, 3)
    for path, caching in (
        ("/log/checkpoint", "no-cache"),
        ("/log/key", "no-cache"),
        ("/log/tile/0/000.p/2", "public, max-age=31536000, immutable"),
    ):
        status, headers, body = everyone.get(path)
        assert status == 200
        assert headers["cache-control"] == caching
        again = everyone.get(path, **{"If-None-Match": headers["etag"]})
        assert (again[0] == 304 and not again[2]) or path == "/log/checkpoint"
        assert everyone.get(path, **{"If-None-Match": '"other"'})[2] == body or path == "/log/checkpoint"


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000",
        "tile/0/001.p/1",
        "tile/1/000.p/1",
        "tile/0/0",
        "tile/64/000",
        "tile/entries/000",
        "tile/entries/000.p/1",
        "tile/0/../0/000.p/1",
        "tile/8/0/000",
    ],
)
def test_what_the_tree_does_not_have_is_not_found(everyone: Everyone, path: str) -> None:
    assert everyone.get(f"/log/{path}")[0] == 404


@pytest.mark.thorough
def test_without_its_witness_the_log_goes_on_and_says_so_by_lacking_the_signature(
    fragile_everyone: Everyone,
) -> None:
    everyone = fragile_everyone
    person = Person(everyone.exchange, "alone")
    everyone.commission.witness.kill()
    everyone.exchange.inquire(person.at_city)
    text = person.receipt(integrated(person, 3)[0])
    assert tlog.verify_receipt(text, everyone.exchange.vkey).index >= 0
    with pytest.raises(tlog.ReceiptInvalid) as caught:
        verify_receipt_under(text, everyone.commission.policy)
    assert caught.value.reason is tlog.ReceiptReason.NOT_ENOUGH_WITNESSES
    everyone.commission.witness.start()
    eventually(everyone.cosigned, "the witness's signature after its return")


@pytest.mark.thorough
def test_a_second_log_under_the_same_key_is_found_by_monitor_and_witness(
    fragile_everyone: Everyone, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    everyone = fragile_everyone
    first = Person(everyone.exchange, "first")
    everyone.exchange.inquire(first.at_city)
    integrated(first, 3)
    true = eventually(lambda: everyone.cosigned(3), "a cosigned checkpoint").checkpoint
    eventually(lambda: everyone.commission.state()["logs"][0]["size"] == 3, "the monitor at that size")

    everyone.move_to(institution_database("network", migrated=True))
    second = Person(everyone.exchange, "second")
    everyone.exchange.inquire(second.at_city)
    integrated(second, 3)
    eventually(lambda: "fork" in everyone.commission.alarms(), "the alarm")
    evidence = everyone.commission.alarms()["fork"]
    false = _checkpoint_of(everyone.exchange, 3)
    assert false.root != true.root
    assert true.to_text() in evidence
    assert false.to_text() in evidence
    # the page of a monitor that was told does not go green, and the witness has not signed the other history
    eventually(lambda: everyone.commission.readiness().status == 503, "a monitor that is not well")
    assert "fork" in everyone.commission.readiness().text
    with psycopg.connect(everyone.exchange.network_database.url) as core:
        assert core.execute("SELECT count(*) FROM cosignature").fetchone() == (0,)


def _checkpoint_of(exchange: Exchange, size: int) -> tlog.Checkpoint:
    with psycopg.connect(exchange.network_database.url) as core:
        row = core.execute("SELECT note FROM checkpoint WHERE size = %s", [size]).fetchone()
    assert row is not None
    return tlog.verify_checkpoint(row[0], exchange.vkey)


def test_every_receipt_under_a_checkpoint_is_still_good_when_the_log_has_grown(everyone: Everyone) -> None:
    person = Person(everyone.exchange, "kept")
    everyone.exchange.inquire(person.at_city)
    index = integrated(person, 3)[0]
    old = Receipt.parse(person.receipt(index))
    everyone.exchange.inquire(person.at_city)
    integrated(person, 6)
    new = Receipt.parse(person.receipt(index))
    before, after = old.verify(everyone.commission.policy), new.verify(everyone.commission.policy)
    assert before.record == after.record
    assert before.size < after.size


@pytest.mark.thorough
def test_the_audit_checks_the_witness_s_signatures_too(fragile_everyone: Everyone) -> None:
    everyone = fragile_everyone
    person = Person(everyone.exchange, "audited")
    everyone.exchange.inquire(person.at_city)
    integrated(person, 3)
    eventually(everyone.cosigned, "a cosigned checkpoint")
    clean = run(everyone.exchange, "audit")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "立会人の署名 0 個" not in clean.stdout
    everyone.exchange.network.stop()
    with psycopg.connect(everyone.exchange.network_database.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE cosignature SET line = overlay(line placing 'AAAA' from length(line) - 30)")
    found = run(everyone.exchange, "audit")
    assert found.returncode != 0
    assert "立会人の署名が正しくありません" in found.stdout
