"""All faults, and how much was tried and lost: ``python -m bench.faults [--kills 200] [--seed N] [--only-kills]`` (``make faults``).

First kill -9 at random moments under load: two cores, two gateways, a durable PostgreSQL, witness and monitor; four inquirers that never pause and
ask again what was not answered. After each restart all records are looked at, at the end every inquiry is accounted for. Ctrl-C ends the killing, and what was
done is reckoned up. Then the tests of all other faults. Status 1 when anything is lost, a permit was used twice, or records and log do not agree: docs/faults.md.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.faults.campaign import Campaign, run
from tests.faults.counts import VARIABLE, Count, counts
from tests.faults.place import Victim

from bench.report import Table, this_machine

SHARES = {
    Victim.NETWORK: 8,
    Victim.GATEWAY: 8,
    Victim.POSTGRES: 2,
    Victim.BACKEND: 1,
    Victim.EVERYTHING: 1,
}
"""How often each is killed, of twenty."""
ROOT = Path(__file__).parents[1]
OTHER_FAULTS = (
    "tests/faults/test_full_disk.py",
    "tests/faults/test_clocks.py",
    "tests/institutions/gateway/test_answers.py",
    "tests/institutions/gateway/test_attacks.py",
    "tests/institutions/gateway/test_crash.py",
    "tests/institutions/gateway/test_groups.py",
    "tests/institutions/gateway/test_instances.py",
    "tests/institutions/network/test_requests.py",
    "tests/institutions/mesh/test_faults.py",
    "tests/fuzz",
    "tests/openapi",
)
"""Tests of what is not a kill of the campaign. Most of them are in `make test` as well, some for longer here."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.faults", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--kills", type=int, default=200, help="how many (default 200)")
    parser.add_argument("--seed", type=int, help="repeats the order of a run")
    parser.add_argument("--only-kills", action="store_true", help="leave the other faults out")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(10**9)
    print(this_machine().text())
    print(f"seed {seed}", flush=True)
    begun = time.monotonic()
    interrupted = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    campaign = run(
        _victims(arguments.kills, seed),
        seed,
        lambda what: print(f"  {time.monotonic() - begun:5.0f} s  {what}", file=sys.stderr, flush=True),
        enough=interrupted.is_set,
    )
    for table in tables(campaign, time.monotonic() - begun):
        print(table.text(), flush=True)
    wrong = [*campaign.wrong, *campaign.reckoning.wrong]
    if arguments.only_kills or interrupted.is_set():
        others: list[Count] = []
    else:
        status, others = other_faults()
        if status:
            wrong.append("tests of other faults failed; see above")
    print(together(campaign, others, len(wrong)).text(), flush=True)
    for text in wrong:
        print(f"WRONG: {text}")
    return 1 if wrong else 0


def other_faults() -> tuple[int, list[Count]]:
    """Run their tests, the long ones too: the status of pytest, and what they counted."""
    with tempfile.NamedTemporaryFile(prefix="mynumber-faults-") as file:
        variables = {VARIABLE: file.name, "MYNUMBER_FAULTS": "1", "MYNUMBER_THOROUGH": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *OTHER_FAULTS],
            cwd=ROOT,
            env={**os.environ, **variables},
            check=False,
        )
        return done.returncode, counts(Path(file.name))


def together(campaign: Campaign, others: list[Count], wrong: int) -> Table:
    """The last table: every fault, how much was tried, how much was lost."""
    reckoning = campaign.reckoning
    table = Table("Every fault", ("fault", "of", "tried", "lost"))
    killed = f"kill -9 at {sum(campaign.kills.values())} random moments under load"
    table.rows.append((killed, "inquiries", reckoning.tried, reckoning.lost))
    table.rows += [(one.fault, one.of, one.tried, one.lost) for one in others]
    tried = reckoning.tried + sum(one.tried for one in others)
    lost = reckoning.lost + sum(one.lost for one in others)
    table.rows.append(("together", "", tried, lost))
    if wrong:
        table.notes.append(f"{wrong} things were WRONG: they follow")
    return table


def _victims(kills: int, seed: int) -> list[Victim]:
    """Each as often as its share says, in a random order."""
    victims = [victim for victim, share in SHARES.items() for _ in range(share)]
    chance = random.Random(seed)
    order: list[Victim] = []
    while len(order) < kills:
        order += chance.sample(victims, k=len(victims))
    return order[:kills]


def tables(campaign: Campaign, seconds: float) -> list[Table]:
    """What was killed, and what became of every inquiry."""
    killed = Table("Killed with SIGKILL under load", ("", "times"))
    killed.rows += [(name, times) for name, times in sorted(campaign.kills.items())]
    killed.rows.append(("together", sum(campaign.kills.values())))
    reckoning = campaign.reckoning
    table = Table("Inquiries", ("", "number"))
    table.rows += [
        ("tried", reckoning.tried),
        *((f"  {outcome}", number) for outcome, number in reckoning.outcomes.most_common()),
        ("  not taken: their inquirer had no answer", reckoning.never_taken),
        ("lost", reckoning.lost),
        ("permits given", reckoning.permits),
        ("permits used twice", reckoning.used_twice),
        ("asked again while processes were killed", campaign.asked_again),
        ("answers compared with the same question at the end", reckoning.told_again),
        ("messages without an answer", sum(campaign.no_answer.values())),
        *((f"  {what}", number) for what, number in campaign.no_answer.most_common()),
        ("entries of the log", reckoning.entries),
        ("times that all records were looked at after a restart, under load", campaign.looks),
        ("  records compared with the two others, together", campaign.compared),
        ("  most of them visibly pending at one look", campaign.pending),
        ("  differences", len(campaign.wrong)),
        ("halts with the product's own reconciliation and audit", campaign.halts),
    ]
    table.notes += [
        f"{seconds:,.0f} s; seed {campaign.seed}; two cores and two gateways behind one address each",
        "`lost` among the outcomes: provided, but the inquirer's gateway died before it held the answer; its inquirer is told so",
        reckoning.reconciliation,
        reckoning.audit,
        "every inquiry was asked once more at the end: what was not taken was done then, every other answer was the same as before",
    ]
    return [killed, table]


if __name__ == "__main__":
    sys.exit(main())
