from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.checks import check
from riskmodels.cohorts.nhanes import read_demo
from riskmodels.errors import CareRiskError, ModelFileError
from riskmodels.model_files.folder import write_card
from riskmodels.tabular.device import choose_device
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.reference import Reference, age_band

from .conftest import INPUTS, SMALL

Cohort = tuple[pd.DataFrame, pd.DataFrame]
PERSON = pd.DataFrame({"age": [50.0], "sex": [0.0], "bmi": [31.0], "glucose": [104.0]})


def test_rows_keep_their_index_and_order_whatever_the_chunk(model: RiskModel, cohort: Cohort) -> None:
    frame = pd.concat([cohort[0]] * 3).set_axis(range(9000, 9000 + 3 * len(cohort[0])))
    whole = model.predict(frame).risk
    assert whole.index.equals(frame.index)
    one = model.predict(frame.iloc[[4200]]).risk
    np.testing.assert_allclose(one.iloc[0], whole.iloc[4200], rtol=1e-12)


def test_people_of_whom_the_same_is_known_get_the_very_same_estimate_wherever_they_stand() -> None:
    """Sums in single and double precision end in other bits by processor, thread and place in a batch."""
    model, people = load_shipped(device="cpu")["population"], check(read_demo().head(60)).frame
    who = np.random.default_rng(0).integers(0, len(people), 4099)
    prediction = model.predict(people.iloc[who].reset_index(drop=True))
    for table in (prediction.logit, prediction.risk, prediction.low, prediction.high):
        assert table.groupby(who).nunique().to_numpy().max() == 1


def test_no_rows_give_no_estimates(model: RiskModel) -> None:
    assert model.predict(PERSON.iloc[:0]).risk.shape == (0, 1)


def test_estimates_and_reasons_at_once_equal_each_on_its_own(model: RiskModel, cohort: Cohort) -> None:
    prediction, reasons = model.predict_and_explain(cohort[0])
    pd.testing.assert_frame_equal(prediction.risk, model.predict(cohort[0]).risk)
    alone = model.explain(cohort[0], "diabetes")
    pd.testing.assert_frame_equal(reasons["diabetes"].values, alone.values)
    assert reasons["diabetes"].gap.max() < 1e-9


def test_the_interval_holds_the_estimate(model: RiskModel, cohort: Cohort) -> None:
    p = model.predict(cohort[0])
    given = p.risk["diabetes"].notna()
    assert given.mean() > 0.9
    assert ((p.low < p.risk) & (p.risk < p.high))[given].all().all()


def test_columns_that_the_model_does_not_know_change_nothing(model: RiskModel) -> None:
    with_more = PERSON.assign(hdl_cholesterol=40.0, note="x")
    pd.testing.assert_frame_equal(model.predict(with_more).logit, model.predict(PERSON).logit)


def test_what_defines_the_outcome_is_not_an_input(model: RiskModel) -> None:
    assert "hba1c" not in model.inputs_of("diabetes")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"age": 19.0}, "valid for ages 20"),
        ({"age": np.nan}, "Age is needed"),
        ({"diabetes": 1.0}, "diabetes"),
        ({"pregnancy": 1.0}, "not valid in pregnancy"),
        ({"bmi": 95.0}, "too far outside the training data: Body mass index"),
    ],
)
def test_a_refusal_has_its_reason_and_no_number(model: RiskModel, change: dict[str, float], reason: str) -> None:
    p = model.predict(PERSON.assign(**change))
    assert reason in p.refused.loc[0, "diabetes"]
    assert np.isnan([p.risk.iloc[0, 0], p.low.iloc[0, 0], p.high.iloc[0, 0]]).all()


def test_near_the_edge_of_the_training_data_there_is_a_caution(model: RiskModel) -> None:
    seen = model.support["diabetes"]["bmi"]
    p = model.predict(PERSON.assign(bmi=(seen.usual_high + seen.high) / 2))
    assert "Body mass index" in p.cautions.loc[0, "diabetes"]
    assert p.refused.loc[0, "diabetes"] == ""


def test_a_saved_model_gives_the_same_answers(model: RiskModel, cohort: Cohort, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    again = RiskModel.load(tmp_path / "m", "cpu")
    np.testing.assert_allclose(again.predict(cohort[0]).logit, model.predict(cohort[0]).logit, rtol=1e-12)
    assert again.version.startswith(again.created)


def test_changed_weights_are_refused(model: RiskModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    path = tmp_path / "m" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelFileError, match="not those on its card"):
        RiskModel.load(tmp_path / "m")


@pytest.mark.parametrize("card", ["{", '{"format": 1}', '{"format": 99}', "[]"])
def test_a_damaged_card_is_refused(model: RiskModel, tmp_path: Path, card: str) -> None:
    model.save(tmp_path / "m")
    (tmp_path / "m" / "card.json").write_text(card)
    with pytest.raises(ModelFileError, match="Restore the folder"):
        RiskModel.load(tmp_path / "m")


def test_a_card_without_its_encoding_is_refused(model: RiskModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    path = tmp_path / "m" / "card.json"
    write_card(path.parent, {k: v for k, v in json.loads(path.read_text()).items() if k != "encoding"})
    with pytest.raises(ModelFileError, match="not complete"):
        RiskModel.load(tmp_path / "m")


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no model in nowhere"):
        RiskModel.load(tmp_path / "nowhere")
    with pytest.raises(ModelFileError, match="no trained model"):
        load_shipped(tmp_path)


def test_a_device_that_is_not_there_is_refused() -> None:
    if torch.cuda.is_available():
        pytest.skip("CUDA is present")
    with pytest.raises(CareRiskError, match="cuda is not present"):
        choose_device("cuda")


def test_weights_of_labels_change_the_fit(cohort: Cohort) -> None:
    frame, targets = cohort
    weights = targets.where(targets == 1, 0.2)  # events count five times
    heavy = fit_model(frame, targets, name="heavy", inputs=INPUTS, weights=weights, config=SMALL, device="cpu")
    light = fit_model(frame, targets, name="light", inputs=INPUTS, config=SMALL, device="cpu")
    assert heavy.form("diabetes").base > light.form("diabetes").base + 1


def test_the_curve_shows_the_contribution_of_one_input_alone(model: RiskModel) -> None:
    curve = model.curve("diabetes", "glucose")
    at = int(np.argmin(np.abs(curve.x - 110)))
    alone = model.explain(pd.DataFrame({"glucose": [curve.x[at]]}), "diabetes").values["glucose"].iloc[0]
    assert curve.logit[at] == pytest.approx(alone, abs=1e-9)
    assert (curve.low <= curve.logit).all()
    assert curve.counts.sum() > 1000


def make_reference() -> Reference:
    rng = np.random.default_rng(0)
    glucose = rng.normal(100, 15, 4000)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(50, 60, 4000),
            "sex": np.zeros(4000),
            "glucose": glucose,
            "bmi": 28 + 0.3 * (glucose - 100) + rng.normal(0, 2, 4000),
            "smoking": rng.integers(0, 3, 4000).astype(float),
        }
    )
    risk = pd.DataFrame({"diabetes": np.linspace(0, 1, 4000)})
    return Reference.fit(frame, risk, pd.Series(1.0, index=frame.index), ("glucose", "bmi", "smoking"), "invented")


def test_standing_is_the_share_of_the_same_sex_and_age_with_a_lower_risk() -> None:
    reference = make_reference()
    assert reference.percentile("diabetes", 0.25, 55, 0) == pytest.approx(0.25, abs=0.01)
    assert np.isnan(reference.percentile("diabetes", 0.25, 55, 1))
    assert np.isnan(reference.percentile("diabetes", 0.25, 35, 0))


def test_plausible_values_follow_what_is_known() -> None:
    reference = make_reference()
    anybody = reference.plausible("glucose", pd.Series({"age": 55.0}))
    heavy = reference.plausible("glucose", pd.Series({"bmi": 38.0}))
    assert anybody[2] == pytest.approx(100, abs=2)
    assert heavy[2] > 115
    assert np.ptp(heavy) < np.ptp(anybody)


def test_plausible_answers_of_a_choice_are_its_codes() -> None:
    assert set(make_reference().plausible("smoking", pd.Series({"bmi": 28.0}))) <= {0.0, 1.0, 2.0}


def test_a_reference_survives_its_file() -> None:
    reference = make_reference()
    again = Reference.from_dict(json.loads(json.dumps(reference.to_dict())))
    assert again.percentile("diabetes", 0.5, 55, 0) == pytest.approx(reference.percentile("diabetes", 0.5, 55, 0))


@pytest.mark.parametrize(("age", "band"), [(18.0, "18–29"), (59.9, "50–59"), (85.0, "80–110"), (np.nan, "")])
def test_age_bands_are_in_completed_years(age: float, band: str) -> None:
    assert age_band(age) == band


def test_narrowing_puts_the_most_telling_unknown_first(model: RiskModel, cohort: Cohort) -> None:
    frame = cohort[0]
    weight = pd.Series(1.0, index=frame.index)
    reference = Reference.fit(frame, model.predict(frame).risk, weight, model.inputs, "invented")
    judged = model.calibrated(model.calibration, reference, model.card)
    table = judged.narrowing(PERSON.drop(columns="glucose"), "diabetes")
    assert table["name"].iloc[0] == "glucose"
    assert set(table["name"]) == {"glucose", "systolic_bp", "smoking", "hypertension"}
    assert (table["low"] <= table["high"]).all()


def test_narrowing_says_nothing_about_a_refused_outcome(model: RiskModel) -> None:
    assert model.narrowing(PERSON.assign(pregnancy=1.0), "diabetes").empty
