"""Drawings: nothing is lost, nothing leaves its box, nothing overlaps."""

from itertools import pairwise
from unicodedata import east_asian_width

from hypothesis import given
from hypothesis import strategies as st

from mynumber.webkit.face.figures import Drawing, HopFigure, HopState, Station, place_stations

WORDS = st.text("情報提供照会の符号を、確かめる。「許可」ABC 12", max_size=60)
STATIONS = st.builds(
    Station,
    house=st.sampled_from(["gateway", "network"]),
    name=st.text("市区町村中間サーバー", min_size=1, max_size=20),
    what=WORDS,
    knows=WORDS,
    state=st.sampled_from(HopState),
    wire=WORDS,
)
FIGURES = st.builds(
    HopFigure,
    ident=st.just("f"),
    title=st.just("題"),
    stations=st.lists(STATIONS, min_size=1, max_size=6).map(tuple),
    answer=WORDS,
    show_state=st.booleans(),
)


def width_of(text: str) -> float:
    """Full-width characters as the drawing counts them."""
    return sum(1.0 if east_asian_width(c) in "WFA" else 0.55 for c in text)


def squeezed(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


@given(FIGURES)
def test_every_word_is_drawn_whole(figure: HopFigure) -> None:
    for drawing in (Drawing.wide(figure), Drawing.tall(figure)):
        for station, drawn in zip(figure.stations, drawing.stations, strict=True):
            assert squeezed("".join(line.text for line in drawn.what)) == squeezed(station.what)
            assert squeezed("".join(line.text for line in drawn.name)) == squeezed(station.name)


@given(FIGURES)
def test_stations_stay_inside_and_apart(figure: HopFigure) -> None:
    for drawing in (Drawing.wide(figure), Drawing.tall(figure)):
        for drawn in drawing.stations:
            assert drawn.x >= 0
            assert drawn.x + drawn.width <= drawing.width + 0.01
            assert drawn.y >= 0
            assert drawn.y + drawn.height <= drawing.height
    wide, tall = Drawing.wide(figure), Drawing.tall(figure)
    assert all(here.x + here.width < there.x for here, there in pairwise(wide.stations))
    assert all(here.y + here.height < there.y for here, there in pairwise(tall.stations))


@given(FIGURES)
def test_text_stays_in_its_box(figure: HopFigure) -> None:
    for drawing in (Drawing.wide(figure), Drawing.tall(figure)):
        for drawn in drawing.stations:
            assert all(line.y < drawn.y + drawn.roof for line in drawn.name)
            assert all(drawn.y + drawn.roof < line.y < drawn.knows_y for line in drawn.what)
            assert all(drawn.knows_y < line.y < drawn.y + drawn.height for line in drawn.knows)
            # Closing marks hang past the line's end, two at the most.
            assert all(width_of(line.text) * 13 <= drawn.width - 24 + 2 * 13 for line in drawn.what)


@given(st.text("あいう、。", min_size=1, max_size=80).filter(lambda text: text[0] not in "、。"))
def test_no_line_begins_with_a_closing_mark(words: str) -> None:
    figure = HopFigure("f", "題", (Station("network", "網", words, "符号"),))
    assert all(line.text[0] not in "、。" for line in Drawing.tall(figure).stations[0].what)


def test_a_refusal_is_said_in_words_and_stops_the_wire() -> None:
    stations = (
        Station("gateway", "中間サーバー", "", "", wire="照会"),
        Station("network", "ネットワーク", "", "", HopState.REFUSED, wire="許可"),
        Station("gateway", "相手", "", "", HopState.AHEAD),
    )
    drawing = Drawing.wide(HopFigure("f", "題", stations))
    assert [drawn.sign.text if drawn.sign else None for drawn in drawing.stations] == [
        None,
        "ここで拒否",
        None,
    ]
    assert [wire.state for wire in drawing.wires] == ["passed", "ahead"]


def test_places_of_ones_own_keep_a_common_row_height() -> None:
    figure = HopFigure("f", "題", (Station("network", "網", "記録する", "符号"),) * 2, show_state=False)
    here, there = place_stations(figure, [(0, 0, 200), (300, 0, 200)], row_height=180)
    assert (here.height, there.height) == (180, 180)
    assert here.sign is None
