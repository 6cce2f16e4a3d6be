"""The same parsers, guided by coverage: ``python -m tests.fuzz.guided [--seconds 20] [TARGET...]``.

Needs atheris (libFuzzer for Python), which the tests do not: ``pip install atheris`` in a virtual environment of its own, or on PYTHONPATH. Each target
runs in a process of its own, from its samples; status 1 when one raised what it may not, ran for more than ten seconds or took over 512 MB.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MOST_MEGABYTES = 512
LONGEST_SECONDS = 10


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz.guided", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="names (default: all)")
    parser.add_argument("--seconds", type=int, default=20, help="for each target (default 20)")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        fuzz(arguments.inside, arguments.seconds)
    from tests.fuzz.targets import targets

    failed = 0
    for target in targets():
        if arguments.targets and target.name not in arguments.targets:
            continue
        command = (sys.executable, "-m", "tests.fuzz.guided", "--inside", target.name)
        done = subprocess.run(
            [*command, "--seconds", str(arguments.seconds)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        runs = re.search(r"stat::number_of_executed_units: *(\d+)", done.stderr)
        coverage = re.findall(r"cov: (\d+)", done.stderr)
        print(  # noqa: T201 - a program
            f"{target.name:30} {int(runs[1]) if runs else 0:>9,} runs  {coverage[-1] if coverage else '-':>6} places  "
            f"{'ok' if done.returncode == 0 else 'FAILED'}",
            flush=True,
        )
        if done.returncode != 0:
            failed += 1
            print(done.stderr[-3000:])  # noqa: T201
    return 1 if failed else 0


def fuzz(name: str, seconds: int) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris  # type: ignore[import-untyped, unused-ignore]

    with atheris.instrument_imports(include=["mynumber"]):
        from tests.fuzz.targets import target_named

    target = target_named(name)

    def one(data: bytes) -> None:
        try:
            target.read(data)
        except target.errors:
            return

    with tempfile.TemporaryDirectory() as corpus:
        for number, sample in enumerate(target.samples):
            (Path(corpus) / str(number)).write_bytes(sample)
        options = (
            f"-max_total_time={seconds}",
            f"-timeout={LONGEST_SECONDS}",
            f"-rss_limit_mb={MOST_MEGABYTES}",
            "-max_len=8192",
            "-print_final_stats=1",
            f"-artifact_prefix={tempfile.gettempdir()}/",
        )
        atheris.Setup([sys.argv[0], *options, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
