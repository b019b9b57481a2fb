"""Creatinine clearance by the paper's formula."""

from __future__ import annotations

from math import isnan

import pandas as pd
import pytest

from riskmodels.scores.cockcroft_gault import REQUIRED, cockcroft_gault

MAN = {"age": 40.0, "sex": 1.0, "weight": 72.0, "creatinine": 1.0}


def test_a_man_of_40_and_72_kg_with_a_creatinine_of_1_has_100() -> None:
    assert cockcroft_gault(pd.Series(MAN)) == pytest.approx(100.0)


def test_women_have_15_percent_less() -> None:
    assert cockcroft_gault(pd.Series(MAN | {"sex": 0.0})) == pytest.approx(85.0)


def test_it_falls_with_age_and_creatinine() -> None:
    assert cockcroft_gault(pd.Series(MAN | {"age": 80.0, "creatinine": 2.0})) == pytest.approx(30.0)


@pytest.mark.parametrize("name", REQUIRED)
def test_without_an_input_there_is_no_number(name: str) -> None:
    assert isnan(cockcroft_gault(pd.Series({k: v for k, v in MAN.items() if k != name})))


def test_in_pregnancy_there_is_no_number() -> None:
    assert isnan(cockcroft_gault(pd.Series(MAN | {"sex": 0.0, "pregnancy": 1.0})))
