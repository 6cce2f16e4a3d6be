"""The story in seven steps. Each step does what people do at the pages, and stops when something is not as it must be.

Two browsers are at work, the case worker's and the resident's; they share nothing but the platform.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final
from uuid import UUID

from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis, legal_basis
from mynumber.foundation.tlog import ReceiptInvalid, VerifierKey, verify_receipt
from mynumber.foundation.tlog.note import NoteRefused
from mynumber.foundation.tlog.receipt import ReceiptReason
from mynumber.foundation.tlog.receipt import words as receipt_words
from mynumber.foundation.tlog.receipt.report import DOES_NOT_HOLD, HOLDS, check_file
from mynumber.foundation.tlog.receipt.words import Language
from mynumber.platform.demo import case_worker, receipts
from mynumber.platform.demo.browser import Browser, NoAnswer, Page, WrongPage
from mynumber.platform.demo.case_worker import Answer, CaseWorker, Offer
from mynumber.platform.demo.cast import AFFAIR, UNLAWFUL, WANTED, Cast
from mynumber.platform.demo.resident import Line, Record, Resident
from mynumber.platform.demo.telling import StepFailed, Telling
from mynumber.platform.demo.words import TERMS
from mynumber.platform.environment import base_environment
from mynumber.platform.secret_files import private_folder, write_private
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason

STEPS: Final = 7
_JAPAN: Final = timezone(timedelta(hours=9))
_CITY: Final = frozenset(
    {InstitutionKind.MUNICIPALITY, InstitutionKind.CITY, InstitutionKind.HEALTH_CENTRE_CITY}
)
"""What a city with a welfare office and a health centre is in the table."""
_SHOWN_DIGITS: Final = 16
_COMMAND_SECONDS: Final = 120


def play(cast: Cast, telling: Telling) -> bool:
    """Tell the whole story. Returns whether every step did what it must; a failure has been explained."""
    tr = telling.tr
    try:
        _play(cast, telling)
    except StepFailed as failure:
        telling.failed(failure)
    except NoAnswer as silent:
        expected = tr("機関のページが開くこと", "The page of the institution opens")
        telling.failed(
            StepFailed(expected, tr(f"返事がありません：{silent}", f"No answer: {silent}"), _look(telling))
        )
    except WrongPage as wrong:
        page = wrong.page
        came = tr(
            f"「{page.heading}」({page.status}) が開きました", f"“{page.heading}” ({page.status}) opened"
        )
        expected = tr(
            f"ページに、次に要るものがあること（{wrong.wanted}）",
            f"The page holds what comes next ({wrong.wanted})",
        )
        telling.failed(StepFailed(expected, f"{came} {page.url} {page.problem}".rstrip(), _look(telling)))
    except (LookupError, ValueError) as unread:
        expected = tr("ページが、読めるとおりの形であること", "The page reads as it should")
        telling.failed(StepFailed(expected, f"{type(unread).__name__}: {unread}", _look(telling)))
    except OSError as error:
        expected = tr("ファイルを読み書きできること", "Files can be read and written")
        advice = tr(
            "mynumber up を実行した人と同じ利用者で実行してください。",
            "Run it as the user who ran `mynumber up`.",
        )
        telling.failed(StepFailed(expected, f"{error.filename}: {error.strerror}", advice))
    else:
        return True
    return False


def _play(cast: Cast, telling: Telling) -> None:
    tr = telling.tr
    telling.head(
        tr("児童扶養手当の物語", "The story of the child-rearing allowance"),
        tr(
            f"{cast.heroine.name}さんは、{cast.former_city}から{cast.login.town}へ引っ越し、児童扶養手当を申請しました。"
            "区は、書類を求める代わりに三つの機関へ聞きます。だれが何を聞いたかは、本人が自分で確かめられます。\n"
            "動いている模型のページを、担当者と本人のふたりのブラウザーで開いて進めます。人はすべて架空です。",
            f"{cast.heroine.name} moved from {cast.former_city} to {cast.login.town} and applies for the child-rearing allowance. "
            "Instead of asking her for papers, the ward asks three institutions, and she can see for herself who asked what.\n"
            "The story is played at the pages of the running model, in two browsers: the case worker's and hers. Everybody is made up.",
        ),
    )
    worker = CaseWorker(Browser(cast.settings.port), cast.desk)
    case = _open_case(cast, telling, worker)
    offers = _show_the_law(telling, case)
    case, answers = _ask(telling, worker, case, offers)
    case, refused = _ask_what_is_not_allowed(telling, worker, case)
    resident = Resident(Browser(cast.settings.port), cast.portal)
    records = _look_as_resident(cast, telling, resident, [*answers, refused])
    _compare_the_sides(cast, telling, worker, case, records)
    file = _check_receipt(cast, telling, resident, records[0])
    resident.sign_out(records[0].record.page)
    worker.sign_out(case)
    _sum_up(cast, telling, case, file)


# --- 1 -------------------------------------------------------------------------------------------


def _open_case(cast: Cast, telling: Telling, worker: CaseWorker) -> Page:
    tr = telling.tr
    telling.step(
        tr("窓口で：申請を受け付け、案件を開く", "At the counter: receive the application, open the case")
    )
    login = cast.login
    page = worker.sign_in(login.username, login.password)
    telling.say(
        tr(
            f"{login.town}の担当者（{login.username}）がサインインし、{cast.heroine.name}さんを住民記録で探して、案件を開きます。",
            f"The case worker of {login.town} ({login.username}) signs in, finds {cast.heroine.name} in the register, and opens the case.",
        )
    )
    case = worker.open_case(worker.find(page, cast.heroine.name, cast.birth), AFFAIR)
    facts = case.root.facts()
    _expect(
        telling,
        case.status == 200 and "受付番号" in facts,
        tr("案件のページが開くこと", "The page of the case opens"),
        f"{case.heading} ({case.status})",
    )
    shown = ("氏名", "生年月日・性別", "住所", "転入", "世帯の児童", "受付番号", "担当課")
    telling.facts(
        f"{tr('案件', 'Case')} {facts['受付番号']}",
        _translated(telling, [(term, facts[term]) for term in shown if term in facts]),
    )
    former = len(case_worker.answers(case))
    if former:
        telling.say(
            tr(
                f"この案件には、前に行った照会が{former}件あります。今回の照会は新しく行います。",
                f"The case holds {former} earlier inquiries. The inquiries of this run are new ones.",
            )
        )
    telling.step_done(tr("案件が開きました", "The case is open"))
    return case


# --- 2 -------------------------------------------------------------------------------------------


def _show_the_law(telling: Telling, case: Page) -> list[Offer]:
    tr = telling.tr
    telling.step(
        tr(
            "法律が、この事務のために、だれに何を聞いてよいと言っているか",
            "What the law lets this affair ask, and of whom",
        )
    )
    affair = _law().affair(AFFAIR)
    telling.say(
        tr(
            f"番号法第19条第8号の表（利用特定個人情報の提供に関する命令 第二条）、{affair.item_label}の項「{affair.words}」。"
            "表にないことは、聞けません。",
            f"The table of the Provision Order (Act art. 19(viii)), item {affair.item}: 「{affair.words}」. What is not in the table cannot be asked.",
        )
    )
    offers = case_worker.offers(case)
    for provision in affair.provisions:
        on_page = [offer for offer in offers if offer.provision == provision.id]
        _expect(
            telling,
            bool(on_page) and all(provision.information_words in offer.words for offer in on_page),
            tr(
                f"規定 {provision.id} が、法令の言葉のとおりにページにあること",
                f"Provision {provision.id} stands on the page in the words of the law",
            ),
            tr("ありません", "It does not"),
        )
    telling.table(
        (
            tr("規定", "Provision"),
            tr("だれに", "Of whom"),
            tr("なにを（法令の言葉）", "What (words of the law)"),
            tr("この模型で", "In this model"),
        ),
        (
            (
                provision.id,
                provision.provider_words,
                provision.information_words,
                tr("聞ける", "can be asked")
                if any(offer.choices for offer in offers if offer.provision == provision.id)
                else tr("相手がいない", "nobody there"),
            )
            for provision in affair.provisions
        ),
        ratios=(0, 3, 5, 2),
    )
    telling.step_done(
        tr(
            f"ページの{len(affair.provisions)}の規定は、法令の表と同じです",
            f"The {len(affair.provisions)} provisions on the page are those of the table",
        )
    )
    return offers


# --- 3 -------------------------------------------------------------------------------------------


def _ask(
    telling: Telling, worker: CaseWorker, case: Page, offers: Sequence[Offer]
) -> tuple[Page, list[Answer]]:
    tr = telling.tr
    telling.step(tr("三つの機関に聞く", "Ask three institutions"))
    offered = {value.split(":", 1)[1]: value for offer in offers for value, _ in offer.choices}
    wanted = [f"{information.value}:{provider}" for information, provider in WANTED]
    _expect(
        telling,
        all(one in offered for one in wanted),
        tr("三つの照会がページで選べること", "The three inquiries can be chosen on the page"),
        "、".join(one for one in wanted if one not in offered),
    )
    telling.way(
        (
            (
                "●",
                tr("区の担当課", "Case worker"),
                tr("宛名番号で聞く（個人番号は使わない）", "asks by addressee number, no individual number"),
            ),
            (
                "●",
                tr("照会側の中間サーバー", "Inquirer's gateway"),
                tr("宛名番号を符号に置きかえる", "replaces the addressee number by a code"),
            ),
            (
                "●",
                tr("情報提供ネットワーク", "Information network"),
                tr(
                    "法令の表で確かめ、記録してから、許可を出す",
                    "checks the table, records, then gives a permit",
                ),
            ),
            (
                "●",
                tr("提供側の中間サーバー", "Provider's gateway"),
                tr(
                    "許可を確かめ、副本から答え、封をする",
                    "checks the permit, answers from the copy, seals it",
                ),
            ),
            (
                "●",
                tr("照会側の中間サーバー", "Inquirer's gateway"),
                tr(
                    "封をあける。回答はネットワークを通らない",
                    "opens the seal; the answer never passed the network",
                ),
            ),
        )
    )
    before = _ids(case)
    case = worker.ask(case, [offered[one] for one in wanted])
    new = {
        (one.information, one.provider): one
        for one in case_worker.answers(case)
        if one.request_id not in before
    }
    answers = []
    for information, provider in WANTED:
        answer = new.get((information.value, provider))
        if answer is None:
            raise StepFailed(
                tr(
                    f"「{information.label_ja}」の照会が案件に載ること",
                    f"The case shows the inquiry for: {information.label_en}",
                ),
                f"{case.heading} ({case.status})",
                _look(telling),
            )
        _check_answer(telling, answer)
        provision = _law().provision(answer.provision)
        item = _law().affair(AFFAIR).item_label if provision else ""
        law = f"第二条の表の{item}の項、{answer.provision}" + (
            f"「{provision.information_words}」" if provision else ""
        )
        telling.facts(
            f"{_information(telling, information)} ← {answer.source[case_worker.PROVIDER]}",
            _translated(
                telling,
                [
                    (case_worker.LAW, law),
                    (case_worker.PERMITTED_AT, answer.source[case_worker.PERMITTED_AT]),
                    *answer.values,
                    (case_worker.PROVIDER, answer.source[case_worker.PROVIDER]),
                    (case_worker.AS_OF, answer.source[case_worker.AS_OF]),
                    ("照会番号", str(answer.request_id)),
                ],
            ),
            style="green",
        )
        answers.append(answer)
    telling.step_done(
        tr(
            "三つとも、法令の項にもとづいて許可され、答えが届きました",
            "All three were permitted under their item, and answered",
        )
    )
    return case, answers


def _check_answer(telling: Telling, answer: Answer) -> None:
    tr = telling.tr
    needed = {case_worker.PROVIDER, case_worker.LAW, case_worker.AS_OF, case_worker.PERMITTED_AT}
    _expect(
        telling,
        answer.provided
        and bool(answer.values)
        and answer.provision.startswith(f"{AFFAIR}-")
        and needed <= answer.source.keys(),
        tr(
            f"「{answer.title}」が、根拠、許可の日時、出所とともに提供されること",
            f"「{answer.title}」 is provided with its basis, permit time and source",
        ),
        " ".join(
            (answer.state, answer.outcome, answer.hop, answer.reason, answer.source.get(case_worker.WHY, ""))
        ),
    )


# --- 4 -------------------------------------------------------------------------------------------


def _ask_what_is_not_allowed(telling: Telling, worker: CaseWorker, case: Page) -> tuple[Page, Answer]:
    tr = telling.tr
    telling.step(tr("法律が認めない照会を、試す", "Try an inquiry that the law does not allow"))
    information, provider = UNLAWFUL
    law = _law()
    others = [affair for affair in law.affairs_of(_CITY) if law.find(_CITY, affair.id, _CITY, information)]
    telling.say(
        tr(
            f"同じ案件で、前の市に「{information.label_ja}」を聞いてみます。"
            f"市がほかの{len(others)}の事務のためになら聞ける情報ですが、児童扶養手当のためには、表に行がありません。",
            f"For the same case, ask the former city for “{information.label_en}”. "
            f"Cities may ask it for {len(others)} other affairs; for the child-rearing allowance the table has no row.",
        )
    )
    before = _ids(case)
    case = worker.ask_by_hand(case, information.value, provider)
    refused = next(
        (
            one
            for one in case_worker.answers(case)
            if one.request_id not in before
            and (one.information, one.provider) == (information.value, provider)
        ),
        None,
    )
    if refused is None:
        raise StepFailed(
            tr("断られた照会も案件に載ること", "The case shows the refused inquiry too"),
            f"{case.heading} ({case.status})",
            _look(telling),
        )
    _expect(
        telling,
        (refused.outcome, refused.hop, refused.reason)
        == (Outcome.REFUSED.value, Hop.NETWORK.value, Reason.NOT_IN_TABLE.value)
        and not refused.values,
        tr("ネットワークが「表にない」と断ること", "The network refuses it: not in the table"),
        " ".join((refused.state, refused.outcome, refused.hop, refused.reason)),
    )
    telling.way(
        (
            (
                "●",
                tr("照会側の中間サーバー", "Inquirer's gateway"),
                tr("符号に置きかえ、許可を求める", "replaces the number by a code, asks for a permit"),
            ),
            (
                "✗",
                tr("情報提供ネットワーク", "Information network"),
                tr("表に行がない。記録して、断る", "no row in the table: records it, refuses"),
            ),
            ("○", tr("提供側の中間サーバー", "Provider's gateway"), tr("何も届かない", "nothing arrives")),
        )
    )
    telling.facts(
        tr("断られました", "Refused"),
        _translated(
            telling,
            [
                (case_worker.REFUSED_BY, f"{refused.source[case_worker.REFUSED_BY]} [{refused.hop}]"),
                (case_worker.WHY, f"{refused.source[case_worker.WHY]} [{refused.reason}]"),
                ("照会番号", str(refused.request_id)),
            ],
        ),
        style="red",
    )
    telling.step_done(tr("断られ、情報は動きませんでした", "Refused, and nothing moved"))
    return case, refused


# --- 5 -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange as the resident sees it."""

    line: Line
    record: Record


def _look_as_resident(
    cast: Cast, telling: Telling, resident: Resident, asked: Sequence[Answer]
) -> list[Seen]:
    tr = telling.tr
    telling.step(tr("本人が、カードでサインインして見る", "The resident signs in with the card and looks"))
    device = resident.ask_to_sign_in()
    said = device.root.facts()
    telling.facts(
        tr("住民の端末が、署名の前に見せること", "What the resident's device shows before signing"),
        _translated(
            telling,
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
        _expect(
            telling,
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
        _translated(
            telling,
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


# --- 6 -------------------------------------------------------------------------------------------


def _compare_the_sides(
    cast: Cast, telling: Telling, worker: CaseWorker, case: Page, seen: Sequence[Seen]
) -> None:
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
        _expect(
            telling,
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
            telling.tr("突き合わせの命令が終わること", "The command ends"), "timeout", _look(telling)
        ) from None
    telling.command(f"mynumber {shlex.join(arguments)}", done.stdout)
    _expect(
        telling,
        done.returncode == 0,
        telling.tr("三つの記録が一致すること", "The three records agree"),
        done.stderr.strip().rpartition("\n")[2] or f"exit status {done.returncode}",
    )


# --- 7 -------------------------------------------------------------------------------------------


def _check_receipt(cast: Cast, telling: Telling, resident: Resident, seen: Seen) -> Path:
    tr = telling.tr
    telling.step(
        tr("レシートを保存し、だれにも頼らず確かめる", "Save the receipt, and verify it trusting nobody")
    )
    page = resident.receipt(seen.record)
    text = page.body.decode("utf-8", "replace")
    folder = private_folder(cast.settings.home / "demo")
    file = folder / page.url.rpartition("/")[2]
    file = file.with_name(f"receipt-{file.name}.txt")
    write_private(file, page.body)
    key_file = cast.settings.log_key
    key = _log_key(telling, key_file)
    report = check_file(file, key_file, telling.language)
    telling.command(f"mynumber receipt verify --log-key {_short(key_file)} {_short(file)}", report.text)
    _expect(
        telling,
        report.exit_code == HOLDS and _names(text, key, seen.line.request_id),
        tr("レシートが正しく、このやりとりのものであること", "The receipt holds, and is of this exchange"),
        report.text.strip(),
    )
    telling.done(
        tr("正しいレシートです。サーバーには何も聞いていません", "The receipt holds; no server was asked")
    )

    altered = file.with_name(f"{file.stem}-altered.txt")
    write_private(altered, receipts.change_one_bit_of_the_record(text).encode())
    report = check_file(altered, key_file, telling.language)
    telling.say(
        tr(
            "同じレシートの、記録の1ビットを変えると：",
            "The same receipt with one bit of its record changed:",
        )
    )
    telling.command(f"mynumber receipt verify --log-key {_short(key_file)} {_short(altered)}", report.text)
    _expect(
        telling,
        report.exit_code == DOES_NOT_HOLD and report.reason is not None,
        tr("変えたレシートが、理由とともに失敗すること", "The altered receipt fails with a reason"),
        report.text.strip(),
    )
    reasons = receipts.change_every_bit(text, key)
    bits = reasons.total()
    _expect(
        telling,
        not reasons[""],
        tr("どの1ビットを変えても失敗すること", "Every altered bit makes it fail"),
        tr(f"{reasons['']} ビットは変えても通りました", f"{reasons['']} altered bits still verified"),
    )
    pick = 0 if telling.language is Language.JAPANESE else 1
    telling.table(
        (tr("変えたビット", "Altered bits"), tr("失敗の理由", "Why it failed")),
        (
            (f"{count:,}", f"{receipt_words.FAILURES[ReceiptReason(reason)][pick]} [{reason}]")
            for reason, count in reasons.most_common()
            if reason
        ),
        ratios=(0, 1),
    )
    telling.step_done(
        tr(
            f"ファイルの{bits:,}ビットを一つずつ変えて、{bits:,}回とも失敗しました",
            f"Each of the {bits:,} bits of the file was changed alone: it failed {bits:,} times",
        )
    )
    return file


def _log_key(telling: Telling, file: Path) -> VerifierKey:
    try:
        return VerifierKey.parse(file.read_text(encoding="utf-8").strip())
    except (OSError, ValueError, NoteRefused) as error:
        raise StepFailed(
            telling.tr(f"台帳の公開鍵が {file} にあること", f"The public key of the log is in {file}"),
            type(error).__name__,
            _look(telling),
        ) from None


def _names(text: str, key: VerifierKey, request_id: UUID) -> bool:
    try:
        return verify_receipt(text, key).record.get("request_id") == str(request_id)
    except ReceiptInvalid:
        return False


# --- the end -------------------------------------------------------------------------------------


def _sum_up(cast: Cast, telling: Telling, case: Page, file: Path) -> None:
    tr = telling.tr
    settings = cast.settings
    telling.end(
        tr(
            f"すべての歩みが、そうなるべきとおりになりました（{telling.seconds:.0f}秒）",
            f"Every step did what it must ({telling.seconds:.0f} s)",
        ),
        (
            tr(
                "三つの事実が、法令の表の項にもとづいて、書類なしで届いた",
                "Three facts arrived under an item of the law, without a paper",
            ),
            tr(
                "表にない照会は、どこで、なぜ止まったかとともに断られた",
                "What is not in the table was refused, with hop and reason",
            ),
            tr(
                "本人は、断られたものも含めて、すべてのやりとりを見た",
                "The resident saw every exchange, the refused one too",
            ),
            tr("三つの側の記録が一致した", "The records of the three sides agree"),
            tr(
                "レシートはサーバーなしで確かめられ、1ビットの改ざんも見つかる",
                "The receipt verifies without a server, and one altered bit is found",
            ),
        ),
        (
            (tr("案内", "Guide"), settings.public_url(None) + "/"),
            (tr("担当者の案件", "The case"), case.url.partition("#")[0]),
            (tr("本人の履歴", "Her records"), f"{cast.portal}records/"),
            (tr("レシート", "The receipt"), _short(file)),
            (tr("全件の突き合わせ", "All records"), "mynumber network reconcile"),
            (tr("台帳の監査", "Audit of the log"), "mynumber network audit"),
        ),
    )


# --- helpers -------------------------------------------------------------------------------------


def _expect(telling: Telling, holds: bool, expected: str, found: str) -> None:
    if not holds:
        raise StepFailed(expected, found, _look(telling))


def _look(telling: Telling) -> str:
    return telling.tr(
        "mynumber status で全部の機関が動いているかを、mynumber logs 機関の名前 で何が起きたかを見てから、もう一度 mynumber demo を実行してください。",
        "See with `mynumber status` whether every institution runs, and with `mynumber logs NAME` what happened; then run `mynumber demo` again.",
    )


def _law() -> LegalBasis:
    """The table of today in Japan."""
    return legal_basis(datetime.now(UTC).astimezone(_JAPAN).date())


def _ids(case: Page) -> set[UUID]:
    return {one.request_id for one in case_worker.answers(case)}


def _information(telling: Telling, information: InformationKind) -> str:
    return telling.tr(information.label_ja, information.label_en)


def _translated(telling: Telling, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(telling.tr(term, TERMS.get(term, term)), words) for term, words in pairs]


def _short(path: Path) -> str:
    """The path as a person here would type it."""
    here = Path.cwd()
    return shlex.quote(os.path.relpath(path, here) if path.is_relative_to(here) else str(path))
