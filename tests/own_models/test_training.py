from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from riskmodels.own_models import peers, training
from riskmodels.own_models.people import OwnData
from riskmodels.own_models.store import OwnModel
from riskmodels.own_models.training import choose_penalty, config_for, train_own
from riskmodels.tabular.inputs import variables_of


class TestCard:
    def test_it_says_of_whom_how_judged_and_what_limits_it(self, kept: OwnModel) -> None:
        card = kept.card
        report = card["evaluation"][kept.outcome]
        assert report["n"] == 600
        value, low, high = report["metrics"]["this model"]["auroc"]
        assert 0.7 < low < value < high < 1
        assert {"holds_for", "missing", "split", "parts", "data", "layout", "own_columns"} <= set(card)
        assert any("no sex column" in text for text in card["limits"])
        assert any("Not validated on people of another place" in text for text in card["limits"])
        assert set(card["peers"].values()) == {"not fitted: not asked for"}

    def test_own_inputs_keep_name_unit_categories_and_whether_modifiable(self, kept: OwnModel) -> None:
        variables = variables_of(kept.card)
        assert variables["own_marker_x"].format(20.0) == "20.0 AU"
        assert [choice.word for choice in variables["own_ward"].choices] == ["heart", "medicine", "surgery"]
        assert variables["own_ward"].modifiable

    def test_no_cell_of_a_patient_is_on_it(self, kept: OwnModel) -> None:
        assert "100001" not in (kept.folder / "card.json").read_text(encoding="utf-8")


def test_explanations_add_up_with_own_inputs(own: OwnData, kept: OwnModel) -> None:
    model = kept.load("cpu")
    reasons = model.explain(own.frame.head(50), own.outcome)
    total = reasons.base + reasons.values.sum(axis=1)
    np.testing.assert_allclose(total, reasons.logit, atol=1e-6)
    assert (reasons.values["own_marker_x"][own.frame["own_marker_x"].head(50).isna()] == 0).all()


def test_curve_of_an_own_input_rises_as_it_was_made(own: OwnData, kept: OwnModel) -> None:
    drawn = kept.load("cpu").curve(own.outcome, "own_marker_x")
    assert drawn.logit[-10:].mean() > drawn.logit[:10].mean() + 1


def test_peers_are_fitted_on_the_same_folds(own: OwnData) -> None:
    rows = np.arange(600)
    found, missing = peers.peer_risks(own, rows[rows % 3 != 0], rows[rows % 3 == 0], 1)
    assert {"logistic regression", *missing, *found} == {"logistic regression", "XGBoost", "EBM"}
    assert roc_auc_score(own.label[rows % 3 == 0], found["logistic regression"]) > 0.75


def test_peer_that_is_not_installed_is_said(own: OwnData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    rows = np.arange(600)
    found, missing = peers.peer_risks(own, rows[:400], rows[400:], 1)
    assert list(found) == ["logistic regression"]
    assert set(missing.values()) == {"not installed here, so not compared"}


@pytest.mark.usefixtures("quick")
def test_large_cohorts_are_judged_on_patients_left_out(own: OwnData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SMALL", 100)
    model = train_own(own, own.outcome, peers=False, device="cpu")
    parts = model.card["parts"][own.outcome]
    assert parts["fit"]["n"] + parts["test"]["n"] == 600
    assert model.card["evaluation"][own.outcome]["n"] == parts["test"]["n"]


def test_penalty_of_noise_is_the_stiffest(own: OwnData) -> None:
    rng = np.random.default_rng(3)
    noise = OwnData(
        own.frame,
        pd.Series(rng.integers(0, 2, 600).astype(float), index=own.frame.index),
        own.weight,
        own.patient,
        own.inputs,
        own.outcome,
        {},
        own.variables,
    )
    assert choose_penalty(noise, np.arange(600), config_for(600), "cpu").curves == max(
        penalty.curves for penalty in training.CANDIDATES
    )


def test_progress_goes_forward_to_the_end(own: OwnData, quick: None) -> None:
    shares: list[float] = []
    train_own(own, own.outcome, peers=False, device="cpu", tell=lambda share, _: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] >= 0.95
