"""The picture of the landing page: every house, the wires between them, and what each knows of the person.

On a desk it is a map of three rows; on a phone two ways read from top to bottom. What is drawn is also said in words
(`messages`) and in a table (`knowledge`).
"""

from dataclasses import dataclass

from mynumber.webkit.face.figures import Drawing, DrawnStation, HopFigure, Line, Station, place_stations
from mynumber.webkit.face.language import is_english
from mynumber.webkit.face.parts import Table

WIDTH = 1100.0
_BOX = 256.0
_COLUMNS = (0.0, (WIDTH - _BOX) / 2, WIDTH - _BOX)
_GAP = 84.0
_TOP = 4.0


@dataclass(frozen=True, slots=True)
class House:
    """One house of the picture. `does_not_know` is said in the table only."""

    key: str
    house: str
    name: tuple[str, str]
    what: tuple[str, str]
    knows: tuple[str, str]
    does_not_know: tuple[str, str]

    def station(self, wire: str = "") -> Station:
        """The house as a box of a drawing, in the visitor's language."""
        return Station(self.house, _say(self.name), _say(self.what), _say(self.knows), wire=wire)


HOUSES = (
    House(
        "wallet",
        "wallet",
        ("住民の端末", "Resident's device"),
        ("カードを読み、暗証番号をたずね、署名する", "Reads the card, asks for the PIN, signs"),
        ("カードとその証明書", "The card and its certificate"),
        ("やりとりの中身", "What the institutions exchange"),
    ),
    House(
        "portal",
        "portal",
        ("マイナポータル", "Mynaportal"),
        ("本人に記録を見せ、レシートを渡す", "Shows residents their records and gives receipts"),
        ("証明書の番号とポータルの符号", "Certificate serial and its own code"),
        ("個人番号、やりとりの中身", "The individual number, the answers themselves"),
    ),
    House(
        "jlis",
        "jlis",
        ("地方公共団体情報システム機構", "J-LIS"),
        (
            "番号をつけ、カードを作り、符号のもとを渡す",
            "Assigns numbers, issues cards, hands on what codes are made from",
        ),
        ("個人番号、住民票コード、基本4情報", "Number, resident code, basic four attributes"),
        ("税・年金・口座・手当", "Tax, pensions, accounts, allowances"),
    ),
    House(
        "inquirer_gateway",
        "gateway",
        ("照会する側の中間サーバー", "Inquirer's gateway"),
        (
            "宛名番号を符号に置きかえ、照会に署名する",
            "Replaces the addressee number by a code, signs the inquiry",
        ),
        ("葛飾区の宛名番号と符号", "Katsushika's addressee number and code"),
        (
            "個人番号、住所、氏名（答えにある口座名義を除く）",
            "Number, address, name (but an account holder's, in that answer)",
        ),
    ),
    House(
        "network",
        "network",
        ("情報提供ネットワークシステム", "Information network"),
        (
            "法律の表で確かめ、記録してから許可を出す。答えは通らない",
            "Checks the table of the law, records, then permits. Answers do not pass here",
        ),
        ("符号だけ", "Codes only"),
        ("個人番号、氏名、住所、答えの中身", "Number, name, address, the answers"),
    ),
    House(
        "provider_gateway",
        "gateway",
        ("提供する側の中間サーバー", "Provider's gateway"),
        ("許可証を確かめ、副本から答えて封をする", "Checks the permit, answers from the copy and seals it"),
        ("その機関の宛名番号と符号", "That institution's addressee number and code"),
        (
            "個人番号、住所、氏名（答えにある口座名義を除く）",
            "Number, address, name (but an account holder's, in that answer)",
        ),
    ),
    House(
        "municipality",
        "municipality",
        ("葛飾区の手当の担当", "Case worker in Katsushika"),
        (
            "受給者と事務を選び、法律が許す事実だけを聞く",
            "Chooses person and affair, asks only what the law allows",
        ),
        ("宛名番号（住民の台帳は別に守る）", "Addressee number (the register is guarded apart)"),
        ("ほかの機関がその人につけた番号や符号", "Other institutions' numbers and codes"),
    ),
    House(
        "provider",
        "pension_service",
        ("八尾市・年金機構・デジタル庁", "Yao, Pension S., Digital Agency"),
        (
            "自分の台帳から副本を作り、前もって預ける",
            "Make copies from their registers and deposit them beforehand",
        ),
        ("それぞれの宛名番号", "Each its own addressee number"),
        ("だれの何の手当のためか以上のこと", "More than who asks and for which affair"),
    ),
)

# Where each house stands on the map: column, row.
_PLACES = {
    "wallet": (0, 0),
    "portal": (1, 0),
    "jlis": (2, 0),
    "inquirer_gateway": (0, 1),
    "network": (1, 1),
    "provider_gateway": (2, 1),
    "municipality": (0, 2),
    "provider": (2, 2),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that goes over a wire, in the order of the story. `sign` is its mark on the map."""

    sign: str
    short: tuple[str, str]
    words: tuple[str, str]


MESSAGES = (
    Message(
        "A",
        ("符号のもと", "code material"),
        (
            "前もって、機構が住民票コードから、機関ごとに違う符号をネットワークに作らせます。ネットワークは住民票コードを残しません。",
            (
                "Beforehand, J-LIS hands the network the resident code, from which it makes a different code for each institution; "
                "the network keeps none of it."
            ),
        ),
    ),
    Message(
        "B",
        ("副本", "copies"),
        (
            "前もって、提供する機関は自分の台帳の副本を中間サーバーに預けます。人は宛名番号と符号で区別します。",
            "Beforehand, providers deposit copies of their registers at their gateways, by addressee number and code.",
        ),
    ),
    Message(
        "1",
        ("宛名番号と照会", "inquiry"),
        (
            "担当者が聞くことを選ぶと、宛名番号を添えた照会が葛飾区の中間サーバーへ行きます。",
            "The case worker chooses what to ask; the inquiry goes to Katsushika's gateway with the addressee number.",
        ),
    ),
    Message(
        "2",
        ("葛飾区の符号", "Katsushika's code"),
        (
            "中間サーバーは宛名番号を葛飾区の符号に置きかえ、署名してネットワークへ送ります。",
            "The gateway replaces it by Katsushika's code, signs, and sends it to the network.",
        ),
    ),
    Message(
        "3",
        ("許可証", "permit"),
        (
            (
                "ネットワークは法律の表にその行があるか確かめ、先に記録してから許可証を返します。なければ断り、それも記録します。"
                "相手の符号は、相手だけが開ける封の中です。"
            ),
            (
                "The network looks for the row in the table of the law, records first, then returns a permit; without a row it refuses, "
                "and records that too. The provider's code is sealed for the provider."
            ),
        ),
    ),
    Message(
        "4",
        ("許可証と問い合わせ", "permit and question"),
        (
            "葛飾区の中間サーバーは、許可証を提供する側の中間サーバーに差し出します。許可証は一度しか使えません。",
            "Katsushika's gateway presents the permit to the provider's gateway. A permit is used once.",
        ),
    ),
    Message(
        "5",
        ("封をした答え", "sealed answer"),
        (
            "提供する側は副本から答えを作り、聞いた機関だけが開ける封をして返します。ネットワークは答えを見ません。",
            "The provider's gateway answers from the copy, sealed so that only the inquirer opens it. The network never sees it.",
        ),
    ),
    Message(
        "6",
        ("答え", "answer"),
        (
            "答えは出どころと法律の項を添えて担当者に届きます。三者がそれぞれ記録を残し、あとで突き合わせます。",
            "The answer reaches the case worker with its source and the item of the law. All three keep records that reconcile.",
        ),
    ),
    Message(
        "7",
        ("カードの署名", "signature"),
        (
            "本人は、自分の端末でカードと暗証番号を使い、マイナポータルに入ります。暗証番号は端末から出ません。",
            "The resident signs in to Mynaportal with card and PIN on the own device. The PIN never leaves it.",
        ),
    ),
    Message(
        "8",
        ("記録の求め", "request"),
        (
            "マイナポータルは、ポータルの符号を使ってネットワークに本人の記録を求めます。",
            "Mynaportal asks the network for the resident's records, with the portal's own code.",
        ),
    ),
    Message(
        "9",
        ("記録とレシート", "records, receipt"),
        (
            "本人は、だれが・だれに・何のために・法律のどの項で聞いたかを見て、レシートを保存します。断られた照会も載ります。",
            "The resident sees who asked whom, for what, under which item, refusals included, and saves a receipt.",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A wire of the map: its path, its head, its mark and its words."""

    path: str
    head: str
    sign: str
    at: Line
    text: Line
    anchor: str = "middle"
    prepared: bool = False


@dataclass(frozen=True, slots=True)
class Map:
    """The drawing for a desk."""

    width: float
    height: float
    stations: tuple[DrawnStation, ...]
    arrows: tuple[Arrow, ...]


def draw_map() -> Map:
    """All houses and wires."""
    figure = HopFigure(
        "map",
        "",
        tuple(house.station() for house in HOUSES),
        show_state=False,
        knows_label=_say(("本人を何で知るか", "Knows the person by")),
    )
    # English needs more lines than Japanese: the tallest box says how high a row is.
    row = max(box.height for box in place_stations(figure, [(0.0, 0.0, _BOX)] * len(HOUSES)))
    tops = tuple(_TOP + step * (row + _GAP) for step in range(3))
    places = [(_COLUMNS[column], tops[line], _BOX) for column, line in (_PLACES[h.key] for h in HOUSES)]
    stations = place_stations(figure, places, row_height=row)
    return Map(WIDTH, tops[2] + row + 6, stations, _arrows(tops, row))


@dataclass(frozen=True, slots=True)
class Way:
    """A way read from top to bottom, with its drawing."""

    figure: HopFigure
    drawing: Drawing


def ways() -> tuple[Way, ...]:
    """The drawings for a phone."""
    return tuple(Way(figure, Drawing.tall(figure)) for figure in _ways())


def _ways() -> tuple[HopFigure, HopFigure]:
    """The inquiry's way and the resident's way, read from top to bottom."""
    said = {message.sign: f"{message.sign}　{_say(message.short)}" for message in MESSAGES}
    box = {house.key: house for house in HOUSES}
    label = _say(("本人を何で知るか", "Knows the person by"))
    again = box["inquirer_gateway"]
    inquiry = (
        box["municipality"].station(said["1"]),
        again.station(said["2"]),
        box["network"].station(said["3"]),
        Station(
            again.house,
            _say(again.name),
            _say(("許可証を差し出し、直接たずねる", "Presents the permit and asks directly")),
            _say(again.knows),
            wire=said["4"],
        ),
        box["provider_gateway"].station(),
    )
    resident = (
        box["wallet"].station(said["7"]),
        box["portal"].station(said["8"]),
        box["network"].station(),
    )
    return (
        HopFigure(
            "inquiry-way", _say(("照会が通る道", "The way of an inquiry")), inquiry, show_state=False, knows_label=label,
            answer=_say(("5・6　封をした答えが、照会した側の中間サーバーへ直接戻り、担当者に届く", "5, 6  The sealed answer goes straight back to the inquirer's gateway and the case worker")),
        ),
        HopFigure(
            "resident-way", _say(("本人が見る道", "The resident's way")), resident, show_state=False, knows_label=label,
            answer=said["9"],
        ),
    )  # fmt: skip


def knowledge() -> Table:
    """What is drawn, as a table: each house, what it does, by what it knows the person, what it does not know."""
    return Table.build(
        _say(("それぞれの機関が本人について知ること", "What each house knows of the person")),
        [
            _say(("機関", "House")),
            _say(("すること", "What it does")),
            _say(("本人を何で知るか", "Knows the person by")),
            _say(("知らないこと", "Does not know")),
        ],
        [[_say(h.name), _say(h.what), _say(h.knows), _say(h.does_not_know)] for h in HOUSES],
    )


@dataclass(frozen=True, slots=True)
class SaidMessage:
    """A message in the visitor's language."""

    sign: str
    short: str
    words: str


def messages() -> tuple[SaidMessage, ...]:
    """What goes over the wires, in order."""
    return tuple(SaidMessage(m.sign, _say(m.short), _say(m.words)) for m in MESSAGES)


def _arrows(tops: tuple[float, ...], row: float) -> tuple[Arrow, ...]:
    short = {message.sign: _say(message.short) for message in MESSAGES}
    left, centre, right = _COLUMNS
    left_edge, right_edge = left + _BOX, right
    top_end, middle, middle_end, bottom = tops[0] + row, tops[1], tops[1] + row, tops[2]
    between_left = (left_edge + centre) / 2

    def up(sign: str, x: float, low: float, high: float, side: int, *, prepared: bool = False) -> Arrow:
        return _vertical(sign, x, low - 4, high + 4, side, short[sign], prepared)

    def down(sign: str, x: float, high: float, low: float, side: int) -> Arrow:
        return _vertical(sign, x, high + 4, low - 4, side, short[sign], False)

    return (
        _from_jlis("A", right - 4, centre + _BOX + 4, tops[0] + 92, middle + 62, short["A"]),
        up("B", right + _BOX / 2, bottom, middle_end, 1, prepared=True),
        up("1", left + 118, bottom, middle_end, -1),
        down("6", left + 168, middle_end, bottom, 1),
        _horizontal("2", left_edge + 4, centre - 4, middle + 62, between_left, short["2"]),
        _horizontal("3", centre - 4, left_edge + 4, middle_end - 50, between_left, short["3"]),
        _under("4", left_edge, right_edge, middle_end - 30, middle_end + 24, 44, short["4"]),
        _under("5", right_edge, left_edge, middle_end - 10, middle_end + 78, -18, short["5"]),
        _horizontal("7", left_edge + 4, centre - 4, tops[0] + 92, between_left, short["7"]),
        down("8", centre + 84, top_end, middle, -1),
        up("9", centre + 156, middle, top_end, 1),
    )


def _vertical(sign: str, x: float, start: float, end: float, side: int, words: str, prepared: bool) -> Arrow:
    step = 10 if end > start else -10
    middle = (start + end) / 2
    return Arrow(
        f"M{x:g} {start:g}V{end - step:g}",
        f"M{x:g} {end:g}l-6 {-step:g}h12z",
        sign,
        Line(sign, x, middle),
        Line(words, x + side * 20, middle + 5),
        "start" if side > 0 else "end",
        prepared,
    )


def _horizontal(sign: str, start: float, end: float, y: float, middle: float, words: str) -> Arrow:
    step = 10 if end > start else -10
    return Arrow(
        f"M{start:g} {y:g}H{end - step:g}",
        f"M{end:g} {y:g}l{-step:g} -6v12z",
        sign,
        Line(sign, middle, y),
        Line(words, middle, y - 20),
    )


def _from_jlis(sign: str, start: float, end: float, high: float, low: float, words: str) -> Arrow:
    """The wire from the house of numbers, right above, to the network's right side."""
    x = (start + end) / 2
    return Arrow(
        f"M{start:g} {high:g}H{x:g}V{low:g}H{end + 10:g}",
        f"M{end:g} {low:g}l10 -6v12z",
        sign,
        Line(sign, x, (high + low) / 2),
        Line(words, x + 20, (high + low) / 2 + 5),
        "start",
        prepared=True,
    )


def _under(sign: str, start: float, end: float, y: float, low: float, inset: float, words: str) -> Arrow:
    """A wire that passes below the network: out of one gateway's side, down, across, up into the other's side."""
    way = 1 if end > start else -1
    reach = 62 + (inset if way > 0 else -inset) * 0.5
    return Arrow(
        f"M{start + way * 4:g} {y:g}H{start + way * reach:g}V{low:g}H{end - way * reach:g}V{y:g}H{end - way * 14:g}",
        f"M{end - way * 4:g} {y:g}l{-way * 10:g} -6v12z",
        sign,
        Line(sign, WIDTH / 2, low),
        Line(words, WIDTH / 2, low + 28),
    )


def _say(words: tuple[str, str]) -> str:
    japanese, english = words
    return english if is_english() else japanese
