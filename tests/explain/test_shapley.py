from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shap

from riskmodels.explain.shapley import Reasons
from riskmodels.tabular.model import RiskModel, load_shipped


@pytest.fixture(scope="module")
def shipped() -> RiskModel:
    return load_shipped(device="cpu")["population"]


PERSON = {
    "age": 57.0, "sex": 1.0, "bmi": 31.2, "waist": 108.0, "systolic_bp": 152.0, "hypertension": 1.0,
    "glucose": 112.0, "hdl_cholesterol": 38.0, "smoking": 2.0, "family_history_diabetes": 1.0,
}  # fmt: skip


def row(**changes: float) -> pd.DataFrame:
    return pd.DataFrame([PERSON | changes])


def explain_by(explainer: Any, model: RiskModel, frame: pd.DataFrame, outcome: str) -> np.ndarray:
    """Values by one of shap's own explainers: hidden inputs are NaN."""
    names = [n for n in model.inputs if n in frame]

    def log_odds(x: np.ndarray) -> np.ndarray:
        return model.predict(pd.DataFrame(x, columns=names)).logit[outcome].to_numpy()

    def hide(mask: np.ndarray, x: np.ndarray) -> tuple[np.ndarray]:
        return (np.where(mask, x, np.nan)[None, :],)

    values = explainer(log_odds, hide)(frame[names].to_numpy(float)).values
    return np.asarray(pd.DataFrame(values, columns=names).reindex(columns=model.inputs, fill_value=0.0))


@pytest.mark.parametrize("outcome", ["diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"])
def test_values_equal_shaps_exact_explainer_with_a_hiding_masker(shipped: RiskModel, outcome: str) -> None:
    frame = row()
    expected = explain_by(shap.explainers.Exact, shipped, frame, outcome)
    np.testing.assert_allclose(shipped.explain(frame, outcome).values, expected, atol=1e-6)


def test_values_equal_shaps_permutation_explainer(shipped: RiskModel) -> None:
    frame = row(egfr=71.0)
    expected = explain_by(shap.explainers.Permutation, shipped, frame, "cvd_10y")
    np.testing.assert_allclose(shipped.explain(frame, "cvd_10y").values, expected, atol=1e-6)


@pytest.fixture(scope="module")
def demo_reasons(shipped: RiskModel) -> dict[str, Reasons]:
    from riskmodels.cohorts.nhanes import read_demo

    demo = read_demo().head(1000)
    return {outcome: shipped.explain(demo, outcome) for outcome in shipped.outcomes}


def test_base_and_values_add_up_to_the_number_shown_for_every_row(demo_reasons: dict[str, Reasons]) -> None:
    for reasons in demo_reasons.values():
        assert reasons.gap.max() < 1e-5


def test_unknown_inputs_contribute_exactly_nothing(demo_reasons: dict[str, Reasons]) -> None:
    for reasons in demo_reasons.values():
        unknown = reasons.data.isna().to_numpy()
        assert unknown.any()
        assert (reasons.values.to_numpy()[unknown] == 0).all()


def test_the_base_is_the_estimate_for_a_person_of_whom_nothing_is_known(shipped: RiskModel) -> None:
    nobody = pd.DataFrame({"age": [np.nan]})
    for outcome in shipped.outcomes:
        reasons = shipped.explain(nobody, outcome)
        assert reasons.logit[0] == pytest.approx(reasons.base, abs=1e-9)
        assert shipped.predict(nobody).logit[outcome].iloc[0] == pytest.approx(reasons.base, abs=1e-9)


def test_reasons_are_the_same_each_time(shipped: RiskModel) -> None:
    first, second = (shipped.explain(row(), "diabetes").values for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_interactions_are_symmetric_and_their_rows_add_up_to_the_values(demo_reasons: dict[str, Reasons]) -> None:
    for reasons in demo_reasons.values():
        matrix = reasons.interactions
        np.testing.assert_allclose(matrix, matrix.transpose(0, 2, 1), atol=1e-10)
        np.testing.assert_allclose(matrix.sum(axis=2), reasons.values, atol=1e-9)


def test_probability_points_add_up_to_the_risk_and_keep_their_sign(demo_reasons: dict[str, Reasons]) -> None:
    for reasons in demo_reasons.values():
        base, points = reasons.points()
        risk = 1 / (1 + np.exp(-reasons.logit))
        np.testing.assert_allclose(base + points.sum(axis=1), risk, atol=1e-9)
        assert (np.sign(points.to_numpy()) == np.sign(reasons.values.to_numpy())).all()


def test_points_of_a_person_of_whom_nothing_is_known_are_all_nothing(shipped: RiskModel) -> None:
    base, points = shipped.explain(pd.DataFrame({"age": [np.nan]}), "diabetes").points()
    assert 0 < base < 1
    assert (points == 0).all().all()


def test_groups_are_signed_sums(shipped: RiskModel) -> None:
    reasons = shipped.explain(row(), "diabetes")
    body = reasons.values[["bmi", "waist"]].sum(axis=1)
    assert reasons.by_group()["body"].iloc[0] == pytest.approx(body.iloc[0])
    assert reasons.by_group().sum(axis=1).iloc[0] == pytest.approx(reasons.values.sum(axis=1).iloc[0])


def test_the_public_object_is_a_shap_explanation(shipped: RiskModel) -> None:
    explanation = shipped.explain(row(), "diabetes").to_shap()
    assert isinstance(explanation, shap.Explanation)
    assert explanation.values.shape == (1, len(shipped.inputs))
    assert explanation.feature_names == list(shipped.inputs)
    assert explanation.base_values[0] + explanation.values.sum() == pytest.approx(
        shipped.predict(row()).logit["diabetes"].iloc[0]
    )


def test_each_reason_has_the_spread_of_the_members(demo_reasons: dict[str, Reasons]) -> None:
    found = demo_reasons["diabetes"]
    own = np.stack([form.values(found.encoded()).numpy() for form in found.members])
    np.testing.assert_allclose(found.spread, own.std(0, ddof=1))
    assert (found.spread.to_numpy()[found.data.isna()] == 0).all()
    assert (found.spread.to_numpy()[found.data["age"].notna(), 0] > 0).all()


def test_identical_inputs_get_identical_values() -> None:
    """Two inputs with the same curve, the same partners and the same value share equally (symmetry)."""
    import torch

    from riskmodels.explain.shapley import PairwiseForm

    generator = torch.Generator().manual_seed(0)
    linear = torch.randn(3, 4, dtype=torch.float64, generator=generator)
    blocks = torch.randn(3, 4, 3, 4, dtype=torch.float64, generator=generator)
    linear[1] = linear[0]
    blocks[1, :, 2], blocks[2, :, 1] = blocks[0, :, 2], blocks[2, :, 0]
    blocks[0, :, 1] = blocks[0, :, 1] + blocks[0, :, 1].T
    blocks[1, :, 0] = blocks[0, :, 1]
    flat = blocks.reshape(12, 12)
    quadratic = torch.block_diag(*[torch.ones(4, 4)] * 3).logical_not() * (flat + flat.T)
    z = torch.randn(3, 1, 4, dtype=torch.float64, generator=generator)
    z[1] = z[0]
    basis = torch.eye(4, dtype=torch.float64).expand(3, 4, 4)
    values = PairwiseForm(0.0, linear, basis, quadratic, 10.0).values(z)[0]
    assert values[0] == pytest.approx(values[1])
    assert values[0] != pytest.approx(values[2])
