"""Codes a second, and their cost in bare scalar multiplications measured in the same run.

A conversion should cost little more than the one multiplication it is made of; issuing adds a hash to the group.
"""

import os
from collections.abc import Iterator

from rbcl import rbcl as group

from bench.report import Scale, Table, Tell
from bench.timing import COLUMNS, measure, rows
from mynumber.foundation.codes import Code, CodeKeys

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
