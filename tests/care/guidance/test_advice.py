"""The plan of a patient: reasons with values, alternatives, what an unknown fact would decide, pregnancy, units."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from riskmodels.care.guidance import CarePlan, Line
from riskmodels.units import CHOLESTEROL, find_unit

Planned = Callable[..., CarePlan]
HEALTHY = (
    "age=34; sex=male; systolic_bp=115; diastolic_bp=72; bp_medication=no; hypertension=no; total_cholesterol=180;"
    "hdl_cholesterol=60; ldl_cholesterol=105; triglycerides=90; cholesterol_medication=no; diabetes=no; hba1c=5.2;"
    "egfr=95; uacr=5; bmi=23; smoking=never; physical_activity=yes; heart_attack=no; coronary_disease=no; angina=no;"
    "heart_failure=no; stroke=no; atrial_fibrillation=no; alcohol_excess=no; antiplatelet_or_nsaid=no"
)


def line_of(plan: CarePlan, name: str) -> Line:
    (line,) = [line for line in plan.lines if line.rule.name == name]
    return line


def test_a_healthy_person_of_whom_all_is_known_has_no_lines_and_nothing_open(planned: Planned) -> None:
    plan = planned(HEALTHY)
    assert (plan.lines, plan.undecided) == ((), ())


def test_reasons_name_values_with_units(planned: Planned) -> None:
    line = line_of(planned("age=60; sex=male; diabetes=yes; egfr=50; uacr=42"), "sglt2_kidney_diabetes")
    assert line.why == "Told of diabetes; eGFR 50 mL/min/1.73 m² and urine albumin/creatinine 42.0 mg/g"


def test_a_value_stays_on_its_side_of_the_limit(planned: Planned) -> None:
    line = line_of(planned("age=60; sex=male; egfr=44.7; diabetes=yes; glucose_pills=yes"), "metformin_weigh")
    assert line.why.startswith("eGFR 44.7")


def test_values_are_worded_in_the_unit_asked_for(planned: Planned) -> None:
    units = {"ldl_cholesterol": find_unit(CHOLESTEROL, "mmol/L")}
    line = line_of(planned("age=50; sex=male; ldl_cholesterol=200", units), "statin_severe_ldl")
    assert line.why == "LDL cholesterol 5.2 mmol/L; 50 years"
    assert "LDL cholesterol of 4.9 mmol/L on" in line.what


def test_an_unknown_fact_is_named_with_what_it_would_decide(planned: Planned) -> None:
    plan = planned("age=60; sex=male; systolic_bp=150; diastolic_bp=80")
    (uacr,) = [undecided for undecided in plan.undecided if undecided.missing == ("uacr",)]
    assert "class_albuminuria" in [rule.name for rule in uacr.rules]
    assert uacr.text == "urine albumin/creatinine"


def test_an_unknown_history_is_asked_in_words(planned: Planned) -> None:
    plan = planned("age=60; sex=male; diabetes=yes; glucose_pills=yes; egfr=80")
    texts = [undecided.text for undecided in plan.undecided]
    assert "whether told of heart failure" in texts


def test_of_alternatives_only_the_first_is_given(planned: Planned) -> None:
    plan = planned("age=60; sex=male; heart_attack=yes; diabetes=yes; ldl_cholesterol=200")
    assert [line.rule.name for line in plan.lines if "statin" in line.rule.groups] == ["statin_secondary"]


def test_alternatives_behind_the_first_are_not_open_either(planned: Planned) -> None:
    plan = planned("age=60; sex=male; heart_attack=yes")
    assert not [rule for undecided in plan.undecided for rule in undecided.rules if "statin" in rule.groups]


def test_in_pregnancy_only_rules_for_it_are_given(planned: Planned) -> None:
    plan = planned("age=41; sex=female; pregnancy=yes; diabetes=yes; glucose_pills=yes; egfr=40; ldl_cholesterol=200")
    rules = [*(line.rule for line in plan.lines), *(rule for undecided in plan.undecided for rule in undecided.rules)]
    assert {rule.area for rule in rules} == {"pregnancy"}


def test_a_score_that_does_not_hold_for_the_patient_leaves_nothing_open(planned: Planned) -> None:
    plan = planned("age=25; sex=male; diabetes=no")
    open_rules = {rule.name for undecided in plan.undecided for rule in undecided.rules}
    assert "statin_risk_high" not in open_rules


@pytest.mark.parametrize("facts", [HEALTHY, "age=60; sex=male", "age=60; sex=male; diabetes=yes; smoking=current"])
def test_checks_and_steps_are_all_lines(facts: str, planned: Planned) -> None:
    plan = planned(facts)
    assert len(plan.checks) + sum(len(lines) for lines in plan.steps.values()) == len(plan.lines)


def test_no_patient_value_stands_in_a_repr(planned: Planned) -> None:
    plan = planned("age=60; sex=male; egfr=51.3; bp_medication=yes")
    assert "51.3" not in repr(plan) + repr(plan.checks[0])
