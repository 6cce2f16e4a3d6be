"""The words in which a receipt is explained to a person, in Japanese and in English."""

from enum import StrEnum
from typing import Final

from mynumber.foundation.tlog.receipt import ReceiptReason


class Language(StrEnum):
    """Language of what is printed."""

    JAPANESE = "ja"
    ENGLISH = "en"


FIELDS: Final[dict[str, tuple[str, str]]] = {
    "index": ("台帳での番号", "Number in the log"),
    "request_id": ("照会番号", "Request id"),
    "kind": ("変化の種類", "Kind of change"),
    "subscriber_name": ("変化を知らされた機関", "Told of the change"),
    "subscriber": ("変化を知らされた機関（識別名）", "Told of the change (id)"),
    "publisher_name": ("変化を知らせた機関", "Told by"),
    "publisher": ("変化を知らせた機関（識別名）", "Told by (id)"),
    "grounds": ("知らされる根拠", "Grounds"),
    "occurred_at": ("変化の日時", "Time of the change"),
    "event_id": ("変化の番号", "Event id"),
    "sequence": ("知らされた機関での順番", "Place in the row of who was told"),
    "side": ("報告した側", "Reported by"),
    "event": ("できごと", "Event"),
    "outcome": ("結果", "Outcome"),
    "inquirer_name": ("照会した機関", "Inquirer"),
    "inquirer": ("照会した機関（識別名）", "Inquirer (id)"),
    "organisation": ("事務を担当する組織", "Organisation in charge"),
    "provider_name": ("提供する機関", "Provider"),
    "provider": ("提供する機関（識別名）", "Provider (id)"),
    "affair": ("事務", "Affair"),
    "affair_name": ("事務の名称", "Name of the affair"),
    "provision": ("根拠となる規定", "Provision of the law"),
    "legal_item": ("根拠となる項", "Item of the law"),
    "information": ("特定個人情報の種類", "Kind of information"),
    "information_name": ("特定個人情報の名称", "Name of the information"),
    "items": ("特定個人情報の項目", "Items of information"),
    "non_disclosure": ("不開示の指定", "Withheld from disclosure"),
    "at": ("日時", "Time"),
    "requested_at": ("照会の日時", "Time of request"),
    "asked_at": ("照会の日時", "Time of request"),
    "permitted_at": ("提供許可の日時", "Time of permit"),
    "provided_at": ("提供の日時", "Time of provision"),
    "valid_until": ("許可の期限", "Valid until"),
    "ended_at": ("終了の日時", "Time of end"),
    "recorded_at": ("記録の日時", "Time of record"),
    "hop": ("止まった所", "Where it stopped"),
    "reason": ("理由", "Reason"),
    "permit_digest": ("提供許可の指紋（SHA-256）", "Fingerprint of the permit (SHA-256)"),
    "request_digest": ("照会電文の指紋（SHA-256）", "Fingerprint of the request (SHA-256)"),
    "code": ("記録用の符号", "Code of the person in the records"),
    "record_code": ("記録用の符号", "Code of the person in the records"),
    "person": ("本人の印（番号ではありません）", "Mark of the person (not a number)"),
    "format": ("記録の形式", "Format of the record"),
}
"""Members of a record; one that is not listed is shown under its own name."""

VALUES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "outcome": {
        "open": ("照会中", "asked, not ended"),
        "permitted": ("提供許可", "permitted"),
        "waiting": ("回答待ち", "waiting for the provider's answer"),
        "provided": ("提供済み", "provided"),
        "no_data": ("該当情報なし", "no such information"),
        "refused": ("提供されず（拒否）", "refused"),
        "lost": ("提供済み（照会者に届かず）", "provided, but did not reach the inquirer"),
        "abandoned": ("中止", "abandoned"),
    },
    "side": {
        "network": ("情報提供ネットワークシステム", "the information network"),
        "inquirer": ("照会した機関", "the inquirer"),
        "provider": ("提供する機関", "the provider"),
    },
    "kind": {
        "birth": ("出生", "birth"),
        "death": ("死亡", "death"),
        "moved_in": ("転入", "moved in"),
        "moved_out": ("転出", "moved out"),
        "moved_within": ("転居", "moved within the municipality"),
        "name_changed": ("氏名の変更", "change of name"),
        "household_changed": ("世帯の変更", "change of household"),
        "tax_assessed": ("課税の決定・変更", "tax assessed or changed"),
        "account_registered": ("公金受取口座の登録・変更", "receiving account registered or changed"),
        "account_removed": ("公金受取口座の登録の抹消", "receiving account removed"),
        "benefit_awarded": ("給付の決定", "benefit awarded"),
        "benefit_changed": ("給付の改定", "benefit changed"),
        "benefit_stopped": ("給付の停止・消滅", "benefit stopped"),
        "notice": ("お知らせの送付", "notice sent"),
    },
    "hop": {
        "inquirer_gateway": ("照会側の中間サーバー", "the inquirer's gateway"),
        "network": ("情報提供ネットワークシステム", "the information network"),
        "provider_gateway": ("提供側の中間サーバー", "the provider's gateway"),
        "provider": ("情報提供者", "the provider"),
        "jlis": ("地方公共団体情報システム機構", "J-LIS"),
        "portal": ("マイナポータル", "Mynaportal"),
        "commission": ("個人情報保護委員会", "the Personal Information Protection Commission"),
        "acquirer": ("決済代行", "the payment processor"),
        "biller": ("納付先", "the body that is paid"),
    },
    "reason": {
        "malformed": ("電文の形が決まりに合わない", "the message was malformed"),
        "too_large": ("電文が大きすぎる", "the message was too large"),
        "unknown_sender": ("送り手が名簿にない", "the sender is not in the directory"),
        "unknown_key": ("署名の鍵が名簿にない", "the key is not in the directory"),
        "bad_signature": ("署名が電文と合わない", "the signature did not match"),
        "expired": ("電文の有効期限切れ", "the message had expired"),
        "not_yet_valid": ("電文の日時が未来", "the message was dated in the future"),
        "clock_off": ("機関の時計がずれている", "the clock of the institution was off"),
        "blind_off": ("符号を見せない照会は使えない", "blind inquiries are not used here"),
        "bad_proof": ("暗号化された符号の証明が正しくない", "the proof of the encrypted code was wrong"),
        "rate_limited": ("短い時間に照会が多すぎる", "too many inquiries in a short time"),
        "wrong_audience": ("宛先違い", "the message was for another receiver"),
        "wrong_kind": ("電文の種類違い", "the message was of another kind"),
        "replayed": ("同じ電文の二度目", "the message came a second time"),
        "wrong_institution": ("ほかの機関の名前での照会", "asked in another institution's name"),
        "not_entitled": ("認められていない機関からの電文", "the sender may not send this message"),
        "not_in_table": ("法令の表に、この照会を認める規定がない", "no row of the law's table allows it"),
        "unknown_provider": ("提供する機関が名簿にない", "the provider is not in the directory"),
        "unknown_code": ("この機関に発行された符号ではない", "not a code issued to this institution"),
        "no_code_held": ("この人の符号をまだ取得していない", "the inquirer holds no code for the person yet"),
        "provider_has_no_code": (
            "提供する機関が、この人の符号を持たない",
            "the provider holds no code for the person",
        ),
        "duplicate_request": ("同じ照会番号が使用済み", "the request id was used already"),
        "permit_used": ("提供許可は使用済み", "the permit was used already"),
        "permit_expired": ("提供許可の期限切れ", "the permit had expired"),
        "permit_not_yours": ("ほかの機関に出された提供許可", "the permit was another institution's"),
        "answer_not_bound": ("回答が照会と結び付いていない", "the answer was not bound to the question"),
        "no_copy": ("提供する機関に該当する情報がない", "the provider holds no such information"),
        "not_automatic": ("提供する機関の担当者の確認が必要", "a person at the provider must decide"),
        "provider_declined": (
            "提供する機関の担当者が提供しないと判断",
            "a person at the provider decided not to provide",
        ),
        "value_pending": (
            "提供する機関がこの情報を訂正している途中",
            "the provider was correcting this information",
        ),
        "provider_closed": ("提供する機関が回答できない時間帯", "the provider was outside its hours"),
        "unknown_upload": ("登録の続きが見つからない", "no such upload was under way"),
        "other_upload": ("同じ名前の別の登録", "another upload had this name"),
        "out_of_place": ("登録の順番が合わない", "a part of an upload came out of its place"),
        "record_unavailable": ("記録を書けないため停止", "records could not be written, so nothing moved"),
        "network_unreachable": (
            "情報提供ネットワークシステムにつながらない",
            "the network could not be reached",
        ),
        "provider_unreachable": ("提供する機関につながらない", "the provider could not be reached"),
        "abandoned": ("途中で止まった照会", "the inquiry stopped on its way"),
        "unreachable": ("相手のシステムにつながらない", "the other system could not be reached"),
        "unavailable": ("処理できない状態", "not able to work at that moment"),
        "unknown_record": ("その記録はない", "there is no such record"),
        "bad_document": (
            "付けた書類の送り主の署名が正しくない",
            "a sender's signature on a document was wrong",
        ),
    },
}
"""Values of some members; one that is not listed is shown as it is."""

BOOLEANS: Final = {True: ("あり", "yes"), False: ("なし", "no")}
NOTHING: Final = ("（なし）", "(none)")

HOLDS: Final = (
    "このレシートは正しいものです。",
    "This receipt holds.",
)
RECORD_HEADING: Final = ("記録の内容", "The record")
PROOF_HEADING: Final = ("確かめたこと", "What was checked")
FAILS: Final = (
    "このレシートは正しくありません。書かれている内容を信じないでください。",
    "This receipt does not hold. Do not believe what it says.",
)
CANNOT_CHECK: Final = ("確かめられませんでした。", "It could not be checked.")
WHAT_FAILED: Final = ("合わなかった点", "What failed")
NO_FILE: Final = (
    "レシートのファイルを読めません: {path}",
    "The receipt file cannot be read: {path}",
)
NO_KEY: Final = (
    "記録台帳の公開鍵のファイルを読めません: {path}。公表されている鍵（vkey）を保存し、--key で指定してください。",
    "The file with the log's public key cannot be read: {path}. Save the published key (vkey) and name it with --key.",
)
NO_WITNESS: Final = (
    "立会人の公開鍵のファイルを読めません: {path}。公表されている鍵（vkey）を保存し、--witness で指定してください。",
    "The file with the witness's public key cannot be read: {path}. Save the published key (vkey) and name it with --witness.",
)
BAD_KEY: Final = (
    "公開鍵として読めません: {path}。公表されている一行（vkey）をそのまま保存してください。",
    "This is no public key: {path}. Save the published line (vkey) as it is.",
)
IS_WITNESS_KEY: Final = (
    "これは立会人の鍵です: {path}。記録台帳の鍵を --key で、立会人の鍵は --witness で指定してください。",
    "This is the key of a witness: {path}. Name the log's key with --key, and those of witnesses with --witness.",
)
IS_LOG_KEY: Final = (
    "これは記録台帳の鍵です: {path}。台帳の鍵は --key で、立会人の鍵を --witness で指定してください。",
    "This is the key of a log: {path}. Name the log's key with --key, and those of witnesses with --witness.",
)
NO_POLICY: Final = (
    "方針（tlog-policy）のファイルを読めません: {path}",
    "The policy file (tlog-policy) cannot be read: {path}",
)
BAD_POLICY: Final = (
    "方針（tlog-policy）として読めません: {path} の {line} 行目。公表されているファイルをそのまま保存してください。",
    "This is no policy (tlog-policy): {path}, line {line}. Save the published file as it is.",
)

WRONG_FILES: Final[dict[str, tuple[str, str]]] = {
    "empty": ("ファイルが空です。もう一度保存してください。", "The file is empty. Save it again."),
    "page": (
        "これはホームページを保存したものです。レシートは「レシートを保存する」から保存してください。",
        "This is a saved web page. Save the receipt with its own button.",
    ),
    "pdf": (
        "これは PDF です。レシートは文字だけのファイルです。",
        "This is a PDF. A receipt is a file of plain text.",
    ),
    "key": (
        "これは公開鍵です。レシートを先に、鍵を --key で指定してください。",
        "This is a public key. Name the receipt first, and the key with --key.",
    ),
    "policy": (
        "これは方針（tlog-policy）です。レシートを先に、方針を --policy で指定してください。",
        "This is a policy (tlog-policy). Name the receipt first, and the policy with --policy.",
    ),
    "checkpoint": (
        "これは台帳のチェックポイントです。記録のレシートではありません。",
        "This is a checkpoint of a log, not the receipt of a record.",
    ),
    "other_proof": (
        "台帳の証明（tlog-proof）ですが、記録が入っていません。ほかのもののための証明です。",
        "This is a proof (tlog-proof) without a record: it is for something else.",
    ),
    "rewritten": (
        "中身はレシートですが、改行か文字コードが変わっています。編集のソフトで保存し直さず、元のファイルを使ってください。",
        "This is a receipt whose line ends or encoding were changed. Use the original file, not one that an editor has saved.",
    ),
    "json": ("これは JSON です。レシートではありません。", "This is JSON, not a receipt."),
}
"""What a file is that was taken for a receipt."""

CHECKED: Final = (
    (
        "記録台帳「{origin}」の署名が公開鍵と合いました。",
        "The signature of the log “{origin}” matches its public key.",
    ),
    (
        "この記録は、台帳の先頭から {size} 件のうち {position} 件目にあります（番号 {index}）。",
        "This record is entry {position} of the first {size} entries of the log (index {index}).",
    ),
    (
        "記録の内容は、一文字も変えられていません。",
        "Not one character of the record has been changed.",
    ),
)

COSIGNED: Final = (
    "立会人「{name}」が、{at}にこの台帳を確かめて署名しています。",
    "The witness “{name}” checked this log and signed at {at}.",
)
NOT_LOOKED_AT: Final = (
    "立会人の署名がほかに {count} 行ありますが、鍵を知らないので確かめていません（--witness または --policy で指定できます）。",
    "{count} more signatures of witnesses were not checked, because their keys are not known here (name them with --witness or --policy).",
)

FAILURES: Final[dict[ReceiptReason, tuple[str, str]]] = {
    ReceiptReason.MALFORMED: (
        "ファイルの形がレシート（tlog-proof）の決まりに合いません。途中で切れたり、書き換えられたりしたおそれがあります。",
        "The file is not in the form of a receipt (tlog-proof). It may have been cut or altered.",
    ),
    ReceiptReason.MALFORMED_RECORD: (
        "記録の部分が決まりの形ではありません。書き換えられたおそれがあります。",
        "The record is not in its form. It may have been altered.",
    ),
    ReceiptReason.MALFORMED_KEY: (
        "公開鍵が記録台帳の鍵ではありません。公表されている鍵を使ってください。",
        "The public key is not that of a log. Use the published key.",
    ),
    ReceiptReason.MALFORMED_CHECKPOINT: (
        "台帳の署名された部分（チェックポイント）が決まりの形ではありません。書き換えられたおそれがあります。",
        "The signed part (checkpoint) is not in its form. It may have been altered.",
    ),
    ReceiptReason.UNKNOWN_KEY: (
        "この公開鍵の記録台帳による署名がありません。別の台帳のレシートか、署名の行が書き換えられたものです。",
        "There is no signature of the log with this public key: a receipt of another log, or an altered signature line.",
    ),
    ReceiptReason.BAD_SIGNATURE: (
        "記録台帳の署名が合いません。チェックポイントか署名が書き換えられています。",
        "The signature of the log does not match: checkpoint or signature was altered.",
    ),
    ReceiptReason.WRONG_LOG: (
        "チェックポイントが別の記録台帳のものです。",
        "The checkpoint is of another log.",
    ),
    ReceiptReason.NOT_ENOUGH_WITNESSES: (
        "立会人の署名が足りません。台帳の署名だけでは、あなたにだけ違う台帳が見せられていないことを確かめられません。",
        "Too few witnesses signed: the log's signature alone does not show that everybody sees the same log.",
    ),
    ReceiptReason.WRONG_POSITION: (
        "記録の番号と証明の長さが台帳の大きさに合いません。番号か証明が書き換えられています。",
        "Index and length of the proof do not fit the size of the log: index or proof was altered.",
    ),
    ReceiptReason.NOT_INCLUDED: (
        "この内容の記録は台帳にありません。記録か証明が書き換えられています。",
        "The log holds no such record: the record or the proof was altered.",
    ),
}
