"""The language of rules: parsed, three-valued, refusing what it does not know."""

from __future__ import annotations

from math import nan

import pandas as pd
import pytest

from riskmodels.care.guidance.conditions import parse
from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.errors import SourceDataError


def holds(text: str, **facts: float) -> bool | None:
    return parse(text).holds(PatientFacts(pd.Series(facts, dtype=float), {}, {}))


@pytest.mark.parametrize(
    ("text", "egfr", "expected"),
    [
        ("egfr<45", 44.9, True),
        ("egfr<45", 45.0, False),
        ("egfr<45", nan, None),
        ("egfr<=45", 45.0, True),
        ("egfr>45", 45.0, False),
        ("egfr>=45", 45.0, True),
        ("egfr=45", 45.0, True),
        ("egfr!=45", 45.0, False),
        ("egfr=unknown", nan, True),
        ("egfr=unknown", 45.0, False),
        ("egfr!=unknown", 45.0, True),
    ],
)
def test_comparison_with_a_number(text: str, egfr: float, expected: bool | None) -> None:
    assert holds(text, egfr=egfr) is expected


def test_a_limit_that_another_unit_rounds_is_reached() -> None:
    assert holds("uacr>=30", uacr=30 - 1e-12) is True


@pytest.mark.parametrize(("word", "code"), [("never", 0.0), ("former", 1.0), ("current", 2.0)])
def test_words_of_a_choice(word: str, code: float) -> None:
    assert holds(f"smoking={word}", smoking=code) is True


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"egfr": 40.0, "diabetes": 1.0}, True),
        ({"egfr": 40.0, "diabetes": 0.0}, False),
        ({"egfr": 40.0}, None),
        ({"egfr": 50.0}, False),  # whatever diabetes is
    ],
)
def test_all_clauses_must_hold(facts: dict[str, float], expected: bool | None) -> None:
    assert holds("egfr<45; diabetes=yes", **facts) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({"uacr": 40.0}, True), ({"egfr": 90.0, "uacr": 5.0}, False), ({"egfr": 90.0}, None)],
)
def test_one_alternative_must_hold(facts: dict[str, float], expected: bool | None) -> None:
    assert holds("egfr<60 | uacr>=30", **facts) is expected


@pytest.mark.parametrize("text", ["", "egfr", "egfr<<45", "egfr<45 and age>5", "__import__('os')", "egfr<45;(age>1)"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(SourceDataError):
        parse(text)


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(SourceDataError, match="no answer to smoking"):
        holds("smoking=sometimes", smoking=1.0)


def test_a_fact_nobody_knows_is_refused() -> None:
    with pytest.raises(SourceDataError, match="no fact"):
        holds("mood=yes")
