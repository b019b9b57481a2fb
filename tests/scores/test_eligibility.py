"""The shared machinery, and what every score of the registry does with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.columns import Columns
from riskmodels.outcomes import already_text
from riskmodels.scores import REGISTRY, Score
from riskmodels.scores.eligibility import Bands, Findings
from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY

SCORES = list(REGISTRY.values())
HEART_SCORES = [REGISTRY[name] for name in ("prevent", "pce", "framingham", "score2")]


def run(score: Score, people: pd.DataFrame) -> pd.DataFrame:
    options: dict[str, Any] = {"region": "moderate"} if "region" in score.options else {}
    return score.function(people, **options)


@pytest.mark.parametrize("score", SCORES, ids=lambda s: s.name)
def test_person_with_exactly_the_required_inputs_has_every_number(score: Score, person: dict[str, float]) -> None:
    row = run(score, pd.DataFrame([person])[list(score.inputs)]).iloc[0]
    for_more = {"prevent": ["heart_failure_10y", "heart_failure_30y"]}.get(score.name, [])  # needs body mass index
    assert row[list(score.values)].drop(for_more).notna().all()
    assert row[for_more].isna().all()
    assert (row["problems"], row["missing"]) == ("", "")
    assert row["model"] != ""
    assert row["category"] != ""


@pytest.mark.parametrize(
    ("score", "name"),
    [(s, name) for s in SCORES for name in s.inputs],
    ids=[f"{s.name}-{name}" for s in SCORES for name in s.inputs],
)
def test_missing_input_gives_no_number_and_its_name(score: Score, name: str, person: dict[str, float]) -> None:
    row = run(score, pd.DataFrame([person])[list(score.inputs)].assign(**{name: np.nan})).iloc[0]
    assert row[list(score.values)].isna().all()
    assert row["missing"] == name
    assert row["problems"] == f"not known: {variable_of(name).label}"
    assert row["category"] == ""


@pytest.mark.parametrize("score", HEART_SCORES, ids=lambda s: s.name)
@pytest.mark.parametrize("history", CARDIOVASCULAR_HISTORY)
def test_cardiovascular_history_is_not_eligible(score: Score, history: str, person: dict[str, float]) -> None:
    row = run(score, pd.DataFrame([person | {history: 1.0}])).iloc[0]
    assert row[list(score.values)].isna().all()
    assert row["problems"] == f"not eligible: {already_text(history)}"


@pytest.mark.parametrize("score", SCORES, ids=lambda s: s.name)
def test_pregnancy_is_not_eligible(score: Score, person: dict[str, float]) -> None:
    row = run(score, pd.DataFrame([person | {"pregnancy": 1.0}])).iloc[0]
    assert row[list(score.values)].isna().all()
    assert row["problems"] == "not valid in pregnancy"


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("prevent", {"age": 29.9}, "valid for ages 30–79 only"),
        ("prevent", {"systolic_bp": 181.0}, "Systolic pressure is outside 90–180 mmHg"),
        ("prevent", {"total_cholesterol": 129.0}, "Total cholesterol is outside 130–320 mg/dL"),
        ("prevent", {"hdl_cholesterol": 101.0}, "HDL cholesterol is outside 20–100 mg/dL"),
        ("prevent", {"egfr": 14.0}, "eGFR is outside 15–140 mL/min/1.73 m²"),
        ("prevent", {"hba1c": 4.4}, "HbA1c is outside 4.5–15 %"),
        ("prevent", {"uacr": 25001.0}, "Urine albumin/creatinine is outside 0.1–25,000 mg/g"),
        ("pce", {"age": 39.0}, "valid for ages 40–79 only"),
        ("pce", {"systolic_bp": 201.0}, "Systolic pressure is outside 90–200 mmHg"),
        ("framingham", {"age": 75.0}, "valid for ages 30–74 only"),
        ("framingham", {"hdl_cholesterol": 101.0}, "HDL cholesterol is outside 10–100 mg/dL"),
        ("score2", {"age": 90.0}, "valid for ages 40–89 only"),
        ("score2", {"systolic_bp": 79.0}, "Systolic pressure is outside 80–250 mmHg"),
        ("findrisc", {"age": 17.0}, "valid from age 18 only"),
        ("ada_risk_test", {"insulin": 1.0}, "not eligible: already takes insulin"),
        ("ckd_epi", {"creatinine": 0.0}, "Creatinine is not above 0"),
    ],
)
def test_outside_gives_no_number_and_the_reason(
    name: str, change: dict[str, float], reason: str, person: dict[str, float]
) -> None:
    row = run(REGISTRY[name], pd.DataFrame([person | change])).iloc[0]
    assert row[list(REGISTRY[name].values)].isna().all()
    assert row["problems"] == reason


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("systolic_bp", (90.0, 180.0)),
        ("total_cholesterol", (130.0, 320.0)),
        ("bmi", (18.5, 39.9)),
        ("egfr", (15.0, 140.0)),
    ],
)
def test_ends_of_a_range_belong_to_it(name: str, values: tuple[float, float], person: dict[str, float]) -> None:
    result = run(REGISTRY["prevent"], pd.DataFrame([person | {name: value} for value in values]))
    assert result["total_cvd_10y"].notna().all()


@pytest.mark.parametrize("score", SCORES, ids=lambda s: s.name)
def test_rows_keep_their_place_and_their_neighbours_do_not_matter(score: Score, person: dict[str, float]) -> None:
    good, older, bad = person, person | {"age": 58.0, "sex": 1.0}, person | {"age": np.nan}
    people = pd.DataFrame([good, bad, older, good], index=["d", "b", "a", "c"])
    result = run(score, people)
    assert result.index.tolist() == ["d", "b", "a", "c"]
    assert result[score.value].isna().tolist() == [False, True, False, False]
    for label in people.index:
        alone = run(score, people.loc[[label]])
        np.testing.assert_allclose(
            alone[list(score.values)].to_numpy(), result.loc[[label], list(score.values)].to_numpy(), rtol=1e-12
        )


@pytest.mark.parametrize("score", SCORES, ids=lambda s: s.name)
def test_frame_is_left_as_it_was(score: Score, person: dict[str, float]) -> None:
    people = pd.DataFrame([person])
    before = people.copy(deep=True)
    run(score, people)
    pd.testing.assert_frame_equal(people, before)


@pytest.mark.parametrize("score", SCORES, ids=lambda s: s.name)
def test_frame_without_rows_gives_a_table_without_rows(score: Score, person: dict[str, float]) -> None:
    result = run(score, pd.DataFrame([person]).iloc[:0])
    assert len(result) == 0
    assert {*score.values, "model", "category", "problems", "missing"} <= set(result.columns)


def test_all_findings_of_a_row_are_told(person: dict[str, float]) -> None:
    change = {"age": 85.0, "smoking": np.nan, "egfr": np.nan, "stroke": 1.0}
    row = run(REGISTRY["prevent"], pd.DataFrame([person | change])).iloc[0]
    assert row["problems"] == (
        "not known: Smoking, eGFR; valid for ages 30–79 only; not eligible: already told of a stroke"
    )
    assert row["missing"] == "smoking, egfr"


def test_texts_hold_no_value_of_the_patient(person: dict[str, float]) -> None:
    row = run(REGISTRY["prevent"], pd.DataFrame([person | {"systolic_bp": 237.0}])).iloc[0]
    assert "237" not in row["problems"]


def test_absent_column_counts_as_not_known() -> None:
    assert np.isnan(Columns.of(pd.DataFrame({"age": [1.0, 2.0]}))["sex"]).tolist() == [True, True]


def test_nullable_numbers_are_read() -> None:
    values = Columns.of(pd.DataFrame({"age": pd.array([50, None], dtype="Int64")}))["age"]
    np.testing.assert_array_equal(values, [50.0, np.nan])


def test_more_findings_than_bits_are_refused() -> None:
    findings = Findings(pd.DataFrame({"age": [50.0]}))
    for _ in range(63):
        findings.flag(np.array([False]), "text")
    with pytest.raises(ValueError, match="more kinds of findings"):
        findings.flag(np.array([True]), "text")


def test_last_of_63_findings_is_told() -> None:
    findings = Findings(pd.DataFrame({"age": [50.0, 51.0]}))
    for i in range(63):
        findings.flag(np.array([i == 62, False]), f"text {i}")
    assert findings.problems().series(pd.RangeIndex(2)).tolist() == ["text 62", ""]


def test_bands_in_words() -> None:
    bands = Bands((0.03, 0.075), ("low", "middle", "high"), "a guideline")
    assert bands.text(" %", 100) == "low below 3 %, middle 3 % to below 7.5 %, high from 7.5 %"
