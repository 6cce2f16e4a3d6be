"""Values that components draw."""

import pytest

from mynumber.webkit.face.houses import HOUSES, house_named
from mynumber.webkit.face.parts import Column, Kind, StepState, Table


def test_a_table_pairs_cells_with_columns() -> None:
    table = Table.build("記録", ["日", Column("件", number=True)], [["1日", 2]])
    assert table.rows[0].cells == ((Column("日"), "1日"), (Column("件", number=True), 2))


@pytest.mark.parametrize("row", [[], ["一"], ["一", 2, 3]])
def test_a_row_of_another_length_is_an_error(row: list[str | int]) -> None:
    with pytest.raises(ValueError, match="zip"):
        Table.build("記録", ["日", "件"], [row])


def test_every_state_of_a_step_has_words() -> None:
    assert len({state.words for state in StepState}) == len(StepState)


def test_each_house_has_its_own_mark_and_name() -> None:
    assert len({house.mark for house in HOUSES.values()}) == len(HOUSES)
    assert all(len(house.mark) == 1 and house.name_ja and house.name_en for house in HOUSES.values())


def test_an_unknown_house_still_has_a_page() -> None:
    assert house_named("tax_agency").mark == "T"


def test_an_unknown_tone_is_an_error() -> None:
    with pytest.raises(ValueError, match="shiny"):
        Kind("shiny")
