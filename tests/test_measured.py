"""What a measurement answers, in words: HbA1c, fasting glucose, both, old ones, and when none does."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from riskmodels.columns import Columns
from riskmodels.measured import ANSWERED, MEETS, Measured, old_values
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

UNITS = {
    name: find_unit(VOCABULARY[name].units, symbol) for name, symbol in (("hba1c", "mmol/mol"), ("glucose", "mmol/L"))
}


def measured(old: dict[str, str] | None = None, **facts: float) -> Measured:
    return Measured(Columns.of(pd.DataFrame([facts], dtype=float)), old=old)


def words(outcome: str, **facts: float) -> str:
    return str(measured(**facts).words(outcome)[0])


MET = "HbA1c 12.0 % meets the ADA criterion for diabetes (from 6.5 %); confirm with a second test."
FASTING = {"glucose": 110, "fasting_hours": 8}


@pytest.mark.parametrize(
    ("outcome", "facts", "expected"),
    [
        ("diabetes", {"hba1c": 12}, MET),
        ("dysglycaemia", {"hba1c": 12}, MET),
        ("diabetes", {"hba1c": 6.1}, "HbA1c 6.1 %: below the criterion for diabetes (from 6.5 %)."),
        ("dysglycaemia", {"hba1c": 6.1}, "HbA1c 6.1 % meets the ADA criterion for prediabetes (from 5.7 %)."),
        ("dysglycaemia", {"hba1c": 5.4}, "HbA1c 5.4 %: below the criterion for prediabetes (from 5.7 %)."),
        ("diabetes", FASTING, "Fasting glucose 110 mg/dL: below the criterion for diabetes (from 126 mg/dL)."),
        (
            "dysglycaemia",
            FASTING,
            "Fasting glucose 110 mg/dL meets the ADA criterion for prediabetes (from 100 mg/dL).",
        ),
    ],
)
def test_one_test_says_whether_its_criterion_is_met(outcome: str, facts: dict[str, float], expected: str) -> None:
    assert words(outcome, **facts) == expected


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({"hba1c": 7.2, "glucose": 140}, "agree confirm each other; the diagnosis is the clinician's."),
        ({"hba1c": 6.9, "glucose": 92}, "(from 126 mg/dL). They disagree: repeat HbA1c."),
        ({"hba1c": 5.4, "glucose": 92}, "glucose 92 mg/dL: below the criterion for diabetes (from 126 mg/dL)."),
    ],
)
def test_two_tests_are_both_told_and_whether_they_agree(facts: dict[str, float], end: str) -> None:
    found = words("diabetes", fasting_hours=10, **facts)
    assert found.startswith(f"HbA1c {facts['hba1c']} %")
    assert found.endswith(end)


def test_prediabetes_by_one_test_and_diabetes_by_the_other_disagree() -> None:
    found = words("dysglycaemia", hba1c=6.7, glucose=110, fasting_hours=10)
    assert "for diabetes (from 6.5 %); fasting glucose 110 mg/dL meets the ADA criterion for prediabetes" in found
    assert found.endswith("They disagree: repeat HbA1c.")


def test_of_two_tests_that_disagree_the_higher_is_to_be_repeated() -> None:
    found = words("dysglycaemia", hba1c=5.4, glucose=110, fasting_hours=10)
    assert found.endswith("They disagree: repeat fasting glucose.")


@pytest.mark.parametrize(
    "facts",
    [
        {"glucose": 250.0, "fasting_hours": 2.0},
        {"glucose": 250.0},
        {"hba1c": 9.0, "pregnancy": 1.0},
        {"hba1c": 9.0, "diabetes": 1.0},
        {"hba1c": 9.0, "insulin": 1.0},
        {"glucose": 92.0, "fasting_hours": 9.0, "glucose_pills": 1.0},
    ],
)
def test_nothing_decides_unfasted_in_pregnancy_or_once_told_of_diabetes(facts: dict[str, float]) -> None:
    found = measured(**facts)
    assert not found.decides("diabetes")[0]
    assert found.words("diabetes")[0] == ""


def test_an_outcome_of_the_heart_is_answered_by_no_measurement() -> None:
    assert not measured(hba1c=9.0).decides("cvd_10y")[0]
    assert words("cvd_10y", hba1c=9.0) == ""


def test_values_and_limits_are_in_the_units_shown() -> None:
    facts = Columns.of(pd.DataFrame([{"hba1c": 6.9, "glucose": 92.0, "fasting_hours": 9.0}]))
    found = str(Measured(facts, UNITS).words("diabetes")[0])
    assert found.startswith(
        "HbA1c 52 mmol/mol meets the ADA criterion for diabetes (from 48 mmol/mol); fasting glucose"
    )
    assert "fasting glucose 5.1 mmol/L: below the criterion for diabetes (from 7.0 mmol/L)" in found


@pytest.mark.parametrize(("value", "shown"), [(6.45, "6.45 %"), (5.69, "5.69 %"), (6.5, "6.5 %")])
def test_a_value_is_never_rounded_over_a_limit(value: float, shown: str) -> None:
    assert words("diabetes", hba1c=value).startswith(f"HbA1c {shown}")


def test_seven_mmol_per_litre_meets_the_criterion_although_it_is_less_than_126() -> None:
    assert measured(glucose=7.0 * 18.016, fasting_hours=8.0).meets("diabetes")[0]


def test_many_rows_say_what_each_says_alone() -> None:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "hba1c": rng.normal(6.0, 0.8, 300),
            "glucose": rng.normal(110.0, 20.0, 300),
            "fasting_hours": rng.choice([2.0, 9.0, np.nan], 300),
            "pregnancy": rng.choice([0.0, 1.0, np.nan], 300, p=[0.8, 0.1, 0.1]),
        }
    )
    frame.loc[::3, "hba1c"] = np.nan
    for outcome in ("diabetes", "dysglycaemia"):
        together = Measured(Columns.of(frame)).words(outcome)
        alone = [str(Measured(Columns.of(frame.iloc[[i]])).words(outcome)[0]) for i in range(len(frame))]
        assert together.tolist() == alone


def test_an_old_value_is_told_with_its_date_and_decides_nothing() -> None:
    found = measured({"hba1c": "2025-03"}, hba1c=6.9)
    assert not found.decides("diabetes")[0]
    assert found.words("diabetes")[0] == (
        "HbA1c 6.9 % of 2025-03 met the ADA criterion for diabetes (from 6.5 %). It is more than 3 months old."
    )


def test_a_test_of_now_decides_beside_an_old_one_that_is_told_too() -> None:
    found = measured({"hba1c": "2025-03"}, hba1c=6.9, glucose=92.0, fasting_hours=9.0)
    assert found.decides("diabetes")[0]
    assert not found.meets("diabetes")[0]
    assert found.words("diabetes")[0].startswith("Fasting glucose 92 mg/dL: below the criterion")
    assert "HbA1c 6.9 % of 2025-03 met" in found.words("diabetes")[0]


def test_rows_may_be_old_one_by_one() -> None:
    facts = Columns.of(pd.DataFrame({"hba1c": [6.9, 6.9]}))
    found = Measured(facts, old={"hba1c": np.array(["2025-03", ""], dtype=object)})
    assert found.decides("diabetes").tolist() == [False, True]


@pytest.mark.parametrize(
    ("when", "old"),
    [("2026-08-24", False), ("2026-08-23", True), ("2026-08", True), ("2026-09", False), ("2025", True), ("", False)],
)
def test_a_value_is_old_after_three_months_from_the_first_day_it_can_have_been(when: str, old: bool) -> None:
    assert old_values({"hba1c": when}, date(2026, 11, 24)) == ({"hba1c": when} if old else {})


def test_only_tests_that_answer_can_be_old() -> None:
    assert old_values({"ldl_cholesterol": "2020"}, date(2026, 11, 24)) == {}


@pytest.mark.parametrize("outcome", ANSWERED)
@pytest.mark.parametrize("hba1c", [5.2, 5.8, 6.7, np.nan])
@pytest.mark.parametrize("glucose", [90.0, 109.0, 131.0, np.nan])
def test_readings_of_a_row_are_what_its_words_say(outcome: str, hba1c: float, glucose: float) -> None:
    facts = Columns.of(pd.DataFrame([{"hba1c": hba1c, "glucose": glucose, "fasting_hours": 10.0}]))
    found = Measured(facts)
    readings, said = found.readings(outcome), str(found.words(outcome)[0])
    assert len(readings) == sum(value == value for value in (hba1c, glucose))
    assert max((reading.level for reading in readings), default=0) > 0 or not found.meets(outcome)[0]
    assert [r.name for r in readings if f"for {r.disease} (from " not in said] == []
    assert sum(reading.met for reading in readings) == said.count(MEETS)


def test_an_old_reading_has_its_date_and_comes_last() -> None:
    facts = Columns.of(pd.DataFrame([{"hba1c": 6.7, "glucose": 90.0, "fasting_hours": 10.0}]))
    readings = Measured(facts, old={"hba1c": "2025-03"}).readings("diabetes")
    assert [(reading.name, reading.when) for reading in readings] == [("glucose", ""), ("hba1c", "2025-03")]
