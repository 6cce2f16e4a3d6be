"""The report in sentences that a person can read, in Japanese and in English.

Nothing of the document or of the holder is in a sentence; times are Japan's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from mynumber.foundation.pki import JAPAN
from mynumber.foundation.validation.meanings import CheckName, Conclusion, Outcome, Reason
from mynumber.foundation.validation.report import Check, Remark, Report, SignatureReport


class Language(StrEnum):
    JAPANESE = "ja"
    ENGLISH = "en"


Words = tuple[str, str]
"""Japanese, English."""

CONCLUSIONS: dict[Conclusion, Words] = {
    Conclusion.TOTAL_PASSED: (
        "この署名は有効です。署名した人の電子証明書も、確かめた時点で有効です。",
        "The signature is valid, and so is the certificate of the person who signed.",
    ),
    Conclusion.INDETERMINATE: (
        "この署名が有効かどうか、いまは決められません。このままでは受け取らないでください。",
        "It cannot be said now whether the signature is valid. Do not accept it as it is.",
    ),
    Conclusion.TOTAL_FAILED: (
        "この署名は有効ではありません。受け取らないでください。",
        "The signature is not valid. Do not accept it.",
    ),
}

CHECKS: dict[CheckName, Words] = {
    CheckName.FORMAT: ("ファイルの形", "The file can be read"),
    CheckName.COVERAGE: ("署名が及ぶ範囲", "What the signature covers"),
    CheckName.CONTENT: ("内容が署名のときのままか", "The content is what was signed"),
    CheckName.SIGNATURE: ("署名の値", "The signature itself"),
    CheckName.ALGORITHM: ("暗号の強さ", "Strength of the algorithms"),
    CheckName.SIGNER: ("署名した人の電子証明書", "The signer's certificate is there"),
    CheckName.CHAIN: ("電子証明書の発行者", "Issuer of the certificate"),
    CheckName.VALIDITY: ("電子証明書の有効期間", "Validity of the certificate"),
    CheckName.POLICY: ("電子証明書の種類", "Kind of certificate"),
    CheckName.KEY_USAGE: ("鍵の使いみち", "Use of the key"),
    CheckName.REVOCATION: ("失効していないか", "Not revoked"),
    CheckName.TIME_STAMP: ("タイムスタンプ", "Time-stamp"),
}

OUTCOMES: dict[Outcome, Words] = {
    Outcome.PASSED: ("確認", "passed"),
    Outcome.FAILED: ("不合格", "failed"),
    Outcome.CANNOT_TELL: ("判定できず", "cannot tell"),
}

REASONS: dict[Reason, Words] = {
    Reason.HOLDS: ("確かめました。", "As it should be."),
    Reason.NOT_REACHED: (
        "ほかの点で止まったため、確かめていません。",
        "Not looked at, because another check stood in the way.",
    ),
    Reason.UNREADABLE: (
        "ファイルが壊れているか、署名の形が決まりに合いません。元のファイルをもう一度受け取ってください。",
        "The file is damaged or the signature is malformed. Ask for the original file again.",
    ),
    Reason.NOT_PROCESSED: (
        "確かめる途中でプログラムに問題が起きました。運営者に知らせてください。",
        "The program failed while it looked at the file. Tell its operator.",
    ),
    Reason.TOO_LARGE: (
        "ファイルが大きすぎるか、複雑すぎるため、確かめません。",
        "The file is too large or too complex to be looked at.",
    ),
    Reason.NO_SIGNATURE: ("このファイルには署名がありません。", "Nothing in this file is signed."),
    Reason.ENCRYPTED: (
        "ファイルが暗号化されています。パスワードを外したものを確かめてください。",
        "The file is encrypted. Check one without a password.",
    ),
    Reason.UNSUPPORTED: (
        "この形の署名は、ここでは確かめられません。",
        "Signatures of this form cannot be checked here.",
    ),
    Reason.ENTITIES: (
        "XMLに文書型宣言があります。危険なため読みません。",
        "The XML declares a document type. It is not read, because that is dangerous.",
    ),
    Reason.CONTENT_MISSING: (
        "署名の対象のファイルがありません。署名と一緒に送ってください。",
        "The signed content is not there. Hand it in together with the signature.",
    ),
    Reason.CONTENT_NOT_WANTED: (
        "別に渡された内容が、署名の中の内容と違います。",
        "The content that was handed in is not the one inside the signature.",
    ),
    Reason.LATER_ADDITIONS: (
        "署名のあとに、ほかの署名や検証のための情報だけが加えられています。内容は変わっていません。",
        "After signing only other signatures or data for validation were added. The content is unchanged.",
    ),
    Reason.COMMENTS_UNSIGNED: (
        "XMLの注釈（コメント）には署名が及びません。それ以外は全体に及びます。",
        "Comments in the XML are not signed. Everything else is.",
    ),
    Reason.ONLY_A_PART: (
        "署名は文書の一部にだけ及びます。ほかの部分は、だれも署名していません。",
        "The signature covers only a part of the document. Nobody signed the rest.",
    ),
    Reason.FORM_FILLED_LATER: (
        "署名のあとに、入力欄や注釈が変えられています。署名したときの版を確かめてください。",
        "Form fields or annotations were changed after signing. Look at the version that was signed.",
    ),
    Reason.CHANGED_AFTER_SIGNING: (
        "署名のあとに文書が変えられています。いま見えるものは、署名されたものではありません。",
        "The document was changed after signing. What you see is not what was signed.",
    ),
    Reason.UNSIGNED_BYTES: (
        "署名の及ばない部分が、署名の中や外に隠れています。",
        "Something that is not signed hides in or around the signature.",
    ),
    Reason.CONTENT_DIFFERS: (
        "内容が、署名されたときと違います。",
        "The content is not what was signed.",
    ),
    Reason.SIGNATURE_DIFFERS: (
        "署名が、この電子証明書の鍵によるものではありません。",
        "The signature was not made with the key of this certificate.",
    ),
    Reason.WEAK_ALGORITHM: (
        "弱いか、知られていない暗号方式が使われています。",
        "A weak or unknown algorithm is used.",
    ),
    Reason.NO_CERTIFICATE: (
        "署名した人の電子証明書が入っていないか、読めません。",
        "The signer's certificate is not there or cannot be read.",
    ),
    Reason.ANOTHER_CERTIFICATE: (
        "入っている電子証明書は、署名が指すものではありません。",
        "The certificate is not the one that the signature names.",
    ),
    Reason.UNTRUSTED: (
        "公的個人認証サービスが発行した電子証明書ではありません。",
        "The certificate was not issued by the public personal authentication service.",
    ),
    Reason.ISSUER_NOT_IN_FORCE: (
        "発行者（認証局）の証明書が、その時点で有効ではありません。",
        "The certificate of the issuer was not in force at that time.",
    ),
    Reason.NOT_YET_VALID: (
        "電子証明書の有効期間が始まる前の署名です。",
        "The signature is from before the certificate was valid.",
    ),
    Reason.EXPIRED: (
        "電子証明書の有効期間が終わったあとの署名です。",
        "The signature is from after the certificate expired.",
    ),
    Reason.EXPIRED_UNPROVEN: (
        "電子証明書の有効期間が終わっています。終わる前に署名したことを示すタイムスタンプがありません。",
        "The certificate has expired, and no time-stamp proves that the signature is older.",
    ),
    Reason.AUTHENTICATION_CERTIFICATE: (
        "利用者証明用電子証明書です。文書への署名には使えません。",
        "This is an authentication certificate. It does not sign documents.",
    ),
    Reason.WRONG_POLICY: (
        "署名用電子証明書ではありません。",
        "The certificate is not one for signing documents.",
    ),
    Reason.WRONG_KEY_USAGE: (
        "この鍵は、文書への署名に使うものではありません。",
        "The key is not one for signing documents.",
    ),
    Reason.REVOKED_LATER: (
        "いまは失効していますが、署名したときは有効でした。タイムスタンプが示しています。",
        "The certificate is revoked now but was good when it signed, as the time-stamp proves.",
    ),
    Reason.REVOKED: (
        "電子証明書が失効したあとの署名です。",
        "The signature is from after the certificate was revoked.",
    ),
    Reason.REVOKED_UNPROVEN: (
        "電子証明書は失効しています。失効の前に署名したことを示すタイムスタンプがありません。",
        "The certificate is revoked, and no time-stamp proves that the signature is older.",
    ),
    Reason.SUSPENDED: (
        "電子証明書は一時停止中です。再開されたら、もう一度確かめてください。",
        "The certificate is suspended. Check again when it is resumed.",
    ),
    Reason.NO_STATUS: (
        "この電子証明書の失効情報がありません。時間をおいて、もう一度確かめてください。",
        "There is no revocation information for this certificate. Check again later.",
    ),
    Reason.STATUS_STALE: (
        "失効情報が古くなっています。新しい情報が届いてから、もう一度確かめてください。",
        "The revocation information is out of date. Check again when newer information is there.",
    ),
    Reason.TIME_STAMP_BROKEN: (
        "タイムスタンプが、この署名のものではないか、壊れています。",
        "The time-stamp is not one of this signature, or is broken.",
    ),
    Reason.TIME_STAMP_UNTRUSTED: (
        "知らない時刻認証局のタイムスタンプです。ないものとして確かめました。",
        "The time-stamp is from an authority that is not known here. It counts as none.",
    ),
    Reason.TIME_STAMP_WITHOUT_STATUS: (
        "確かめました。ただし、時刻認証局の証明書が失効していないかは確かめていません。",
        "As it should be; but whether the time-stamping authority's certificate is revoked was not looked at.",
    ),
    Reason.TIME_STAMP_STATUS_UNKNOWN: (
        "時刻認証局の証明書の失効情報がありません。タイムスタンプはないものとして確かめました。",
        "There is no revocation information for the time-stamping authority. Its time-stamp counts as none.",
    ),
}

REMARKS: dict[Remark, Words] = {
    Remark.UNSIGNED_ATTRIBUTES: (
        "署名のあとに付けられる情報（タイムスタンプなど）が入っています。",
        "It holds data that is added after signing, such as time-stamps.",
    ),
    Remark.OTHER_CERTIFICATES: (
        "署名した人のもの以外の証明書が入っています。",
        "It holds other certificates than the signer's.",
    ),
    Remark.XML_COMMENTS: ("XMLの注釈には署名が及びません。", "XML comments are not signed."),
    Remark.UNUSUAL_FRAME: (
        "署名を包む枠（版番号や方式の一覧）が決まりと違います。署名の中身には関わりません。",
        "The frame around the signature (versions, lists of algorithms) is not as it should be. It says nothing of the content.",
    ),
    Remark.LATER_REVISIONS: (
        "署名のあとに加えられた版があります。",
        "Revisions were added after this signature.",
    ),
}


def chosen(words: Words, language: Language) -> str:
    """The words of a language."""
    return words[0] if language is Language.JAPANESE else words[1]


def check_in_words(check: Check, language: Language) -> str:
    """One check as a sentence: what, how it ended, why."""
    name, outcome = chosen(CHECKS[check.name], language), chosen(OUTCOMES[check.outcome], language)
    reason = chosen(REASONS[check.reason], language)
    return f"{name}：{outcome}。{reason}" if language is Language.JAPANESE else f"{name}: {outcome}. {reason}"


def in_words(report: Report, language: Language) -> list[str]:
    """The report in sentences, one a line: the conclusion first, then each signature with its checks."""
    lines = [chosen(CONCLUSIONS[report.conclusion], language)]
    several = len(report.signatures) > 1
    for number, signature in enumerate(report.signatures, start=1):
        if several:
            lines.append(f"署名{number}" if language is Language.JAPANESE else f"Signature {number}")
            lines.append(chosen(CONCLUSIONS[signature.conclusion], language))
        lines.extend(signature_in_words(signature, language))
    return lines


def signature_in_words(signature: SignatureReport, language: Language) -> Iterator[str]:
    """The deciding reason, the times, and every check of one signature."""
    if signature.conclusion is not Conclusion.TOTAL_PASSED:
        yield chosen(REASONS[signature.reason], language)
    for at, words in (
        (
            signature.claimed_at,
            ("署名した人が示す日時（証明はありません）", "The signer says that it was (without proof)"),
        ),
        (signature.proven_at, ("タイムスタンプが示す日時", "A time-stamp proves")),
        (signature.revoked_at, ("失効または一時停止の日時", "Revoked or suspended")),
    ):
        if at is not None:
            yield _with_time(chosen(words, language), at, language)
    for check in signature.checks:
        yield check_in_words(check, language)
    for remark in signature.coverage.remarks if signature.coverage else ():
        yield chosen(REMARKS[remark], language)


def _with_time(words: str, at: datetime, language: Language) -> str:
    local = at.astimezone(JAPAN)
    if language is Language.JAPANESE:
        clock = f"{local.hour}時{local.minute:02d}分{local.second:02d}秒"
        return f"{words}：{local.year}年{local.month}月{local.day}日 {clock}"
    return f"{words}: {local:%Y-%m-%d %H:%M:%S} (Japan)"
