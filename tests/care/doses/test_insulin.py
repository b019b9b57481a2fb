"""The first dose of basal insulin, and what speaks for the lower end."""

from __future__ import annotations

import pandas as pd

from riskmodels.care.doses import basal_start


def test_a_range_by_weight_is_rounded_down() -> None:
    start = basal_start(pd.Series({"age": 60.0, "weight": 78.9, "egfr": 80.0}))
    assert start.text == "10 units a day, or 0.1–0.2 units/kg a day (7–15 units at 79 kg)"


def test_without_weight_there_is_no_range() -> None:
    start = basal_start(pd.Series({"age": 60.0, "egfr": 80.0}))
    assert start.text.endswith("units/kg a day")
    assert start.cautions[0].startswith("Weight unknown")


def test_low_kidney_function_and_age_speak_for_the_lower_end() -> None:
    start = basal_start(pd.Series({"age": 78.0, "weight": 70.0, "egfr": 42.0}))
    assert start.cautions[0].startswith("eGFR 42: the lower end")
    assert start.cautions[1].startswith("78 years: the lower end")
