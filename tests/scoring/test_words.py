"""Reasons in words for whole columns."""

from __future__ import annotations

import pandas as pd

from riskmodels.scoring.words import Words

FRAME = pd.DataFrame({"age": [50.0, 60.0], "glucose": [100.0, 101.0]})


def test_row_without_a_reason_worth_a_word_keeps_its_place() -> None:
    contributions = pd.DataFrame({"age": [0.0, 0.5], "glucose": [0.001, -0.1]})
    assert Words({}).reasons(FRAME, contributions) == ["", "Age 60 years raises; Glucose 101 mg/dL lowers"]


def test_nobody_has_a_reason() -> None:
    contributions = pd.DataFrame({"age": [0.0, 0.0], "glucose": [0.0, 0.0]})
    assert Words({}).reasons(FRAME, contributions) == ["", ""]
