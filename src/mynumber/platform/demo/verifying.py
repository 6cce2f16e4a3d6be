"""Step 7: the receipt, verified without any server, and what becomes of it when a bit changes."""

import os
import shlex
from pathlib import Path
from uuid import UUID

from mynumber.foundation.tlog import Policy, ReceiptInvalid
from mynumber.foundation.tlog.receipt import ReceiptReason, verify_receipt_under
from mynumber.foundation.tlog.receipt import words as receipt_words
from mynumber.foundation.tlog.receipt.report import DOES_NOT_HOLD, HOLDS, check_file
from mynumber.foundation.tlog.receipt.trust import Untrusted, trust_policy
from mynumber.foundation.tlog.receipt.words import Language
from mynumber.platform.demo import receipts
from mynumber.platform.demo.cast import Cast
from mynumber.platform.demo.looking import Seen
from mynumber.platform.demo.resident import Resident
from mynumber.platform.demo.telling import StepFailed, Telling
from mynumber.platform.secret_files import private_folder, write_private


def check_receipt(cast: Cast, telling: Telling, resident: Resident, seen: Seen) -> Path:
    """Step 7: save the receipt of an exchange, verify it, and see it fail with any bit changed; where it was saved."""
    tr = telling.tr
    telling.step(
        tr("レシートを保存し、だれにも頼らず確かめる", "Save the receipt, and verify it trusting nobody")
    )
    page = resident.receipt(seen.record)
    text = page.body.decode("utf-8", "replace")
    index = page.url.rpartition("/")[2]
    file = private_folder(cast.settings.home / "demo") / f"receipt-{index}.txt"
    write_private(file, page.body)
    policy_file = cast.settings.log_policy
    policy = _policy(telling, policy_file)
    report = check_file(file, policy, telling.language)
    telling.command(f"mynumber receipt verify --policy {as_typed(policy_file)} {as_typed(file)}", report.text)
    telling.expect(
        report.exit_code == HOLDS and _names(text, policy, seen.line.request_id),
        tr("レシートが正しく、このやりとりのものであること", "The receipt holds, and is of this exchange"),
        report.text.strip(),
    )
    telling.done(
        tr("正しいレシートです。サーバーには何も聞いていません", "The receipt holds; no server was asked")
    )

    altered = file.with_name(f"{file.stem}-altered.txt")
    write_private(altered, receipts.change_one_bit_of_the_record(text).encode())
    report = check_file(altered, policy, telling.language)
    telling.say(
        tr(
            "同じレシートの、記録の1ビットを変えると：",
            "The same receipt with one bit of its record changed:",
        )
    )
    telling.command(
        f"mynumber receipt verify --policy {as_typed(policy_file)} {as_typed(altered)}", report.text
    )
    telling.expect(
        report.exit_code == DOES_NOT_HOLD and report.reason is not None,
        tr("変えたレシートが、理由とともに失敗すること", "The altered receipt fails with a reason"),
        report.text.strip(),
    )
    reasons = receipts.change_every_bit(text, policy)
    bits = reasons.total()
    telling.expect(
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


def _policy(telling: Telling, file: Path) -> Policy:
    try:
        return trust_policy(file, telling.language)
    except Untrusted as untrusted:
        raise StepFailed(
            telling.tr(
                f"台帳と立会人の公開鍵が {file} にあること", f"The keys of log and witness are in {file}"
            ),
            str(untrusted),
            telling.advice,
        ) from None


def _names(text: str, policy: Policy, request_id: UUID) -> bool:
    try:
        return verify_receipt_under(text, policy).record.get("request_id") == str(request_id)
    except ReceiptInvalid:
        return False


def as_typed(path: Path) -> str:
    """The path as a person here would type it."""
    here = Path.cwd()
    return shlex.quote(os.path.relpath(path, here) if path.is_relative_to(here) else str(path))
