"""The picture says in lines, list and table the same, and nothing of it leaves the drawing."""

import pytest
from django.utils import translation

from mynumber.platform.guide import picture
from mynumber.webkit.face.houses import HOUSES as FACES
from tests.webkit import faces

_ = faces  # sets Django up: the drawing asks it for the language

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


@LANGUAGES
def test_every_message_is_on_the_map_and_in_the_list(language: str) -> None:
    with translation.override(language):
        drawn = picture.draw_map()
        assert sorted(arrow.sign for arrow in drawn.arrows) == sorted(m.sign for m in picture.messages())
        words = {message.sign: message.short for message in picture.messages()}
        assert all(arrow.text.text == words[arrow.sign] for arrow in drawn.arrows)


@LANGUAGES
def test_every_house_is_drawn_apart_and_inside(language: str) -> None:
    with translation.override(language):
        drawn = picture.draw_map()
    assert len(drawn.stations) == len(picture.HOUSES)
    for here in drawn.stations:
        assert here.x + here.width <= drawn.width
        assert here.y + here.height <= drawn.height
        for there in drawn.stations:
            apart = (
                here.x + here.width <= there.x
                or there.x + there.width <= here.x
                or here.y + here.height <= there.y
                or there.y + there.height <= here.y
            )
            assert here is there or apart


def test_words_beside_the_wires_stay_on_the_map() -> None:
    for arrow in picture.draw_map().arrows:
        wide = 13 * len(arrow.text.text)
        left = {"start": 0.0, "middle": wide / 2, "end": float(wide)}[arrow.anchor]
        assert arrow.text.x - left >= 0
        assert arrow.text.x - left + wide <= picture.WIDTH


@LANGUAGES
def test_the_table_has_every_house_and_no_gap(language: str) -> None:
    with translation.override(language):
        table = picture.knowledge()
    assert len(table.rows) == len(picture.HOUSES)
    assert all(cell for row in table.rows for _, cell in row.cells)


def test_houses_are_those_of_the_faces() -> None:
    assert {house.house for house in picture.HOUSES} <= set(FACES)


def test_only_the_house_of_numbers_knows_the_individual_number() -> None:
    # The claim of the whole drawing; the case worker's register is said to be guarded apart.
    knowing = [house.key for house in picture.HOUSES if "個人番号" in house.knows[0]]
    assert knowing == ["jlis"]
