"""The houses a visitor may stand in: name, wordmark and what each is for.

The accent colour of a house is in `static/face/face.css` under the same name (`data-house`). The mark is one
character, text and no emblem: government emblems, logos and mascots are never used.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class House:
    """One institution as its pages introduce it. `name` is the identifier of the institution (and its host name)."""

    name: str
    name_ja: str
    name_en: str
    mark: str
    role_ja: str
    role_en: str
    is_institution: bool = True

    @property
    def host(self) -> str:
        """The label of its host name: `pension-service` for `pension_service` (no underscore in host names)."""
        return self.name.replace("_", "-")


HOUSES: dict[str, House] = {
    house.name: house
    for house in (
        House(
            "guide",
            "マイナンバー制度の模型",
            "A working model of the My Number system",
            "案",
            "この模型の案内",
            "Guide to this model",
            is_institution=False,
        ),
        House(
            "municipality",
            "市区町村",
            "Municipality",
            "市",
            "住民記録と手当の審査",
            "Resident register and case work",
        ),
        House(
            "portal",
            "マイナポータル",
            "Mynaportal",
            "門",
            "じぶんの情報とそのやりとりを見る",
            "See your information and who asked for it",
        ),
        House(
            "network",
            "情報提供ネットワークシステム",
            "Information Provision Network System",
            "網",
            "照会を法律の表で確かめ、記録する",
            "Checks each inquiry against the law and records it",
        ),
        House(
            "gateway",
            "中間サーバー",
            "Gateway",
            "中",
            "機関の副本を預かり、照会と回答を運ぶ",
            "Keeps copies and carries inquiries and answers",
        ),
        House(
            "jlis",
            "地方公共団体情報システム機構",
            "Japan Agency for Local Authority Information Systems",
            "機",
            "番号、カード、電子証明書",
            "Numbers, cards and certificates",
        ),
        House(
            "pension_service",
            "日本年金機構",
            "Japan Pension Service",
            "年",
            "年金の給付",
            "Pension benefits",
        ),
        House(
            "digital_agency",
            "デジタル庁",
            "Digital Agency",
            "庁",
            "公金受取口座の登録",
            "Registry of receiving accounts",
        ),
        House(
            "commission",
            "個人情報保護委員会",
            "Personal Information Protection Commission",
            "委",
            "記録の台帳を見張り、立ち会いの署名をする",
            "Watches and cosigns the log of records",
        ),
        House(
            "acquirer",
            "決済代行（模型）",
            "Payment agent",
            "決",
            "カードとペイジーの支払いを受け付ける",
            "Takes payments by card and Pay-easy",
        ),
        House(
            "courier",
            "民間送達サービス（模型）",
            "Private delivery service",
            "届",
            "民間の書類をマイナポータルに届ける",
            "Delivers documents of private firms to the portal",
        ),
        House(
            "wallet",
            "住民の端末",
            "The resident's device",
            "端",
            "カードを持ち、暗証番号をたずね、署名する",
            "Holds the card, asks for the PIN, signs",
            is_institution=False,
        ),
    )
}


def house_named(name: str) -> House:
    """The house of that name; an unknown name gets a plain one, so that a page never fails for its header."""
    known = HOUSES.get(name)
    return known if known is not None else House(name, name, name, name[:1].upper() or "?", "", "")
