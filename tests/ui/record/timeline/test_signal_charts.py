"""Signal studies as figures and words: intervals, hollow points, names apart, an axis that does not exaggerate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from riskmodels.timeline.signals import SignalPanel, make_signal_panels
from tests.timeline.studies import glucose, pressure, rhythm
from tests.timeline.visits import MEASURED, visit
from ui.record.timeline.signal_charts import figures, finding_text, signal_chart

DAY = date(2026, 2, 14)


def panel_of(title: str) -> SignalPanel:
    studies = [glucose(DAY - timedelta(90), partly="Worn for 9 days."), glucose(DAY), rhythm(DAY, 2),
               pressure(DAY, "home")]  # fmt: skip
    panels = make_signal_panels(studies, [visit(1, DAY, MEASURED)])
    return next(panel for panel in panels if panel.title.startswith(title))


class TestChart:
    def test_each_point_has_the_bar_of_its_interval(self) -> None:
        (trace,) = signal_chart(panel_of("Time in range")).data
        assert list(trace.error_y.array) == pytest.approx([4.5, 4.5])
        assert list(trace.error_y.arrayminus) == pytest.approx([5.6, 5.6])

    def test_a_doubtful_point_is_hollow(self) -> None:
        (trace,) = signal_chart(panel_of("Time in range")).data
        assert list(trace.marker.symbol) == ["circle-open", "circle"]

    def test_without_an_interval_there_is_no_bar(self) -> None:
        (trace,) = signal_chart(panel_of("Ventricular")).data
        assert list(trace.error_y.array) == [0.0]
        assert "(" not in trace.hovertext[0]

    def test_two_tracks_are_named_apart(self) -> None:
        chart = signal_chart(panel_of("GMI"))
        shifts = {note.text: note.yshift for note in chart.layout.annotations}
        assert shifts["GMI"] > 0 > shifts["HbA1c"]

    @pytest.mark.parametrize(("title", "span"), [("Time in range", 40), ("GMI", 2), ("Ventricular", 4), ("Blood", 40)])
    def test_the_axis_shows_enough_for_a_wobble_to_look_like_one(self, title: str, span: float) -> None:
        low, high = signal_chart(panel_of(title)).layout.yaxis.range
        assert high - low >= span
        assert low >= 0


class TestWords:
    def test_the_last_figure_comes_first_with_what_is_hollow_and_what_it_is(self) -> None:
        words = finding_text(panel_of("Time in range"))
        assert words.startswith("Time in range 72 % (66–76) on 2026-02-14, 72 % (66–76) on 2025-11-16; hollow")
        assert "from drawing the days again" in words

    def test_the_table_has_every_point_with_its_doubt(self) -> None:
        html = figures([panel_of("Time in range"), panel_of("GMI")])
        assert html.count("<tr>") == 1 + 2 + 3
        assert "Worn for 9 days." in html
