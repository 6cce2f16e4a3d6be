"""Facts read strictly a second, beside bare msgspec decoding of the same bytes in the same run."""

from collections.abc import Callable, Iterator

import msgspec

from bench.report import Scale, Table, Tell
from bench.timing import COLUMNS, measure, rows
from mynumber.foundation.facts import LAYOUTS, edges, json_schema, layout_of, read_fact, sample
from mynumber.foundation.facts import rows as words
from mynumber.foundation.facts.faults import faults_of
from mynumber.foundation.facts.types import fact_type
from mynumber.foundation.law import InformationKind
from mynumber.protocols.facts import LocalTaxFact, decode_fact


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure what a gateway pays for each copy that it takes."""
    tell("facts")
    small = b'{"fiscal_year":2026,"total_income":1234567,"income_levy":41000,"dependants":2}'
    small_bare = msgspec.json.Decoder(LocalTaxFact)
    kind = InformationKind.LOCAL_TAX
    spoilt = small.replace(b"2026", b"26")
    layout = layout_of(kind)
    work: dict[str, Callable[[], object]] = {
        "bare decode into a struct by hand, 4 fields": lambda: small_bare.decode(small),
        "local_tax: decode_fact, 4 of 41 fields": lambda: decode_fact(kind, small),
        "local_tax: a fault found and named": lambda: faults_of(layout, spoilt),
        "local_tax: JSON Schema made": lambda: json_schema(layout),
    }
    peers = dict.fromkeys(work, "bare decode into a struct by hand, 4 fields")
    for name, which in (
        ("local_tax", "full"),
        ("vaccinations", "20 entries"),
        ("disability_services", "20 entries"),
    ):
        _measured(work, peers, name, which)
    costs = measure(work, scale.seconds(3), batch=200)
    yield Table("Facts (one core)", COLUMNS, rows(costs, peers))


def _measured(work: dict[str, Callable[[], object]], peers: dict[str, str], name: str, which: str) -> None:
    layout = LAYOUTS[name]
    values = edges(layout)["full"] if which == "full" else _many(name)
    body = msgspec.json.encode(values)
    untyped, typed = msgspec.json.Decoder(), msgspec.json.Decoder(fact_type(layout))
    fact = read_fact(layout, body)
    bare = f"{name}, {which}, {len(body)} bytes: bare decode into dicts"
    work |= {
        bare: lambda: untyped.decode(body),
        f"{name}, {which}: bare decode into its struct": lambda: typed.decode(body),
        f"{name}, {which}: read_fact": lambda: read_fact(layout, body),
        f"{name}, {which}: in words for a page": lambda: words(fact),
    }
    peers |= {label: bare for label in work if label.startswith(f"{name}, {which}")}


def _many(name: str) -> dict[str, object]:
    values = sample(LAYOUTS[name], 1)
    entries = [entry for seed in range(200) for entry in _entries(name, seed)]
    listed = "vaccinations" if name == "vaccinations" else "grants"
    return {**values, listed: entries[:20]}


def _entries(name: str, seed: int) -> list[object]:
    found = sample(LAYOUTS[name], seed)["vaccinations" if name == "vaccinations" else "grants"]
    return found if isinstance(found, list) else []
