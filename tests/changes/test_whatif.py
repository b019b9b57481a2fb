"""What if: which values can be changed, what moves along, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.changes.links import BMI_IDENTITY, FRIEDEWALD, Links, load_links
from riskmodels.changes.whatif import Changed, apply, follow
from riskmodels.errors import InputError
from riskmodels.vocabulary import VOCABULARY


def patient(**facts: float) -> pd.Series:
    return pd.Series({name: facts.get(name, float("nan")) for name in VOCABULARY})


@pytest.fixture(scope="module")
def links() -> Links:
    return load_links()


def slope(links: Links, follower: str, leader: str, **facts: float) -> float:
    found = links.slope(follower, leader, patient(**facts))
    assert found is not None
    return found.slope


def names(changed: Changed) -> list[str]:
    return [moved.name for moved in changed.moved]


# body size


def test_weight_moves_bmi_by_height_and_waist_by_the_regression(links: Links) -> None:
    person = patient(sex=1, height=170, weight=90, bmi=31.1, waist=105)
    changed = apply(person, {"weight": 80.0}, links)
    fall = 10 / 1.7**2
    assert changed.row["bmi"] == pytest.approx(31.1 - fall)
    assert changed.row["waist"] == pytest.approx(105 - fall * slope(links, "waist", "bmi", sex=1))
    assert names(changed) == ["bmi", "waist"]


def test_bmi_moves_weight_back_to_what_height_says() -> None:
    changed = apply(patient(sex=0, height=164, weight=88, bmi=88 / 1.64**2), {"bmi": 30.0})
    assert changed.row["weight"] == pytest.approx(30 * 1.64**2)


def test_without_height_bmi_is_in_proportion_to_weight() -> None:
    assert apply(patient(weight=90, bmi=30), {"weight": 81.0}).row["bmi"] == pytest.approx(27)
    assert apply(patient(weight=90, bmi=30), {"bmi": 27.0}).row["weight"] == pytest.approx(81)


def test_waist_moves_bmi_by_the_regression_and_weight_by_height(links: Links) -> None:
    person = patient(sex=0, height=160, weight=76.8, bmi=30, waist=100)
    changed = apply(person, {"waist": 90.0}, links)
    bmi = 30 - 10 * slope(links, "bmi", "waist", sex=0)
    assert changed.row["bmi"] == pytest.approx(bmi)
    assert changed.row["weight"] == pytest.approx(bmi * 1.6**2)


def test_waist_stays_where_it_is_put_when_weight_is_changed_too() -> None:
    changed = apply(patient(sex=0, height=160, weight=76.8, bmi=30, waist=100), {"weight": 70.0, "waist": 98.0})
    assert changed.row["waist"] == 98
    assert names(changed) == ["bmi"]


def test_waist_does_not_follow_where_sex_is_not_known() -> None:
    changed = apply(patient(height=170, weight=90, bmi=31.1, waist=105), {"weight": 80.0})
    assert names(changed) == ["bmi"]


def test_weight_and_bmi_cannot_both_be_changed() -> None:
    with pytest.raises(InputError, match="one thing"):
        apply(patient(height=170, weight=90, bmi=31.1), {"weight": 80.0, "bmi": 30.0})


# lipids


def test_lipids_move_total_cholesterol_along() -> None:
    person = patient(total_cholesterol=230, ldl_cholesterol=150, hdl_cholesterol=45, triglycerides=175)
    changed = apply(person, {"ldl_cholesterol": 110.0, "hdl_cholesterol": 50.0, "triglycerides": 150.0})
    assert changed.row["total_cholesterol"] == pytest.approx(230 - 40 + 5 - 5)
    assert changed.moved[0].why == FRIEDEWALD


def test_total_cholesterol_moves_ldl_along() -> None:
    person = patient(total_cholesterol=230, ldl_cholesterol=150, hdl_cholesterol=45)
    assert apply(person, {"total_cholesterol": 200.0}).row["ldl_cholesterol"] == pytest.approx(120)


def test_triglycerides_above_400_move_nothing() -> None:
    person = patient(total_cholesterol=260, ldl_cholesterol=150, triglycerides=450)
    assert apply(person, {"triglycerides": 300.0}).moved == ()


def test_unknown_linked_values_stay_unknown() -> None:
    changed = apply(patient(sex=1, ldl_cholesterol=150, systolic_bp=150, bmi=30), {"ldl_cholesterol": 100.0, "bmi": 28})
    known = {"sex", "ldl_cholesterol", "systolic_bp", "bmi"}
    assert set(changed.row.dropna().index) == known
    assert changed.moved == ()


# pressure and sugar


def test_diastolic_follows_systolic_pressure_with_the_reason(links: Links) -> None:
    changed = apply(patient(sex=1, systolic_bp=160, diastolic_bp=95), {"systolic_bp": 130.0}, links)
    assert changed.row["diastolic_bp"] == pytest.approx(95 - 30 * slope(links, "diastolic_bp", "systolic_bp", sex=1))
    assert "for each 1 mmHg of systolic pressure" in changed.moved[0].why
    assert "men" in changed.moved[0].why


def test_systolic_does_not_follow_diastolic_pressure() -> None:
    assert apply(patient(sex=1, systolic_bp=160, diastolic_bp=95), {"diastolic_bp": 85.0}).moved == ()


def test_hba1c_and_glucose_follow_each_other(links: Links) -> None:
    person = patient(sex=0, diabetes=1, hba1c=8.4, glucose=180)
    up = apply(person, {"hba1c": 7.4}, links)
    assert up.row["glucose"] == pytest.approx(180 - slope(links, "glucose", "hba1c", diabetes=1))
    down = apply(person, {"glucose": 150.0}, links)
    assert down.row["hba1c"] == pytest.approx(8.4 - 30 * slope(links, "hba1c", "glucose", diabetes=1))


def test_of_whom_diabetes_is_not_known_counts_as_never_told(links: Links) -> None:
    found = links.slope("glucose", "hba1c", patient(sex=0))
    assert found is not None
    assert found.people == "people never told of diabetes"


def test_a_follower_stops_at_a_healthy_value_and_says_so() -> None:
    changed = apply(patient(sex=0, diabetes=1, hba1c=7.0, glucose=240), {"glucose": 100.0})
    assert changed.row["hba1c"] == pytest.approx(5.7)
    assert changed.moved[0].why.endswith("no lower than 5.7 %")


def test_a_follower_that_is_lower_already_stays_there() -> None:
    changed = apply(patient(sex=0, systolic_bp=150, diastolic_bp=62), {"systolic_bp": 130.0})
    assert changed.row["diastolic_bp"] == 62
    assert changed.moved == ()


# what is refused


@pytest.mark.parametrize("name", ["age", "sex", "height", "hypertension", "family_history_diabetes", "egfr"])
def test_what_care_cannot_change_is_locked(name: str) -> None:
    with pytest.raises(InputError, match="cannot be changed"):
        apply(patient(age=50, sex=1, height=170, hypertension=1, family_history_diabetes=1, egfr=80), {name: 1.0})


def test_a_value_that_is_not_known_cannot_be_changed() -> None:
    with pytest.raises(InputError, match="Waist is not known"):
        apply(patient(bmi=30), {"waist": 90.0})


def test_a_name_that_is_no_variable_is_refused() -> None:
    with pytest.raises(InputError, match="not a variable"):
        apply(patient(), {"cholesterin": 200.0})


@pytest.mark.parametrize("value", [301.0, 59.0, float("nan"), float("inf")])
def test_a_value_nobody_can_have_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="outside 60 mmHg to 300 mmHg"):
        apply(patient(systolic_bp=150), {"systolic_bp": value})


def test_a_linked_value_nobody_can_have_is_refused() -> None:
    with pytest.raises(InputError, match="where this change would bring it"):
        apply(patient(bmi=40, height=230, weight=211), {"bmi": 70.0})


def test_values_that_would_contradict_each_other_are_refused() -> None:
    with pytest.raises(InputError, match="would not be below total cholesterol 100"):
        apply(patient(total_cholesterol=200, hdl_cholesterol=110), {"total_cholesterol": 100.0})


@pytest.mark.parametrize(("before", "after"), [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0)])
def test_smoking_goes_from_current_to_former_only(before: float, after: float) -> None:
    assert apply(patient(smoking=2), {"smoking": 1.0}).row["smoking"] == 1
    with pytest.raises(InputError, match="current to former"):
        apply(patient(smoking=before), {"smoking": after})


def test_an_answer_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="not one of its answers"):
        apply(patient(physical_activity=0), {"physical_activity": 0.5})


def test_errors_tell_the_log_nothing_of_the_patient() -> None:
    with pytest.raises(InputError) as raised:
        apply(patient(systolic_bp=150), {"systolic_bp": 301.0})
    assert "301" not in raised.value.log


def test_the_patient_itself_is_not_changed() -> None:
    person = patient(sex=1, systolic_bp=150, diastolic_bp=90)
    apply(person, {"systolic_bp": 120.0})
    assert (person["systolic_bp"], person["diastolic_bp"]) == (150, 90)


def test_no_change_moves_nothing() -> None:
    person = patient(sex=1, height=170, weight=90, bmi=31.1, waist=105, systolic_bp=150, diastolic_bp=60)
    changed = apply(person, {"weight": 90.0, "systolic_bp": 150.0})
    pd.testing.assert_series_equal(changed.row, person)
    assert changed.moved == ()


def test_a_representation_shows_no_value_of_the_patient() -> None:
    assert "147" not in repr(apply(patient(sex=1, systolic_bp=147, diastolic_bp=90), {"systolic_bp": 120.0}))


# many at once


@given(
    weight=st.floats(60, 140),
    ldl=st.floats(60, 190),
    hdl=st.floats(30, 70),
    systolic=st.floats(110, 200),
    sex=st.sampled_from([0.0, 1.0]),
)
def test_one_change_after_the_other_gives_what_all_at_once_give(
    weight: float, ldl: float, hdl: float, systolic: float, sex: float
) -> None:
    person = patient(
        sex=sex,
        height=172,
        weight=95,
        bmi=95 / 1.72**2,
        waist=110,
        total_cholesterol=240,
        ldl_cholesterol=150,
        hdl_cholesterol=48,
        systolic_bp=165,
        diastolic_bp=96,
    )
    changes = {"weight": weight, "ldl_cholesterol": ldl, "hdl_cholesterol": hdl, "systolic_bp": systolic}
    step_by_step = person
    for name, value in changes.items():
        step_by_step = apply(step_by_step, {name: value}).row
    pd.testing.assert_series_equal(apply(person, changes).row, step_by_step)


def test_many_changes_at_once_are_those_one_by_one(links: Links) -> None:
    person = patient(sex=0, bmi=33, waist=104, systolic_bp=160, diastolic_bp=92)
    values = {"bmi": np.array([33.0, 30.0, 28.0]), "systolic_bp": np.array([150.0, 160.0, 100.0])}
    together = follow(person, values, links)
    for i in range(3):
        row = apply(person, {name: float(array[i]) for name, array in values.items()}, links).row
        assert [together[name].after[i] for name in ("waist", "diastolic_bp")] == [row["waist"], row["diastolic_bp"]]


def test_bmi_is_worded_as_the_identity_it_is() -> None:
    assert apply(patient(height=170, weight=90, bmi=31.1), {"weight": 80.0}).moved[0].why == BMI_IDENTITY
