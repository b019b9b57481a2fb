"""The smallest set of changes, on the shipped model. Nothing here hangs on what that model says of a patient."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from riskmodels.changes.bounds import DEFAULT_BOUNDS, Bound, ladders_for
from riskmodels.changes.links import load_links
from riskmodels.changes.markers import markers_text
from riskmodels.changes.plan import LABEL, Plan, smallest_plan
from riskmodels.changes.search import Space, grids
from riskmodels.changes.whatif import apply
from riskmodels.checks import check
from riskmodels.errors import InputError
from riskmodels.tabular.model import SHIPPED, RiskModel
from riskmodels.units import find_unit, from_canonical
from riskmodels.vocabulary import VOCABULARY

BOUND = {bound.name: bound for bound in DEFAULT_BOUNDS}
SMOKER = {
    "age": 62,
    "sex": 1,
    "height": 176,
    "weight": 98,
    "waist": 112,
    "systolic_bp": 158,
    "diastolic_bp": 94,
    "bp_medication": 0,
    "hypertension": 1,
    "total_cholesterol": 244,
    "ldl_cholesterol": 164,
    "hdl_cholesterol": 39,
    "cholesterol_medication": 0,
    "hba1c": 7.6,
    "glucose": 151,
    "diabetes": 1,
    "insulin": 0,
    "glucose_pills": 1,
    "egfr": 78,
    "smoking": 2,
    "physical_activity": 0,
}


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return RiskModel.load(SHIPPED / "population", device="cpu")


def test_what_is_measured_has_no_plan(model: RiskModel) -> None:
    row = patient(**(SMOKER | {"diabetes": 0.0, "glucose_pills": 0.0}))
    plan = smallest_plan(model, row, "diabetes", 0.05)
    assert (plan.reached, plan.steps) == (False, ())
    assert plan.start.risk != plan.start.risk
    assert plan.why_not.startswith("HbA1c 7.6 % meets the ADA criterion for diabetes")


def test_an_old_measurement_leaves_a_plan(model: RiskModel) -> None:
    row = patient(**(SMOKER | {"diabetes": 0.0, "glucose_pills": 0.0}))
    plan = smallest_plan(model, row, "diabetes", 0.05, old={"hba1c": "2020-01"})
    assert plan.start.risk == pytest.approx(risk(model, row, "diabetes"))


def test_a_plan_for_the_heart_goes_on_where_sugar_is_measured(model: RiskModel) -> None:
    row = patient(**(SMOKER | {"diabetes": 0.0, "glucose_pills": 0.0}))
    plan = smallest_plan(model, row, "cvd_10y", risk(model, row, "cvd_10y") * 0.8)
    assert plan.reached
    assert plan.steps


def patient(**facts: float) -> pd.Series:
    return check(pd.DataFrame([facts])).frame.iloc[0]


def risk(model: RiskModel, row: pd.Series, outcome: str) -> float:
    return float(model.predict(row.to_frame().T).risk.iloc[0][outcome])


def recompute(plan: Plan, row: pd.Series) -> list[pd.Series]:
    """The rows along the path, made by hand."""
    rows = [row]
    for step in plan.steps:
        assert rows[-1][step.name] == step.before
        rows.append(apply(rows[-1], {step.name: step.after}).row)
    return rows


@pytest.fixture(scope="module")
def reached(model: RiskModel) -> Plan:
    row = patient(**SMOKER)
    plan = smallest_plan(model, row, "cvd_10y", 0.7 * risk(model, row, "cvd_10y"))
    assert plan.reached
    return plan


def test_the_end_is_under_the_threshold(reached: Plan) -> None:
    assert reached.end.risk < reached.threshold <= reached.start.risk
    assert reached.end == reached.steps[-1].estimate
    assert reached.why_not == ""
    assert reached.label == LABEL


def test_the_steps_recomputed_by_hand_give_the_same_numbers(model: RiskModel, reached: Plan) -> None:
    rows = recompute(reached, patient(**SMOKER))
    given = model.predict(pd.DataFrame(rows))
    shown = [reached.start, *(step.estimate for step in reached.steps)]
    for table, column in ((given.risk, 0), (given.low, 1), (given.high, 2)):
        assert [e[column] for e in shown] == pytest.approx(table["cvd_10y"].tolist(), rel=1e-9)


def test_moved_values_are_those_that_changed(reached: Plan) -> None:
    rows = recompute(reached, patient(**SMOKER))
    for step, (before, after) in zip(reached.steps, pairwise(rows), strict=True):
        changed = {name for name in VOCABULARY if before[name] != after[name] and pd.notna(after[name])}
        assert changed == {step.name, *(moved.name for moved in step.moved)}
        assert all(moved.after == pytest.approx(after[moved.name]) for moved in step.moved)


def test_steps_are_worded_with_values_units_and_what_moves_along(model: RiskModel) -> None:
    row = patient(**SMOKER)
    only = [BOUND["systolic_bp"]]
    start = risk(model, row, "cvd_10y")
    lowest = smallest_plan(model, row, "cvd_10y", start / 1000, only)
    plan = smallest_plan(model, row, "cvd_10y", (start + lowest.end.risk) / 2, only)
    (step,) = plan.steps
    assert step.text.startswith(f"Systolic pressure: 158 mmHg → {step.after:.0f} mmHg (with it diastolic pressure ")
    assert f"systolic pressure {step.after:.0f} mmHg" in plan.text


def test_the_last_input_is_changed_no_more_than_needed(model: RiskModel, reached: Plan) -> None:
    """One unit step back, of any input, is no longer under the threshold."""
    row = patient(**SMOKER)
    for step in reached.steps:
        values = [step.before, *BOUND[step.name].values(step.before)]
        back = values[int(np.argmin(np.abs(np.array(values) - step.after))) - 1]
        changes = {s.name: s.after for s in reached.steps} | {step.name: float(back)}
        assert risk(model, apply(row, changes).row, "cvd_10y") >= reached.threshold


def test_fewer_inputs_do_not_reach_what_needs_more(model: RiskModel) -> None:
    row = patient(**SMOKER)
    lowest = [smallest_plan(model, row, "cvd_10y", 1e-6, most=most).end.risk for most in (1, 2, 3)]
    assert lowest[0] > lowest[1] > lowest[2]
    between = (lowest[0] + lowest[1]) / 2
    assert not smallest_plan(model, row, "cvd_10y", between, most=1).reached
    assert len(smallest_plan(model, row, "cvd_10y", between).steps) == 2


def test_an_unreachable_threshold_says_so_with_the_lowest_estimate(model: RiskModel) -> None:
    row = patient(**SMOKER)
    plan = smallest_plan(model, row, "cvd_10y", 1e-6)
    assert not plan.reached
    assert plan.text == ""
    assert plan.why_not.startswith("No plausible change of at most three inputs brings the estimate under 0.0001 %.")
    assert "The lowest it reaches is" in plan.why_not
    assert plan.end == plan.steps[-1].estimate
    assert 1e-6 <= plan.end.risk < plan.start.risk


def test_already_under_the_threshold_needs_no_step(model: RiskModel) -> None:
    plan = smallest_plan(model, patient(**SMOKER), "cvd_10y", 0.99)
    assert plan.reached
    assert plan.steps == ()
    assert "already" in plan.text


def test_a_patient_the_model_refuses_gets_the_reason(model: RiskModel) -> None:
    plan = smallest_plan(model, patient(**SMOKER), "diabetes", 0.1)
    assert not plan.reached
    assert plan.why_not == "No estimate is given for this patient: already told of diabetes."
    assert np.isnan(plan.start.risk)


def test_nothing_known_that_care_can_change(model: RiskModel) -> None:
    plan = smallest_plan(model, patient(age=60, sex=1, smoking=0), "cvd_10y", 1e-4)
    assert not plan.reached
    assert plan.steps == ()
    assert "Nothing is known" in plan.why_not


def test_a_change_the_model_associates_with_a_higher_risk_is_not_proposed(model: RiskModel) -> None:
    row = patient(**SMOKER)
    upwards = Bound("systolic_bp", 1, 178.0, "A test of the wrong direction.")
    raised = apply(row, {"systolic_bp": 178.0}).row
    assert risk(model, raised, "cvd_10y") > risk(model, row, "cvd_10y")
    plan = smallest_plan(model, row, "cvd_10y", 1e-6, [upwards])
    assert plan.steps == ()
    assert "None of the changes" in plan.why_not


def test_a_step_that_leaves_the_training_data_is_not_proposed(model: RiskModel) -> None:
    row = patient(**SMOKER)
    lowest = model.support["cvd_10y"]["systolic_bp"].low
    deep = Bound("systolic_bp", -1, 62.0, "A test beyond the training data.")
    plan = smallest_plan(model, row, "cvd_10y", 1e-6, [deep])
    assert plan.steps[-1].after >= lowest > 62


def test_changes_are_full_steps_of_the_unit_shown(model: RiskModel) -> None:
    row = patient(**SMOKER)
    unit = find_unit(VOCABULARY["ldl_cholesterol"].units, "mmol/L")
    plan = smallest_plan(model, row, "cvd_10y", 1e-6, [BOUND["ldl_cholesterol"]], units={"ldl_cholesterol": unit})
    (step,) = plan.steps
    shown = from_canonical(step.after, unit)
    assert shown == pytest.approx(round(shown, 1))
    assert f"→ {shown:.1f} mmol/L" in step.text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"outcome": "gout"}, "does not estimate"),
        ({"threshold": 0.0}, "between 0 and 100"),
        ({"threshold": 1.0}, "between 0 and 100"),
        ({"threshold": float("nan")}, "between 0 and 100"),
        ({"most": 4}, "one to three"),
    ],
)
def test_questions_that_make_no_sense_are_refused(model: RiskModel, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        smallest_plan(model, patient(**SMOKER), **({"outcome": "cvd_10y", "threshold": 0.1} | arguments))


def test_the_model_is_asked_a_few_times_only(model: RiskModel, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    predict = model.predict
    monkeypatch.setattr(model, "predict", lambda frame: rows.append(len(frame)) or predict(frame))
    smallest_plan(model, patient(**SMOKER), "cvd_10y", 1e-6)
    assert len(rows) <= 20
    assert sum(rows) < 5000


def test_a_representation_shows_no_value_of_the_patient(reached: Plan) -> None:
    assert f"{reached.start.risk}" not in repr(reached)
    assert "158" not in repr(reached.steps)


def test_triples_read_off_their_pairs_are_what_the_model_says(model: RiskModel) -> None:
    """Without LDL and HDL, which share total cholesterol, the sum of curves and pairs is exact."""
    facts = {k: v for k, v in SMOKER.items() if k not in ("ldl_cholesterol", "hdl_cholesterol")}
    row = patient(**facts)
    ladders = ladders_for(row, DEFAULT_BOUNDS, model.inputs_of("cvd_10y"), {})
    space, start, effects = Space(model, "cvd_10y", row, ladders, load_links()).lowering()
    *_, triples = grids(space, start, effects, 3)
    some = np.flatnonzero(np.isfinite(triples.logits))[::97]
    assert len(some) > 10
    assert triples.logits[some] == pytest.approx(space.score(triples.states[some]), abs=1e-4)


people = st.fixed_dictionaries(
    {
        "age": st.integers(35, 78),
        "sex": st.sampled_from([0, 1]),
        "systolic_bp": st.integers(105, 178),
        "total_cholesterol": st.integers(170, 300),
        "hdl_cholesterol": st.integers(30, 75),
        "smoking": st.sampled_from([0, 1, 2]),
        "bp_medication": st.sampled_from([0, 1]),
    },
    optional={
        "bmi": st.floats(20, 39.5),
        "waist": st.integers(75, 125),
        "diastolic_bp": st.integers(55, 100),
        "ldl_cholesterol": st.integers(75, 165),
        "hba1c": st.floats(4.9, 11),
        "glucose": st.integers(80, 250),
        "egfr": st.integers(45, 110),
        "physical_activity": st.sampled_from([0, 1]),
        "diabetes": st.sampled_from([0, 1]),
    },
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=people, share=st.floats(0.2, 0.98), outcome=st.sampled_from(["cvd_10y", "cvd_death_10y", "dysglycaemia"]))
@example(  # a higher HDL cholesterol moves the total one before it is lowered itself
    facts={"age": 67, "sex": 0, "systolic_bp": 105, "total_cholesterol": 215, "hdl_cholesterol": 44, "smoking": 1,
           "bp_medication": 1},
    share=0.5, outcome="cvd_death_10y",
)  # fmt: skip
@example(  # with the total cholesterol as low as it was seen a higher HDL cholesterol no longer helps
    facts={"age": 67, "sex": 1, "systolic_bp": 106, "total_cholesterol": 170, "hdl_cholesterol": 49, "smoking": 0,
           "bp_medication": 1},
    share=0.5, outcome="cvd_10y",
)  # fmt: skip
def test_any_plan_holds_what_it_promises(model: RiskModel, facts: dict[str, float], share: float, outcome: str) -> None:
    row = patient(**facts if outcome != "dysglycaemia" else facts | {"hba1c": float("nan")})  # measured: no plan
    start = risk(model, row, outcome)
    assume(start == start)
    plan = smallest_plan(model, row, outcome, share * start)
    rows = recompute(plan, row)
    falls = [plan.start.risk, *(step.estimate.risk for step in plan.steps)]
    assert plan.reached == (plan.end.risk < plan.threshold) == (plan.why_not == "")
    assert all(after < before for before, after in pairwise(falls))
    assert falls == pytest.approx(model.predict(pd.DataFrame(rows)).risk[outcome].tolist(), rel=1e-9)
    assert len({step.name for step in plan.steps}) == len(plan.steps) <= 3
    for step in plan.steps:
        bound = BOUND[step.name]
        assert bound.direction * (step.after - step.before) > 0
        assert bound.direction * (bound.reach(step.before) - step.after) > -1e-6
    fixed = [name for name in VOCABULARY if not VOCABULARY[name].modifiable or pd.isna(row[name])]
    pd.testing.assert_series_equal(rows[-1][fixed], row[fixed])


class TestBeyondTheTrainingData:
    """A patient whose own value is held at the edge, and values that a change would bring there."""

    HEAVY = SMOKER | {"weight": 132}  # BMI 42.6

    def test_an_estimate_that_is_only_a_lower_bound_is_under_no_threshold(self, model: RiskModel) -> None:
        heavy = patient(**self.HEAVY)
        highest = model.support["cvd_10y"]["bmi"].high
        assert heavy["bmi"] > highest
        found = smallest_plan(model, heavy, "cvd_10y", 0.98 * risk(model, heavy, "cvd_10y"))
        assert found.start.bound == "at least"
        assert found.reached
        assert recompute(found, heavy)[-1]["bmi"] <= highest + 0.1
        assert found.end.bound == ""

    def test_a_start_that_is_only_a_lower_bound_is_not_under_it_already(self, model: RiskModel) -> None:
        heavy = patient(**self.HEAVY)
        found = smallest_plan(model, heavy, "cvd_10y", 1.02 * risk(model, heavy, "cvd_10y"))
        assert found.steps or not found.reached
        assert not found.start.under(0.99)

    def test_where_it_stays_a_lower_bound_the_plan_says_so(self, model: RiskModel) -> None:
        row = patient(**SMOKER | {"weight": 165})  # BMI 53: 15 % less is still beyond
        found = smallest_plan(model, row, "cvd_10y", 0.98 * risk(model, row, "cvd_10y"))
        assert not found.reached
        assert "The lowest it reaches is at least" in found.why_not

    def test_no_value_is_moved_beyond_it(self, model: RiskModel) -> None:
        lowest = model.support["cvd_10y"]["total_cholesterol"].low
        row = patient(**SMOKER | {"total_cholesterol": lowest + 20, "ldl_cholesterol": 90})
        space = Space(
            model, "cvd_10y", row, ladders_for(row, DEFAULT_BOUNDS, model.inputs_of("cvd_10y"), {}), load_links()
        )
        (at,) = (i for i, ladder in enumerate(space.ladders) if ladder.name == "ldl_cholesterol")
        states = np.zeros((len(space.ladders[at].rungs), len(space.ladders)), dtype=np.int64)
        states[:, at] = np.arange(len(states))
        total = lowest + 20 - (90 - space.ladders[at].rungs)
        np.testing.assert_array_equal(np.isinf(space.score(states)), total < np.round(lowest) - 0.5)


SUGAR_FACTS = {
    "age": 54,
    "sex": 0,
    "height": 164,
    "weight": 88,
    "systolic_bp": 142,
    "diastolic_bp": 86,
    "total_cholesterol": 231,
    "hdl_cholesterol": 41,
    "glucose": 109,
    "diabetes": 0,
    "smoking": 2,
    "physical_activity": 0,
}


@pytest.mark.parametrize("outcome", ["diabetes", "dysglycaemia"])
def test_for_sugar_only_causes_are_moved_never_the_marker_that_is_the_diagnosis(model: RiskModel, outcome: str) -> None:
    plan = smallest_plan(model, patient(**SUGAR_FACTS), outcome, 0.001)
    assert {step.name for step in plan.steps} <= {"bmi", "systolic_bp", "smoking", "physical_activity"}


def test_the_plan_says_what_glucose_would_probably_do_with_the_weight(model: RiskModel) -> None:
    row = patient(**SUGAR_FACTS)
    plan = smallest_plan(model, row, "diabetes", 0.001, [BOUND["bmi"]])
    change = sum(step.after - step.before for step in plan.steps)
    assert plan.follows == markers_text("diabetes", row, change, load_links())


def test_a_plan_whose_every_bound_is_the_diagnosis_has_nothing_to_change(model: RiskModel) -> None:
    plan = smallest_plan(model, patient(**SUGAR_FACTS), "diabetes", 0.001, [BOUND["glucose"]])
    assert plan.steps == ()
    assert plan.why_not
