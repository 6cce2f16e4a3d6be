"""``mynumber population create``: make a town of synthetic people, as files or straight into the municipality's register."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO, Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from mynumber.foundation.numbers import MalformedNumber, UnknownLocalGovernment
from mynumber.platform.commands.console import console, errors, fail
from mynumber.population.files import write
from mynumber.population.postal import municipality_of
from mynumber.population.records import Summary
from mynumber.population.towns import TOWN_RESIDENTS, TOWN_SEED

app = typer.Typer(name="population", help="模擬の住民をつくる (make synthetic people)", no_args_is_help=True)


@app.callback()
def population() -> None:
    """模擬の住民をつくる。実在の人のデータは使いません。(Synthetic people; no real person's data.)"""


@app.command()
def create(
    municipality: Annotated[str, typer.Option(help="全国地方公共団体コード6桁 (local government code)")],
    residents: Annotated[
        int, typer.Option(min=1, max=20_000_000, help="住民の数 (residents)")
    ] = TOWN_RESIDENTS,
    seed: Annotated[
        int, typer.Option(min=0, help="同じ値なら同じ人びと (same seed, same people)")
    ] = TOWN_SEED,
    output: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="ファイルだけを書くフォルダー (write files only, into this folder)"
        ),
    ] = None,
    personas: Annotated[bool, typer.Option(help="案内に登場する人物も含める (include the personas)")] = True,
) -> None:
    """住民をつくり、市区町村の住民基本台帳に入れる。--output ならファイルだけを書く。"""
    try:
        name = municipality_of(municipality).full_name
    except (MalformedNumber, UnknownLocalGovernment):
        fail(
            "市区町村のコードではありません。検査数字を含む6桁で指定してください (not the code of a municipality)",
            2,
        )
    if output is not None:
        summary = _into_files(output, municipality, residents, seed, name=name, personas=personas)
        console.print(_report(summary), soft_wrap=True)
        console.print(f"  {output}", soft_wrap=True)
        return
    with tempfile.TemporaryDirectory(prefix="mynumber-population-") as folder:
        begun = time.monotonic()
        summary = _into_register(Path(folder), municipality, residents, seed, name=name, personas=personas)
        seconds = time.monotonic() - begun
    console.print(_report(summary), soft_wrap=True)
    console.print(f"  台帳に入れました: {seconds:.1f} 秒、毎秒 {residents / max(seconds, 0.001):,.0f} 人")


def _into_register(
    folder: Path, municipality: str, residents: int, seed: int, *, name: str, personas: bool
) -> Summary:
    """Write the files while the municipality reads along with its own loader: only an institution opens its database."""
    command = [sys.executable, "-m", "mynumber.platform.cli", "run", "municipality", "load_population"]
    with (
        _bar(name, residents) as show,
        subprocess.Popen(  # noqa: S603 (our own command)
            [*command, "--growing", "--tenant", municipality, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as loader,
    ):
        assert loader.stdin is not None and loader.stdout is not None  # noqa: S101, PT018 (both are pipes)
        watcher = Thread(target=_watch, args=(loader.stdout, lambda done: show(min(done, residents))))
        watcher.start()
        growth = loader.stdin

        def tell(done: int) -> None:
            growth.write(b"\n")
            growth.flush()

        try:
            summary = _write(folder, municipality, residents, seed, personas=personas, progress=tell)
        except BrokenPipeError:
            # It has given up, and said why; its status tells us so below.
            summary = None
        finally:
            with suppress(BrokenPipeError):
                growth.close()
            watcher.join()
    if loader.returncode != 0 or summary is None:
        fail(
            "市区町村の台帳に入れられませんでした (the municipality did not load the residents)",
            loader.returncode or 1,
        )
    return summary


def _watch(lines: IO[bytes], show: Callable[[int], None]) -> None:
    """Show the loader's own count of those who are in; its other lines are for those who run it alone."""
    for line in lines:
        if line.startswith(b"progress "):
            show(int(line.split()[1]))


def _into_files(
    folder: Path, municipality: str, residents: int, seed: int, *, name: str, personas: bool
) -> Summary:
    with _bar(name, residents) as show:
        total = 0

        def tell(done: int) -> None:
            nonlocal total
            total += done
            show(total)

        return _write(folder, municipality, residents, seed, personas=personas, progress=tell)


@contextmanager
def _bar(name: str, residents: int) -> Iterator[Callable[[int], None]]:
    """A bar, and what moves it to a number of residents."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("人"),
        TimeElapsedColumn(),
        console=errors,
    ) as progress:
        task = progress.add_task(f"{name}の住民", total=residents)
        yield lambda done: progress.update(task, completed=done)


def _write(
    folder: Path,
    municipality: str,
    residents: int,
    seed: int,
    *,
    personas: bool,
    progress: Callable[[int], None],
) -> Summary:
    try:
        return write(folder, municipality, residents, seed, with_personas=personas, progress=progress)
    except UnknownLocalGovernment:
        fail("その市区町村には郵便の届く町域がありません (nobody lives there)", 2)
    except BrokenPipeError:
        raise
    except OSError as error:
        fail(f"{folder} に書けませんでした: {error.strerror}")


def _report(summary: Summary) -> str:
    return (
        f"{summary.municipality_name}: 住民 {summary.residents:,} 人、{summary.households:,} 世帯、"
        f"消除された記録 {summary.removed:,}、税 {summary.tax:,}、年金 {summary.pensions:,}、国民年金の被保険者 {summary.insured:,}、口座 {summary.accounts:,}"
    )
