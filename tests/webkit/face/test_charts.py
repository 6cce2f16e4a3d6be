"""Charts: nothing leaves the drawing, axes are round, and the table says the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.webkit.face.charts import Chart, Drawing, Point, Shape, scale

POINTS = st.lists(
    st.builds(Point, label=st.text("あa1", min_size=1, max_size=8), value=st.integers(0, 10**9)), max_size=60
).map(tuple)


@given(POINTS, st.sampled_from(Shape))
def test_everything_lies_inside_and_lengths_are_in_proportion(
    points: tuple[Point, ...], shape: Shape
) -> None:
    chart = Chart("c", "題", "件", points, shape)
    drawing = Drawing.of(chart)
    for box in drawing.boxes:
        assert min(box.x, box.y) >= 0
        assert box.width >= 0
        assert box.height >= 0
        assert box.x + box.width <= drawing.width + 1e-6
        assert box.y + box.height <= drawing.height + 1e-6
    assert len(drawing.boxes) == (0 if shape is Shape.LINE else len(points))
    lengths = [box.width if shape is Shape.BARS else box.height for box in drawing.boxes]
    if lengths and chart.most:
        longest = max(lengths)
        for length, point in zip(lengths, points, strict=True):
            assert length == pytest.approx(longest * point.value / chart.most, abs=1e-6)
    assert all(0 <= text.x <= drawing.width and 0 <= text.y <= drawing.height for text in drawing.texts)
    assert [[cell for _, cell in row.cells] for row in chart.table("名").rows] == [
        [point.label, point.value] for point in points
    ]


@given(st.integers(0, 10**15))
def test_an_axis_starts_at_nought_reaches_the_most_and_is_not_far_beyond(most: int) -> None:
    axis = scale(most)
    assert axis[0] == 0
    assert axis[-1] >= most
    assert axis[-1] <= max(2.5 * most, 4)
    assert len({later - earlier for earlier, later in itertools.pairwise(axis)}) == 1


def test_the_summary_names_the_peak_and_the_sum() -> None:
    chart = Chart("c", "照会", "件", (Point("9時", 3), Point("10時", 1200)))
    assert chart.summary == "照会：10時 1,200 件（最大）、合計 1,203"
    assert Chart("c", "照会", "件", ()).summary == "照会"


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Chart("c", "照会", "件", (Point("9時", -1),))
