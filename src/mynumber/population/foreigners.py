"""Foreign residents: nationalities by their share, names in the Latin alphabet with readings, residence statuses.

Shares: 出入国在留管理庁「在留外国人統計」 (end of 2023), rounded. Names are common ones of each country, put together at random.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Nation:
    """A nationality with names between spaces, each as "ALPHABET/カタカナ" (and "/漢字" where the register shows kanji as well)."""

    japanese: str
    share: float
    families: str
    men: str
    women: str


NATIONS: Final = (
    Nation(
        "中国",
        25,
        "WANG/ワン/王 LI/リー/李 ZHANG/チャン/張 LIU/リウ/劉 CHEN/チェン/陳 YANG/ヤン/楊 ZHAO/チャオ/趙 ZHOU/チョウ/周",
        "WEI/ウェイ/偉 JUN/ジュン/軍 JIE/ジエ/杰 HAO/ハオ/浩 MING/ミン/明 LEI/レイ/磊 QIANG/チャン/強 YONG/ヨン/勇",
        "FANG/ファン/芳 NA/ナー/娜 MIN/ミン/敏 JING/ジン/静 LI/リー/麗 YAN/イェン/艶 XIU/シウ/秀 HONG/ホン/紅",
    ),
    Nation(
        "ベトナム",
        18,
        "NGUYEN/グエン TRAN/チャン LE/レー PHAM/ファム HOANG/ホアン VU/ヴー VO/ヴォー DANG/ダン BUI/ブイ DO/ドー",
        "VAN_HUNG/ヴァン_フン VAN_NAM/ヴァン_ナム DUC_ANH/ドゥック_アイン MINH_TUAN/ミン_トゥアン QUANG_HUY/クアン_フイ VAN_DUNG/ヴァン_ズン",
        "THI_LAN/ティ_ラン THI_HOA/ティ_ホア THI_MAI/ティ_マイ THU_HA/トゥー_ハー THI_HUONG/ティ_フオン NGOC_ANH/ゴック_アイン",
    ),
    Nation(
        "韓国",
        13,
        "KIM/キム/金 LEE/イ/李 PARK/パク/朴 CHOI/チェ/崔 JUNG/チョン/鄭 KANG/カン/姜 CHO/チョ/趙 YOON/ユン/尹",
        "MINJUN/ミンジュン/民俊 JIHOON/ジフン/志勲 SUNGHO/ソンホ/成浩 YOUNGSOO/ヨンス/英洙 DONGHYUN/ドンヒョン/東賢 JAEWON/ジェウォン/宰源",
        "JIWOO/ジウ/智友 SOYEON/ソヨン/素妍 EUNJI/ウンジ/恩智 MINJI/ミンジ/旼志 YOUNGHEE/ヨンヒ/英姫 SOOJIN/スジン/秀珍",
    ),
    Nation(
        "フィリピン",
        10,
        "SANTOS/サントス REYES/レイエス CRUZ/クルス BAUTISTA/バウティスタ GARCIA/ガルシア MENDOZA/メンドーサ RAMOS/ラモス FLORES/フローレス",
        "JOSE/ホセ MARK/マーク JOHN_PAUL/ジョン_ポール RICARDO/リカルド EDUARDO/エドゥアルド MICHAEL/マイケル CARLO/カルロ",
        "MARIA/マリア ANGELICA/アンジェリカ ROSE_ANN/ローズ_アン CRISTINA/クリスティーナ JENNIFER/ジェニファー MARICEL/マリセル",
    ),
    Nation(
        "ブラジル",
        7,
        "SILVA/シルヴァ SANTOS/サントス OLIVEIRA/オリヴェイラ SOUZA/ソウザ PEREIRA/ペレイラ COSTA/コスタ TANAKA/タナカ SATO/サトウ",
        "JOAO/ジョアン PEDRO/ペドロ LUCAS/ルーカス GABRIEL/ガブリエル RAFAEL/ラファエル CARLOS/カルロス MARCOS/マルコス",
        "ANA/アナ MARIANA/マリアナ JULIANA/ジュリアナ CAMILA/カミラ BEATRIZ/ベアトリス FERNANDA/フェルナンダ LARISSA/ラリッサ",
    ),
    Nation(
        "ネパール",
        6,
        "SHRESTHA/シュレスタ TAMANG/タマン GURUNG/グルン RAI/ライ THAPA/タパ ADHIKARI/アディカリ MAGAR/マガル",
        "RAM/ラム BIKASH/ビカス SURESH/スレス PRAKASH/プラカス DIPAK/ディパク ANIL/アニル SANTOSH/サントス",
        "SITA/シタ ANITA/アニタ SUNITA/スニタ PUJA/プジャ MAYA/マヤ SARITA/サリタ BINITA/ビニタ",
    ),
    Nation(
        "インドネシア",
        5,
        "WIJAYA/ウィジャヤ SANTOSO/サントソ SAPUTRA/サプトラ HIDAYAT/ヒダヤット KURNIAWAN/クルニアワン SETIAWAN/セティアワン",
        "BUDI/ブディ AGUS/アグス RIZKY/リズキー ANDI/アンディ DEDI/デディ FAJAR/ファジャル",
        "SITI/シティ DEWI/デウィ PUTRI/プトリ RINA/リナ SRI/スリ AYU/アユ",
    ),
    Nation(
        "米国",
        2,
        "SMITH/スミス JOHNSON/ジョンソン WILLIAMS/ウィリアムズ BROWN/ブラウン MILLER/ミラー DAVIS/デイヴィス TAYLOR/テイラー",
        "JAMES/ジェームズ ROBERT/ロバート MICHAEL/マイケル DAVID/デイヴィッド DANIEL/ダニエル ANDREW/アンドリュー",
        "MARY/メアリー JENNIFER/ジェニファー EMILY/エミリー SARAH/サラ JESSICA/ジェシカ LAURA/ローラ",
    ),
)

STATUSES_OF_ADULTS: Final = (
    ("永住者", 30),
    ("技術・人文知識・国際業務", 15),
    ("技能実習", 14),
    ("特定技能", 10),
    ("留学", 12),
    ("定住者", 8),
    ("日本人の配偶者等", 6),
    ("家族滞在", 5),
)
STATUS_OF_FAMILIES: Final = ("永住者", "家族滞在")
"""Of a child or a spouse: the head's if that is permanent, else 家族滞在."""


@dataclass(frozen=True, slots=True)
class ForeignName:
    """One part of a name."""

    alphabet: str
    kana: str
    kanji: str


@cache
def read_names(text: str) -> tuple[ForeignName, ...]:
    """Read names such as "THI_LAN/ティ_ラン WANG/ワン/王"."""
    parts = [(*name.replace("_", " ").split("/"), "") for name in text.split()]
    return tuple(ForeignName(alphabet, kana, kanji) for alphabet, kana, kanji, *_ in parts)
