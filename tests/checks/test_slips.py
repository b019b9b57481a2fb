"""Units mixed up: asked about beside the other facts of a row, and by the middle of a column; never changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.checks import Severity, check
from riskmodels.checks.slips import PATH, doubtful_unit, read_slips
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.interop.columns.unit_guess import Told, guess_unit
from riskmodels.shipping import fit_slips
from riskmodels.shipping.population import COHORT
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

MAN = {"age": 52, "sex": "male", "height": 178, "waist": 88}


def questions(field: str, units: dict[str, str] | None = None, **facts: Any) -> list[str]:
    """What is asked about a field of one row."""
    found = check(pd.DataFrame([facts]), units).problems
    return [p.reason for p in found if p.field == field and p.severity is Severity.FLAGGED]


def test_pounds_entered_as_kilograms_are_asked_about_beside_height_and_waist():
    asked = questions("weight", **MAN, weight=155)
    assert asked == ["Weight 155 kg with height 178 cm and waist 88 cm: is it 155 lb (70.3 kg)?"]


def test_kilograms_entered_as_pounds_are_asked_about():
    asked = questions("weight", {"weight": "lb"}, **MAN, weight=90)
    assert asked == ["Weight 90 lb with height 178 cm and waist 88 cm: is it 90 kg (198 lb)?"]


def test_waist_alone_is_enough_to_ask_about_a_weight():
    assert questions("weight", age=52, sex="female", waist=84, weight=150) == [
        "Weight 150 kg with waist 84 cm: is it 150 lb (68.0 kg)?"
    ]


def test_facts_are_told_in_the_unit_they_were_entered_in():
    asked = questions("weight", {"waist": "in"}, age=52, sex="female", waist=33, weight=150)
    assert asked == ["Weight 150 kg with waist 33.0 in: is it 150 lb (68.0 kg)?"]


def test_a_heavy_person_with_the_waist_of_one_is_not_asked_about():
    assert questions("weight", **(MAN | {"waist": 148}), weight=155) == []


def test_the_weight_stays_as_entered():
    checked = check(pd.DataFrame([MAN | {"weight": 155}]))
    assert checked.frame["weight"].tolist() == [155]


def test_an_unusual_weight_is_asked_about_once():
    assert len(questions("weight", **MAN, weight=176)) == 1


def test_nothing_is_asked_about_the_weight_of_a_pregnant_woman():
    woman = {"age": 30, "sex": "female", "height": 165, "waist": 84, "weight": 150}
    assert questions("weight", **woman, pregnancy="no") != []
    assert questions("weight", **woman, pregnancy="yes") == []


def test_without_sex_nothing_is_asked():
    assert questions("weight", age=52, height=178, waist=88, weight=155) == []


def test_inches_entered_as_centimetres_are_not_used():
    problem = next(p for p in check(pd.DataFrame([MAN | {"height": 70}])).problems if p.field == "height")
    assert problem.severity is Severity.UNUSED
    assert "Did you mean 70 in?" in problem.hint


def test_albumin_in_mg_per_mmol_entered_as_mg_per_g_is_asked_about():
    # 1.1 mg/mmol are 9.7 mg/g; hardly any adult has 1.1 mg/g
    assert questions("uacr", age=52, sex="male", uacr=1.1) == [
        "Urine albumin/creatinine 1.1 mg/g is rare: is it 1.1 mg/mmol (9.7 mg/g)?"
    ]


def test_usual_albumin_is_not_asked_about():
    assert questions("uacr", age=52, sex="male", uacr=6) == []


def test_crp_in_mg_per_dl_entered_as_mg_per_l_is_asked_about():
    (asked,) = questions("crp", age=52, sex="male", crp=0.06)
    assert "0.06 mg/dL" in asked


def test_crp_in_mg_per_l_entered_as_mg_per_dl_is_asked_about():
    assert questions("crp", {"crp": "mg/dL"}, age=52, sex="male", crp=6) == [
        "C-reactive protein 6 mg/dL is rare: is it 6 mg/L (0.60 mg/dL)?"
    ]


def test_each_row_has_its_own_question():
    people = pd.DataFrame([MAN | {"weight": 82}, MAN | {"weight": 160}, MAN | {"weight": 85}], index=["a", "b", "c"])
    assert [p.row for p in check(people).problems if p.field == "weight"] == ["b"]


@pytest.mark.parametrize(
    ("name", "told", "typical", "meant"),
    [
        ("uacr", "mg/g", 0.8, "mg/mmol"),
        ("uacr", "mg/mmol", 7, "mg/g"),
        ("crp", "mg/L", 0.2, "mg/dL"),
        ("crp", "mg/dL", 2, "mg/L"),
        ("weight", "kg", 172, "lb"),
        ("weight", "lb", 78, "kg"),
    ],
)
def test_a_column_whose_name_says_the_other_unit_must_be_answered(name: str, told: str, typical: float, meant: str):
    column = typical * np.exp(np.random.default_rng(0).normal(0, 0.2, 200))
    guess = guess_unit(column, VOCABULARY[name], Told(told, f"The header says {told}."))
    assert guess.unit == ""
    assert f"US adults' are rather in {meant}" in guess.evidence


@pytest.mark.parametrize(
    ("name", "told", "typical"),
    [
        ("uacr", "mg/g", 7),
        ("uacr", "mg/g", 120),  # a clinic of kidney disease
        ("uacr", "mg/mmol", 3),  # one of diabetes
        ("crp", "mg/L", 2),
        ("crp", "mg/dL", 0.2),
        ("crp", "mg/dL", 5),  # a hospital
        ("weight", "lb", 172),
        ("weight", "kg", 110),  # a clinic of obesity
    ],
)
def test_a_column_in_the_unit_of_its_name_is_taken(name: str, told: str, typical: float):
    column = typical * np.exp(np.random.default_rng(0).normal(0, 0.2, 200))
    assert guess_unit(column, VOCABULARY[name], Told(told)).unit == told


def test_a_few_values_do_not_cast_doubt_on_a_name():
    assert guess_unit(np.full(5, 172.0), VOCABULARY["weight"], Told("kg")).unit == "kg"


def test_a_variable_that_is_not_known_is_not_doubted():
    glucose = VOCABULARY["glucose"]
    assert doubtful_unit(np.array([5.0]), glucose, find_unit(glucose.units, "mg/dL")) is None


def test_shipped_figures_meet_what_is_promised():
    measured = json.loads(PATH.read_text())["measured"]
    assert measured["rows asked in vain, canonical units"] < 0.005
    assert measured["rows asked in vain, the other units"] < 0.005
    assert min(measured["weight"][unit]["waist known"]["slips found"] for unit in ("kg", "lb")) > 0.95


@pytest.mark.shared_data
def test_the_file_is_what_the_command_writes(shared: Path):
    people = read_nhanes(shared / COHORT)
    late = people["cycle"].str[:4].astype(int) >= 2015
    learnt = fit_slips.learn(people[~late])
    for mine, shipped in zip(learnt.relations, read_slips().relations, strict=True):
        assert (mine.variable, mine.given) == (shipped.variable, shipped.given)
        assert mine.rare == pytest.approx(shipped.rare, abs=1e-3)
    assert learnt.medians == pytest.approx(read_slips().medians, rel=1e-3)
