"""docs/signals_card.md: aims, tables and sections from cards alone, and that the page is the one of the cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskmodels.shipping.signals.document import AIMS, PAGE, Aim, signals_card, write_page
from riskmodels.shipping.signals.document_figures import figure

NETWORK = {"windows": 1200, "people": 10, "rmse30": [19.5, 18.1, 21.0], "rmse60": [33.5, 31.0, 36.2],
           "coverage30": [0.91, 0.9, 0.92], "coverage60": [0.9, 0.89, 0.91],
           "lows": {"windows": 1100, "with a low": 40, "auprc": [0.38, 0.3, 0.5],
                    "at sensitivity 0.8": {"ppv": 0.2, "warnings a day": 61.0}}}  # fmt: skip
BOOSTING = NETWORK | {"rmse30": [20.5, 19.0, 22.0], "lows": {"windows": 1100, "with a low": 40}}
FORECAST: dict[str, Any] = {
    "name": "glucose_forecast",
    "title": "The next hour",
    "about": "An hour ahead.",
    "data": {"collection": "A collection.", "sets": [{"name": "AZT1D", "people": "25", "licence": "CC BY 4.0"}]},
    "split": "By person.",
    "looks": "Looked at once.",
    "limits": ["It is no alarm."],
    "version": "v1",
    "weights_sha256": "a" * 64,
    "training": {"seconds": 600, "people": {"training": 36, "validation": 5}},
    "metrics": {
        "validation, 5-minute sensors": {"network": NETWORK},
        "test": {"people kept back": {"network": NETWORK, "boosting": BOOSTING}},
        "by person": {"AZT1D/3": {"": {"windows": 120}, "network": {"rmse30": 15.4, "rmse60": 24.2}}},
        "people in whom the network is better than boosting": {"rmse30": 10, "rmse60": 8},
    },
}
METRICS = {"sensitivity": [0.94, 0.85, 0.99], "ppv": [0.93, 0.88, 0.99], "f1": [0.94, 0.89, 0.98]}
VENTRICULAR: dict[str, Any] = {
    "name": "ventricular",
    "title": "Ventricular beats",
    "data": {"name": "MIT-BIH", "licence": "ODC-By 1.0"},
    "published": {"de Chazal 2004": {"sensitivity": 0.777, "ppv": 0.819}},
    "training": {"cross_validation": {"boosting": {"metrics": METRICS}, "CNN+GRU": {"metrics": METRICS}}},
    "evaluation": {
        "marked beats, both leads": {"metrics": METRICS, "people": [{"record": 100, "beats": 2239, "ppv": None}]},
    },
    "benchmark": {"ECG200": {"accuracy": [0.9, 0.88], "mean": 0.89, "sd": 0.0141,
                             "published": {"ROCKET": {"accuracy": 0.906, "runs": 10, "source": "Dempster"}}}},
}  # fmt: skip
RATES = {"sensitivity": [0.996, 0.99, 0.999], "positive_predictive_value": [0.998, 0.99, 1.0],
         "ventricular_sensitivity": [0.95, 0.9, 0.99]}  # fmt: skip
RHYTHM: dict[str, Any] = {
    "data": "MIT-BIH",
    "tolerance_seconds": 0.15,
    "beats": {"DS2": {"here": RATES, "people": [{"record": 100, "sensitivity": 1.0}], "usable_share_of_beats": 0.97}},
    "irregular": {"window_beats": 64, "published_cut_off": 1.4,
                  "ectopic beats as marked": {"DS2": {"sensitivity": [0.9, 0.8, 1.0], "sensitivity_people": 3,
                                                      "specificity": [0.9, 0.8, 1.0]},
                                              "cut_off_chosen_on_DS1": 1.3}},
}  # fmt: skip


class TestPage:
    def test_the_committed_page_is_that_of_the_cards(self, tmp_path: Path) -> None:
        write_page(page=tmp_path / "card.md")
        assert (tmp_path / "card.md").read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")

    def test_what_is_short_of_its_aim_says_so(self) -> None:
        page = signals_card([FORECAST])
        assert "| RMSE at 30 min, mg/dL | at most 20.00 | 19.50 (18.10–21.00) | yes |" in page
        assert "| RMSE at 60 min, mg/dL | at most 32.80 | 33.50 (31.00–36.20) | **no** |" in page
        assert "better than tuned boosting, 60 min | at least 9 | 8 | **no** |" in page

    def test_peers_stand_in_the_same_table_and_what_one_lacks_is_a_dash(self) -> None:
        page = signals_card([FORECAST])
        assert "|  | network | boosting |" in page
        assert "| Low within 60 min: AUPRC | 0.380 (0.300–0.500) | – |" in page
        assert "1,200 moments of 10 people; 40 of 1,100 that were not low already led to a low." in page

    def test_people_licences_looks_and_limits_are_told(self) -> None:
        page = signals_card([FORECAST])
        assert "| AZT1D/3 | 120 | 15.40 | 24.20 |" in page
        assert "| AZT1D | 25 | CC BY 4.0 |  |" in page
        assert "### Looks at the test part\n\nLooked at once." in page
        assert "- It is no alarm." in page

    def test_published_figures_stand_below_ours(self) -> None:
        page = signals_card([VENTRICULAR])
        assert "| marked beats, both leads | 0.940 (0.850–0.990) | 0.930 (0.880–0.990) | 0.940 (0.890–0.980) |" in page
        assert "| published: de Chazal 2004 | 0.777 | 0.819 | – |" in page
        assert "| 100 | 2239 | – |" in page
        assert "| ROCKET | 0.906 | 10 | Dempster |" in page

    def test_beats_found_and_irregular_rhythm(self) -> None:
        page = signals_card([], RHYTHM)
        assert "| beats found: sensitivity | at least 0.990 | 0.996 (0.990–0.999) | yes |" in page
        assert "97.0 % of the marked beats" in page
        assert "| ectopic beats as marked; DS2 | 0.900 (0.800–1.000) | 3 | 0.900 (0.800–1.000) | – |" in page

    def test_a_card_without_figures_says_that_nothing_was_measured(self) -> None:
        page = signals_card([{"name": "glucose_forecast", "title": "The next hour"}])
        assert page.count("not measured") == len(AIMS["glucose_forecast"])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([0.5, 0.4, 0.6], "0.500 (0.400–0.600)"),
        ([0.5], "0.500"),
        ([0.5, None, None], "0.500"),
        (0.25, "0.250"),
        (None, "–"),
        ([], "–"),
    ],
)
def test_a_figure_in_words(value: Any, told: str) -> None:
    assert figure(value) == told


@pytest.mark.parametrize(("value", "reached"), [(0.88, "yes"), (0.92, "yes"), (0.879, "**no**"), (0.921, "**no**")])
def test_the_ends_of_an_aim_belong_to_it(value: float, reached: str) -> None:
    assert Aim("coverage", ("x",), 0.88, 0.92).row({"x": [value, 0.8, 1.0]}) == [
        "coverage", "0.880–0.920", f"{value:.3f} (0.800–1.000)", reached,
    ]  # fmt: skip
