"""Tables of parameters: hostile lines are refused with the reason and the line."""

import pytest

from mynumber.foundation.rules import MalformedTable, Month, NotInForce, Status, Table, TableFault
from mynumber.foundation.rules.table import COLUMNS

HEADING = ",".join(COLUMNS)
LINE = "base,,2024-04-01,2025-03-31,45500,yen,児童扶養手当法施行令,2_2,1,,verified,基本額"


def table_of(*lines: str) -> Table:
    return Table("t", "\n".join([HEADING, *lines]) + "\n")


def test_a_value_applies_on_both_end_days_and_not_beyond() -> None:
    table = table_of(LINE)
    assert table.yen(Month(2024, 4), "base").known() == 45_500
    assert table.yen(Month(2025, 3), "base").known() == 45_500
    for month in (Month(2024, 3), Month(2025, 4)):
        with pytest.raises(NotInForce):
            table.yen(month, "base")
    with pytest.raises(NotInForce):
        table.yen(Month(2024, 4), "base", "second")


def test_a_value_is_read_in_its_unit() -> None:
    with pytest.raises(TypeError, match="yen"):
        table_of(LINE).ratio(Month(2024, 4), "base")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE.replace("45500", "45,500"), TableFault.COLUMNS),
        (LINE.replace("45500", "４５５００"), TableFault.VALUE),
        (LINE.replace("45500", "-45500"), TableFault.VALUE),
        (LINE.replace("45500", "1e5"), TableFault.VALUE),
        (LINE.replace("45500", "45500.5"), TableFault.VALUE),
        (LINE.replace("45500", ""), TableFault.VALUE),
        (LINE.replace("45500,yen", "0.02.5,ratio"), TableFault.VALUE),
        (LINE.replace("45500,yen", "1/0,ratio"), TableFault.VALUE),
        (LINE.replace("45500,yen", "2 13,months"), TableFault.VALUE),
        (LINE.replace("45500,yen", "4 2,months"), TableFault.VALUE),
        (LINE.replace("45500,yen", "2 2,months"), TableFault.VALUE),
        (LINE.replace("45500,yen", ",months"), TableFault.VALUE),
        (LINE.replace(",yen,", ",dollar,"), TableFault.VALUE),
        (LINE.replace("verified", "believed"), TableFault.VALUE),
        (LINE.replace("基本額", ""), TableFault.VALUE),
        (LINE.replace("base", "", 1), TableFault.VALUE),
        (LINE.replace("2024-04-01", "2024-13-01"), TableFault.PERIOD),
        (LINE.replace("2024-04-01", ""), TableFault.PERIOD),
        (LINE.replace("2024-04-01", "2025-04-01"), TableFault.PERIOD),
        (LINE.replace("児童扶養手当法施行令", "火星手当法"), TableFault.CLAUSE),
        (LINE.replace("2_2", ""), TableFault.CLAUSE),
        (LINE.replace("2_2", "二の二"), TableFault.CLAUSE),
        (LINE.replace("2_2,1", "2_2,一"), TableFault.CLAUSE),
        (LINE + ",more", TableFault.COLUMNS),
        (LINE.rpartition(",")[0], TableFault.COLUMNS),
        (LINE.replace("基本額", '"基本額'), TableFault.COLUMNS),
    ],
)
def test_a_line_that_cannot_be_used_is_refused(line: str, reason: TableFault) -> None:
    with pytest.raises(MalformedTable) as refusal:
        table_of(line)
    assert (refusal.value.reason, refusal.value.line) == (reason, 2)


@pytest.mark.parametrize("since", ["2025-03-31", "2024-05-01"])
def test_two_values_on_one_day_are_refused(since: str) -> None:
    later = LINE.replace("2024-04-01,2025-03-31,45500", f"{since},,46690")
    with pytest.raises(MalformedTable) as refusal:
        table_of(LINE, later)
    assert (refusal.value.reason, refusal.value.line) == (TableFault.OVERLAP, 3)
    assert table_of(LINE, later.replace(since, "2025-04-01")).yen(Month(2025, 4), "base").known() == 46_690


def test_another_heading_is_refused() -> None:
    with pytest.raises(MalformedTable) as refusal:
        Table("t", HEADING.replace("since", "from") + "\n")
    assert (refusal.value.reason, refusal.value.line) == (TableFault.COLUMNS, 1)


def test_unverified_lines_are_told() -> None:
    table = table_of(LINE, LINE.replace("base", "other").replace("verified", "unverified"))
    assert [row.name for row in table.unverified()] == ["other"]
    assert table.rows[0].status is Status.VERIFIED
