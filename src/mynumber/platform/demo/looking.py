"""Steps 5 and 6: the resident's view, and the same exchanges in the records of all three sides."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mynumber.platform.demo import case_worker
from mynumber.platform.demo.browser import Page
from mynumber.platform.demo.case_worker import Answer, CaseWorker
from mynumber.platform.demo.cast import Cast
from mynumber.platform.demo.resident import Line, Record, Resident
from mynumber.platform.demo.telling import StepFailed, Telling
from mynumber.platform.environment import base_environment
from mynumber.protocols.exchange import Outcome

_SHOWN_DIGITS: Final = 16
_COMMAND_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange as the resident sees it."""

    line: Line
    record: Record


def look_as_resident(cast: Cast, telling: Telling, resident: Resident, asked: Sequence[Answer]) -> list[Seen]:
    """Step 5: sign in with the card; the exchanges as the portal tells them, in the order in which they were asked."""
    tr = telling.tr
    telling.step(tr("本人が、カードでサインインして見る", "The resident signs in with the card and looks"))
    device = resident.ask_to_sign_in()
    said = device.root.facts()
    telling.facts(
        tr("住民の端末が、署名の前に見せること", "What the resident's device shows before signing"),
        telling.translated(
            [(term, said[term]) for term in ("求めている相手", "目的", "相手に渡るもの") if term in said],
        ),
    )
    resident.sign(device, cast.card.card_id, cast.card.pin)
    telling.done(
        tr(
            f"{cast.card.name}さんのカードが、暗証番号（****）で署名し、マイナポータルに入りました",
            f"The card of {cast.card.name} signed with its PIN (****); signed in to Mynaportal",
        )
    )
    lines = {line.request_id: line for line in resident.lines({one.request_id for one in asked})}
    seen = [
        Seen(lines[one.request_id], resident.record(lines[one.request_id], permitted=one.provided))
        for one in asked
    ]
    for one, answer in zip(seen, asked, strict=True):
        cells = one.line.cells
        telling.expect(
            one.record.outcome == answer.outcome and answer.source[case_worker.PROVIDER] == cells[2],
            tr("担当者の画面と同じ結果が載ること", "The list tells the same as the case worker's page"),
            " ".join(cells),
        )
    telling.table(
        (
            tr("日時", "When"),
            tr("だれが", "Who"),
            tr("だれに", "Whom"),
            tr("なんの事務のため", "For which affair"),
            tr("なにを", "What"),
            tr("表の項", "Item"),
            tr("結果", "Outcome"),
        ),
        ((one.line.cells[0].partition(" ")[2] or one.line.cells[0], *one.line.cells[1:]) for one in seen),
        ratios=(0, 2, 3, 5, 5, 2, 4),
    )
    legal = seen[0].record.facts
    telling.facts(
        tr("本人が読む、法律の根拠（一件目）", "The legal basis as the resident reads it (first record)"),
        telling.translated(
            [
                (term, legal[term])
                for term in ("命令", "表の項", "聞いてよい機関", "事務", "聞かれる機関", "情報")
                if term in legal
            ],
        ),
    )
    telling.step_done(
        tr(
            "三つの照会と、断られた照会が、本人に見えています",
            "She sees the three inquiries, and the refused one",
        )
    )
    return seen


def compare_the_sides(
    cast: Cast, telling: Telling, worker: CaseWorker, case: Page, seen: Sequence[Seen]
) -> None:
    """Step 6: the inquirer's, the network's and the provider's record of the same exchanges; they must agree."""
    tr = telling.tr
    telling.step(
        tr("同じやりとりの記録を、三つの側から見る", "The same exchanges in the records of all three sides")
    )
    page = worker.records(case)
    rows = []
    for one in seen:
        own = case_worker.own_record(page, one.line.request_id)
        outcome = Outcome(one.record.outcome).label_ja
        digest = own.facts.get(case_worker.DIGEST, "")
        rows.append(
            (
                str(one.line.request_id),
                own.outcome,
                outcome,
                f"{digest[:_SHOWN_DIGITS]}…" if digest else tr("許可なし", "no permit"),
            )
        )
        telling.expect(
            own.outcome == outcome,
            tr(
                "照会した側とネットワークの記録が同じ結果であること",
                "The inquirer's record and the network's have the same outcome",
            ),
            f"{own.outcome} / {outcome}",
        )
    telling.table(
        (
            tr("照会番号", "Request id"),
            tr("照会者の記録", "Inquirer's record"),
            tr("ネットワークの記録", "Network's record"),
            tr("許可の指紋", "Digest of the permit"),
        ),
        rows,
        ratios=(0, 1, 1, 0),
    )
    telling.say(
        tr(
            "照会者の記録は区のページ（中間サーバー）から、ネットワークの記録は本人のページから読みました。"
            "提供者の記録は、ネットワークの運営者が三者を突き合わせる命令で見ます。",
            "The inquirer's record was read from the ward's page (its gateway), the network's from the resident's page. "
            "The provider's is seen by the operator of the network, who compares all three.",
        )
    )
    _reconcile(cast, telling, (seen[0].line.request_id, seen[-1].line.request_id))
    telling.step_done(tr("三つの側の記録が一致しました", "The records of all three sides agree"))


def _reconcile(cast: Cast, telling: Telling, request_ids: Sequence[UUID]) -> None:
    named = (word for request_id in request_ids for word in ("--request-id", str(request_id)))
    arguments = ("network", "reconcile", *named)
    try:
        done = subprocess.run(  # noqa: S603 (our own command)
            [sys.executable, "-m", "mynumber.platform.cli", *arguments],
            env=base_environment(cast.settings),
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StepFailed(
            telling.tr("突き合わせの命令が終わること", "The command ends"), "timeout", telling.advice
        ) from None
    telling.command(f"mynumber {shlex.join(arguments)}", done.stdout)
    telling.expect(
        done.returncode == 0,
        telling.tr("三つの記録が一致すること", "The three records agree"),
        done.stderr.strip().rpartition("\n")[2] or f"exit status {done.returncode}",
    )
