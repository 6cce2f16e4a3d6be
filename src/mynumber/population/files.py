"""Populations as folders of NDJSON files (format: `mynumber.population.records`)."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from mynumber.population.generator import generate
from mynumber.population.postal import municipality_of
from mynumber.population.records import (
    ACCOUNTS_FILE,
    INSURED_FILE,
    PENSIONS_FILE,
    RESIDENTS_FILE,
    SUMMARY_FILE,
    TAX_FILE,
    Resident,
    Summary,
)
from mynumber.population.towns import AS_OF

T = TypeVar("T", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()


def write(
    folder: Path,
    municipality: str,
    residents: int,
    seed: int,
    *,
    as_of: date = AS_OF,
    with_personas: bool = True,
    progress: Callable[[int], None] = lambda done: None,
) -> Summary:
    """Generate a population into `folder`, which is made if need be; files in it are replaced.

    `progress` is called after each batch with the number of residents it held, when the batch is in the files: until they are complete their
    names end in `.part`, and whoever likes may read along; the summary comes last. The files of former runs give way only when the new ones are
    complete. Raises MalformedNumber or UnknownLocalGovernment before anything is written.
    """
    government = municipality_of(municipality)
    batches = generate(government, residents, seed, as_of=as_of, with_personas=with_personas)
    folder.mkdir(parents=True, exist_ok=True)
    removed: list[Resident] = []
    counts = dict.fromkeys((RESIDENTS_FILE, TAX_FILE, PENSIONS_FILE, INSURED_FILE, ACCOUNTS_FILE), 0)
    households: set[int] = set()
    personas: list[str] = []
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / f"{name}.part").open("wb")) for name in counts}
        for batch in batches:
            for name, records in (
                (RESIDENTS_FILE, batch.residents),
                (TAX_FILE, batch.tax),
                (PENSIONS_FILE, batch.pensions),
                (INSURED_FILE, batch.insured),
                (ACCOUNTS_FILE, batch.accounts),
            ):
                _append(files[name], records)
                counts[name] += len(records)
            removed += batch.removed
            households.update(resident.household for resident in batch.residents)
            personas += [resident.persona for resident in batch.residents + batch.removed if resident.persona]
            for file in files.values():
                file.flush()
            progress(len(batch.residents))
        _append(files[RESIDENTS_FILE], removed)
    for name in counts:
        (folder / f"{name}.part").replace(folder / name)
    summary = Summary(
        municipality=government.code.digits,
        municipality_name=government.full_name,
        seed=seed,
        as_of=as_of,
        residents=counts[RESIDENTS_FILE],
        removed=len(removed),
        households=len(households),
        tax=counts[TAX_FILE],
        pensions=counts[PENSIONS_FILE],
        insured=counts[INSURED_FILE],
        accounts=counts[ACCOUNTS_FILE],
        personas=personas,
    )
    (folder / SUMMARY_FILE).write_bytes(msgspec.json.format(_encoder.encode(summary)) + b"\n")
    return summary


def read(path: Path, kind: type[T]) -> list[T]:
    """All lines of a file. Raises msgspec.DecodeError or msgspec.ValidationError for a line that is not of the kind."""
    return msgspec.json.Decoder(kind).decode_lines(path.read_bytes())


def _append(file: BinaryIO, records: Sequence[msgspec.Struct]) -> None:
    file.write(_encoder.encode_lines(records))
