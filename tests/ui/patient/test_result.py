"""One outcome as HTML: how a held value reads beside its number."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from riskmodels.assessment import Answer
from riskmodels.outcomes import OUTCOME
from riskmodels.tabular.holding import HeldValue
from riskmodels.tabular.support import Range
from riskmodels.vocabulary import VOCABULARY
from ui.patient import result

PATIENT = pd.Series(dict.fromkeys(VOCABULARY, float("nan")) | {"age": 54.0, "sex": 0.0})
BMI = HeldValue("cvd_10y", "bmi", 44.0, Range(18.5, 39.9, 19, 39, 900))
PLAIN = Answer(OUTCOME["cvd_10y"], 0.123, 0.1, 0.15, "", "", 0.5, float("nan"))
AT_LEAST = replace(PLAIN, held=(BMI,), bound="at least")


def test_an_estimate_without_held_values_has_no_bound() -> None:
    row = result.answer_row(PLAIN, PATIENT)
    assert "<b>12 %</b>" in row
    assert "counted as" not in row


def test_the_number_itself_says_at_least_and_why() -> None:
    row = result.answer_row(AT_LEAST, PATIENT)
    assert "<b><small>at least</small> 12 %</b>" in row
    assert "at least 12 of 100 people like this" in row
    assert 'aria-label="at least 12 %, 90 % interval' in row
    assert "Body mass index 44.0 kg/m² counted as 39.9 kg/m², the highest the model learnt from" in row
    assert "the risk is probably higher" in row


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (PLAIN, "higher than 50 % of women aged 50–59"),
        (AT_LEAST, "higher than 50 % of women aged 50–59"),
        (replace(AT_LEAST, bound="at most"), ""),
        (replace(AT_LEAST, bound=""), ""),
        (replace(PLAIN, standing=0.0), "among the lowest of women aged 50–59"),
        (replace(AT_LEAST, standing=0.0), ""),
    ],
)
def test_where_it_stands_is_said_only_where_a_held_value_cannot_make_it_wrong(answer: Answer, said: str) -> None:
    assert result.standing_text(answer, 54.0, 0.0) == said


@pytest.mark.parametrize(
    ("risk", "published", "said"),
    [
        (0.123, 0.118, "as the PREVENT equation gives it"),
        (0.123, 0.141, "PREVENT equation itself: 14 %"),
        (0.123, float("nan"), ""),
    ],
)
def test_the_published_equation_has_a_number_of_its_own_only_where_it_is_another(
    risk: float, published: float, said: str
) -> None:
    assert result.published_text(replace(PLAIN, risk=risk, published=published)) == said


def test_a_bound_is_not_what_the_published_equation_gives() -> None:
    assert result.published_text(replace(AT_LEAST, published=0.123)) == "PREVENT equation itself: 12 %"
