from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from riskmodels.evaluation.evidence import Decision, Validation
from riskmodels.explain.surfaces import Surface
from riskmodels.tabular.model import Curve
from riskmodels.vocabulary import VOCABULARY
from ui.charts import INK, LOWERS, NEUTRAL, RAISES
from ui.inspect import curve_figures, figures
from ui.inspect.figures import Dot

DECISION: Decision = {
    "n": 100,
    "thresholds": [0.05, 0.1, 0.2],
    "treat_all": [0.06, 0.01, -0.1],
    "scores": {
        "this model": [[0.07, 0.06, 0.08], [0.05, 0.04, 0.06], [None, None, None]],
        "FINDRISC": [[0.05] * 3] * 3,
    },
    "notes": {},
}
JUDGED: Validation = {
    "label": "all inputs",
    "inputs": ["age"],
    "n": 200,
    "events": 20,
    "metrics": {"auroc": [0.9, 0.8, 0.95]},
    "roc": [[0.0, 0.0], [0.1, 0.7], [1.0, 1.0]],
    "pr": [[0.0, 1.0], [0.5, 0.6], [1.0, 0.1]],
    "deciles": [{"n": 100, "events": 10, "predicted": 0.05, "observed": 0.1, "low": 0.05, "high": 0.17}],
    "curve": [
        {"predicted": 0.01, "observed": 0.02, "low": None, "high": None},
        {"predicted": 0.2, "observed": 0.25, "low": 0.2, "high": 0.3},
    ],
    "decision": DECISION,
}  # fmt: skip
AGE = Curve(
    np.linspace(20, 80, 121),
    np.linspace(-1, 2, 121),
    np.linspace(-1.2, 1.8, 121),
    np.linspace(-0.8, 2.2, 121),
    np.linspace(20, 80, 31),
    np.full(30, 10.0),
)
SEX = Curve(np.array([0.0, 1.0]), np.array([-0.2, 0.3]), np.array([-0.3, 0.2]), np.array([-0.1, 0.4]),
            np.array([0.0, 1.0]), np.array([50.0, 60.0]))  # fmt: skip


def every_figure(theme: str) -> dict[str, figures.Figure]:
    surface = Surface("age", "sex", np.array([40.0, 60.0]), np.array([0.0, 1.0]), np.array([[0.1, 0.2], [-0.3, 0.0]]))
    return {
        "roc": figures.roc(JUDGED, theme),
        "pr": figures.precision_recall(JUDGED, theme),
        "calibration": figures.calibration(JUDGED["deciles"], JUDGED["curve"], theme),
        "decision": figures.decision(DECISION, theme),
        "dots": figures.dots([Dot("women", (1.2, 1.0, 1.4), "Women.")], "ratio", theme, 1.0, logarithmic=True),
        "steps": figures.steps(["All", "no label"], [0, 10], [10, -3], theme),
        "squares": figures.squares(["none", "mild"], [[3, 1], [0, 2]], theme),
        "curve": curve_figures.curve(AGE, VOCABULARY["age"], theme, large=True),
        "small": curve_figures.curve(AGE, VOCABULARY["age"], theme),
        "choices": curve_figures.curve(SEX, VOCABULARY["sex"], theme),
        "surface": curve_figures.surface(surface, theme),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", list(every_figure("light")))
def test_plotly_knows_every_property_and_the_background_is_the_pages(name: str, theme: str) -> None:
    drawn = go.Figure(every_figure(theme)[name])
    assert drawn.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert drawn.layout.showlegend is False
    assert drawn.layout.font.color == INK[theme]


def points_of(trace: dict[str, Any]) -> int:
    return max(len(trace.get("x", [])), len(trace.get("y", [])), sum(len(row) for row in trace.get("z", [])))


@pytest.mark.parametrize("name", list(every_figure("light")))
def test_no_figure_has_more_points_than_a_browser_draws_at_once(name: str) -> None:
    assert sum(points_of(trace) for trace in every_figure("light")[name]["data"]) <= 2000


class TestBand:
    def test_points_without_an_interval_are_left_out(self) -> None:
        low, high = figures.band([1, 2, 3], [0.1, None, 0.3], [0.5, 0.6, 0.7])
        assert low["x"] == high["x"] == [1, 3]
        assert (low["y"], high["y"]) == ([0.1, 0.3], [0.5, 0.7])


class TestDots:
    def test_row_without_a_value_keeps_its_line(self) -> None:
        rows = [Dot("one", (None, None, None), ""), Dot("two", (0.5, None, None), "")]
        drawn = figures.dots(rows, "AUROC", "light")
        assert [trace["y"] for trace in drawn["data"]] == [[1]]
        assert drawn["layout"]["yaxis"]["ticktext"] == ["one", "two"]

    def test_interval_reaches_from_its_low_to_its_high_end(self) -> None:
        trace = figures.dots([Dot("one", (0.5, 0.2, 0.9), "")], "AUROC", "light")["data"][0]
        assert trace["error_x"]["arrayminus"] == pytest.approx([0.3])
        assert trace["error_x"]["array"] == pytest.approx([0.4])

    def test_seen_people_are_hollow(self) -> None:
        traces = figures.dots([Dot("one", (1, 1, 1), "", hollow=True), Dot("two", (1, 1, 1), "")], "", "light")["data"]
        assert [trace["marker"]["symbol"] for trace in traces] == ["circle-open", "circle"]

    def test_ratios_near_one_are_not_stretched_over_the_whole_axis(self) -> None:
        axis = figures.dots([Dot("one", (1.01, 1.0, 1.02), "")], "", "light", logarithmic=True)["layout"]["xaxis"]
        low, high = 10 ** np.array(axis["range"])
        assert low <= 0.8
        assert high >= 1.25

    def test_logarithmic_axis_holds_every_interval(self) -> None:
        rows = [Dot("one", (0.5, 0.3, 0.9), ""), Dot("two", (3.0, 2.0, 4.0), "")]
        low, high = figures.dots(rows, "", "light", logarithmic=True)["layout"]["xaxis"]["range"]
        assert 10**low < 0.3
        assert 10**high > 4.0


class TestDecision:
    def test_published_scores_are_told_apart_by_dashes_and_named(self) -> None:
        drawn = figures.decision(DECISION, "light")
        assert "dashed: FINDRISC" in drawn["layout"]["annotations"][0]["text"]
        assert [trace["line"]["dash"] for trace in drawn["data"] if trace["line"].get("dash") == "dash"] == ["dash"]

    def test_model_is_named_by_the_colour_it_has_in_the_theme(self) -> None:
        assert "white" in figures.decision(DECISION, "dark")["layout"]["annotations"][0]["text"]


class TestCurve:
    def test_level_of_unknown_is_drawn_at_nothing_and_named(self) -> None:
        drawn = curve_figures.curve(AGE, VOCABULARY["age"], "light")
        assert any(trace.get("y") == [0, 0] for trace in drawn["data"])
        assert drawn["layout"]["annotations"][0]["text"] == "unknown"

    def test_name_of_the_level_stands_where_the_curve_is_not(self) -> None:
        """The curve ends at +2, so the name stands below the line there; one that falls to −2 leaves it room above."""
        falling = Curve(AGE.x, -AGE.logit, -AGE.high, -AGE.low, AGE.bins, AGE.counts)
        places = [
            curve_figures.curve(each, VOCABULARY["age"], "light")["layout"]["annotations"][0] for each in (AGE, falling)
        ]
        assert [(place["xanchor"], place["yanchor"]) for place in places] == [("right", "top"), ("right", "bottom")]

    def test_small_moves_are_not_blown_up(self) -> None:
        flat = Curve(AGE.x, 0.01 * AGE.logit, 0.01 * AGE.low, 0.01 * AGE.high, AGE.bins, AGE.counts)
        low, high = curve_figures.curve(flat, VOCABULARY["age"], "light")["layout"]["yaxis"]["range"]
        assert high - low >= 1

    def test_choices_are_points_with_bars_and_their_labels(self) -> None:
        drawn = curve_figures.curve(SEX, VOCABULARY["sex"], "light")
        assert drawn["data"][-1]["mode"] == "markers"
        assert drawn["layout"]["xaxis"]["ticktext"] == ["female", "male"]


class TestSurface:
    def test_colours_are_those_of_the_direction_with_nothing_in_the_middle(self) -> None:
        cells = every_figure("light")["surface"]["data"][0]
        assert [cells["colorscale"][0][1], cells["colorscale"][-1][1]] == [LOWERS, RAISES]
        assert cells["zmin"] == -cells["zmax"] == pytest.approx(-0.3)


def test_people_who_leave_are_grey_and_those_who_stay_are_not() -> None:
    bars = figures.steps(["All", "no label"], [0, 10], [10, -3], "light")["data"][0]
    assert bars["marker"]["color"] == [INK["light"], NEUTRAL]
    assert bars["text"] == ["10", "−3"]


def test_class_names_of_strangers_are_text() -> None:
    cells = figures.squares(["<b>none</b>", "mild"], [[3, 1], [0, 2]], "light")["data"][0]
    assert cells["y"][0] == "1 &lt;b&gt;none&lt;/b&gt;"
