"""Measure and print: ``python -m bench [NAME...] [--quick]`` (``make bench`` runs all).

Nothing here judges a time: a machine is as fast as it is, and noisy. Each table holds the peer that its figures are compared with, measured
in the same run. docs/performance.md says how to read them.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import (
    certificates,
    codes,
    copies,
    core,
    envelope,
    events,
    exchanges,
    facts,
    law,
    night,
    ocsp,
    pages,
    population,
    residents,
    sign_ins,
    tlog,
)
from bench.place import STATE
from bench.report import Run, Scale, Table, Tell, save, this_machine

BENCHMARKS: dict[str, Callable[[Scale, Tell], Iterator[Table]]] = {
    "law": law.run,
    "codes": codes.run,
    "envelope": envelope.run,
    "facts": facts.run,
    "certificates": certificates.run,
    "population": population.run,
    "core": core.run,
    "exchanges": exchanges.run,
    "events": events.run,
    "copies": copies.run,
    "night": night.run,
    "tlog": tlog.run,
    "ocsp": ocsp.run,
    "sign_ins": sign_ins.run,
    "residents": residents.run,
    "pages": pages.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)} (default: all)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few seconds, to see that it runs; the figures mean nothing"
    )
    parser.add_argument(
        "--output", type=Path, default=STATE / "bench", help="folder for the JSON (default: var/bench)"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")

    machine = this_machine()
    print(machine.text())
    if arguments.quick:
        print("A quick run: it proves that the benchmarks work; its figures mean nothing.")
    print(flush=True)
    tables: list[Table] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=None)
        for name in arguments.names or BENCHMARKS:
            for table in BENCHMARKS[name](
                Scale(arguments.quick), lambda what: progress.update(task, description=what)
            ):
                tables.append(table)
                progress.stop()
                print(table.text(), flush=True)
                progress.start()
    file = save(Run(datetime.now(UTC), arguments.quick, machine, tables), arguments.output)
    print(f"Kept in {file}")


if __name__ == "__main__":
    main()
