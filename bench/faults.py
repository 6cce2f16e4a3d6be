"""Kill -9 at random moments under load, many times: ``python -m bench.faults [--kills 200] [--seed N]``.

Two cores, two gateways, a durable PostgreSQL, witness and monitor; four inquirers that never pause and ask again what was not answered. At the end every
inquiry is accounted for. Ctrl-C ends the killing, and what was done is reckoned up. Status 1 when one is lost, a permit was used twice, or records and log do not agree. What is tried: docs/protocols/exchange.md.
"""

from __future__ import annotations

import argparse
import random
import secrets
import signal
import sys
import threading
import time

from tests.faults.campaign import Campaign, run
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


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.faults", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--kills", type=int, default=200, help="how many (default 200)")
    parser.add_argument("--seed", type=int, help="repeats the order of a run")
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
    for text in campaign.reckoning.wrong:
        print(f"WRONG: {text}")
    return 1 if campaign.reckoning.wrong else 0


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
