"""The senders (送達元) of this firm, all made up, and the kinds of documents they send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mynumber.foundation.numbers.corporate import CorporateNumber


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document. form: xml or pdf."""

    name: str
    form: str
    items: tuple[tuple[str, str], ...]
    """What a document of the demonstration says, term and value; "@+210" is the day so many days after it is made."""
    keys: tuple[tuple[str, str], ...] = ()
    """Term and key, of what forms are filled with."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One firm."""

    key: str
    name: str
    english: str
    """For the certificate, whose names are printable ASCII."""
    corporate_number: str
    kinds: dict[str, Kind]


SENDERS: Final = {
    sender.key: sender
    for sender in (
        Sender(
            "aozora_life",
            "あおぞら架空生命保険",
            "Aozora Life Insurance (fictitious)",
            CorporateNumber.from_base("000000000101").digits,
            {
                "life_insurance_deduction": Kind(
                    "生命保険料控除証明書",
                    "xml",
                    (
                        ("適用制度", "新生命保険料"),
                        ("保険の種類", "終身保険"),
                        ("証明する期間", "令和8年1月から令和8年9月まで"),
                        ("証明額（円）", "63000"),
                        ("12月までの申告額（円）", "84000"),
                    ),
                ),
                "contract_notice": Kind(
                    "ご契約内容のお知らせ",
                    "pdf",
                    (
                        ("保険の種類", "終身保険"),
                        ("保険金額（円）", "5000000"),
                        ("次の払込み", "令和8年12月27日"),
                    ),
                ),
            },
        ),
        Sender(
            "minato_bank",
            "みなと架空銀行",
            "Minato Bank (fictitious)",
            CorporateNumber.from_base("000000000202").digits,
            {
                "annual_transaction_report": Kind(
                    "特定口座年間取引報告書",
                    "pdf",
                    (
                        ("対象の年", "令和7年"),
                        ("譲渡の対価の額（円）", "1204000"),
                        ("取得費および譲渡に要した費用（円）", "1130000"),
                        ("差引金額（円）", "74000"),
                    ),
                ),
                "loan_balance_certificate": Kind(
                    "住宅ローン年末残高証明書",
                    "xml",
                    (("借入れの日", "令和3年4月10日"), ("年末残高（円）", "18400000")),
                ),
            },
        ),
        Sender(
            "hidamari_clinic",
            "ひだまり架空クリニック",
            "Hidamari Clinic (fictitious)",
            CorporateNumber.from_base("000000000303").digits,
            {
                "clinic_note": Kind(
                    "妊娠の証明",
                    "xml",
                    (
                        ("診断した医療機関", "ひだまり架空クリニック"),
                        ("診断した日", "@-6"),
                        ("出産予定日", "@+210"),
                        ("胎児の数", "1"),
                    ),
                    (
                        ("診断した医療機関", "clinic"),
                        ("診断した日", "diagnosed_on"),
                        ("出産予定日", "due_date"),
                        ("胎児の数", "unborn"),
                    ),
                ),
                "doctor_opinion": Kind(
                    "傷病手当金の意見書",
                    "xml",
                    (
                        ("傷病名", "腰椎椎間板ヘルニア"),
                        ("労務不能と認めた期間", "令和8年10月5日から令和8年11月13日まで"),
                    ),
                    (("傷病名", "illness"),),
                ),
            },
        ),
    )
}
