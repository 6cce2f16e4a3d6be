"""Codes a second, and their cost in bare scalar multiplications measured in the same run.

A conversion should cost little more than the one multiplication it is made of; issuing adds a hash to the group.
"""

import os
from collections.abc import Iterator

from bench.report import Scale, Table, Tell
from bench.timing import COLUMNS, measure, rows
from mynumber.foundation import blind
from mynumber.foundation.codes import Code, CodeKeys
from mynumber.foundation.ristretto import group

BARE = "bare scalar multiplication"


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure codes."""
    tell("codes")
    keys = CodeKeys.generate(1).with_new_domains()
    scalar = group.crypto_core_ristretto255_scalar_random()
    point = group.crypto_core_ristretto255_random()
    code = keys.issue("municipality.131229", "12345678901")
    old = keys.rotate(code, "municipality.131229", 1)
    text = code.to_text()
    pension = keys.convert(code, "municipality.131229", "pension_service")
    hashed = os.urandom(64)
    costs = measure(
        {
            BARE: lambda: group.crypto_scalarmult_ristretto255(scalar, point),
            "bare hash to the group": lambda: group.crypto_core_ristretto255_from_hash(hashed),
            "issue": lambda: keys.issue("municipality.131229", "12345678901"),
            "convert": lambda: keys.convert(code, "municipality.131229", "pension_service"),
            "same person": lambda: keys.same_person(code, "municipality.131229", pension, "pension_service"),
            "rotate": lambda: keys.rotate(old, "municipality.131229", 2),
            "parse": lambda: Code.parse(text),
        },
        scale.seconds(5),
    )
    yield Table("Codes (one core)", COLUMNS, rows(costs, dict.fromkeys(costs, BARE)))
    tell("blind codes")
    yield _blind(keys, code, scale)


def _blind(keys: CodeKeys, code: Code, scale: Scale) -> Table:
    """The steps of a blind exchange, which the open one has one conversion for at the network."""
    city, record = "municipality.131229", "network.records"
    readers = [blind.BlindKey.generate() for _ in range(3)]
    public = [reader.public for reader in readers]
    asked = blind.request(code, public, context=b"")
    point = group.crypto_core_ristretto255_random()
    scalar = group.crypto_core_ristretto255_scalar_random()
    one, other = (
        blind.convert(blind.encrypt(code, public[1]), keys, city, record, key=public[1]) for _ in range(2)
    )
    comparison = blind.compare(one, other)
    costs = measure(
        {
            BARE: lambda: group.crypto_scalarmult_ristretto255(scalar, point),
            "convert (open)": lambda: keys.convert(code, city, "pension_service"),
            "inquirer: blind for three": lambda: blind.request(code, public, context=b""),
            "network: check that it is one code": lambda: blind.is_one_code(asked, public, context=b""),
            "network: convert, for one reader": lambda: blind.convert(
                asked.for_key(0), keys, city, "pension_service", key=public[0]
            ),
            "provider: open": lambda: blind.decrypt(asked.for_key(0), readers[0]),
            "keeper: blur and give its part": lambda: blind.share(
                blind.blur(comparison, context=b"").comparison, readers[1], context=b""
            ),
        },
        scale.seconds(5),
    )
    return Table("Blind codes (one core)", COLUMNS, rows(costs, dict.fromkeys(costs, BARE)))
