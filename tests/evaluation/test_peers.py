"""Tuned peers on small made-up people with a known risk; one on NHANES."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts.nhanes.frame import diabetes_label, read_nhanes
from riskmodels.errors import InputError, TrainingError
from riskmodels.evaluation import auroc
from riskmodels.evaluation.peers import ALL_PEERS, PEERS, Dataset, Peer, fit_peers

INPUTS = ("age", "sex", "smoking", "systolic_bp", "never_known")


def people(n: int, seed: int) -> Dataset:
    """Risk rises with age, smoking and, U-shaped, with pressure; a fifth of the pressures is unknown."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(20, 80, n),
            "sex": rng.integers(0, 2, n).astype(float),
            "smoking": rng.integers(0, 3, n).astype(float),
            "systolic_bp": rng.normal(130, 20, n),
            "never_known": np.nan,
        }
    )
    logit = -3 + (frame["age"] - 50) / 15 + frame["smoking"] / 2 + ((frame["systolic_bp"] - 130) / 20) ** 2
    label = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(float)
    frame.loc[rng.random(n) < 0.2, "systolic_bp"] = np.nan
    return Dataset(frame, label, rng.uniform(0.5, 2, n))


@pytest.fixture(scope="module", autouse=True)
def _small_searches() -> object:
    trees = "riskmodels.evaluation.peer_trees"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{trees}.SEARCHES", 2)
        patch.setattr(f"{trees}._BAGS", 2)
        patch.setattr(f"{trees}.TREES", 30)
        small = {"interactions": 0, "max_bins": 32, "max_rounds": 200}
        patch.setattr(f"{trees}.EBM_SETTINGS", (small,))
        yield


@pytest.fixture(scope="module")
def peers(_small_searches) -> dict[str, Peer]:
    return fit_peers(people(1500, 0), people(500, 1), INPUTS, names=ALL_PEERS)


@pytest.mark.parametrize("name", ALL_PEERS)
def test_peer_finds_the_risk_in_other_people(peers, name):
    test = people(3000, 2)
    straight = name == "logistic"  # it cannot follow the pressure
    assert auroc(test.label, peers[name].predict(test.frame)) > (0.7 if straight else 0.8)


@pytest.mark.parametrize("name", ALL_PEERS)
def test_peer_is_calibrated_where_it_was_tuned(peers, name):
    tune = people(500, 1)
    predicted = np.average(peers[name].predict(tune.frame), weights=tune.weight)
    assert predicted == pytest.approx(np.average(tune.label, weights=tune.weight), abs=1e-3)


@pytest.mark.parametrize("name", ALL_PEERS)
def test_peer_answers_when_everything_is_unknown(peers, name):
    unknown = pd.DataFrame(np.nan, index=[5], columns=list(INPUTS))
    assert 0 < peers[name].predict(unknown)[0] < 1


def test_probability_and_log_odds_agree(peers):
    frame = people(20, 3).frame
    odds = np.exp(peers["ebm"].log_odds(frame))
    assert peers["ebm"].predict(frame) == pytest.approx(odds / (1 + odds))


def test_an_input_that_is_never_known_is_not_used(peers):
    assert peers["logistic"].inputs == ("age", "sex", "smoking", "systolic_bp")


def test_peers_say_what_they_were_set_to_and_how_long_it_took(peers):
    assert "C" in peers["logistic"].settings
    assert peers["xgboost"].settings["trees"] > 1
    assert all(peer.seconds > 0 for peer in peers.values())


@pytest.mark.parametrize("name", ALL_PEERS)
def test_same_seed_gives_the_same_peer_whatever_the_threads(peers, name):
    again = fit_peers(people(1500, 0), people(500, 1), INPUTS, names=[name], threads=1)[name]
    frame = people(50, 4).frame
    assert again.predict(frame).tolist() == peers[name].predict(frame).tolist()


def test_card_is_made_with_peers_that_there_are():
    assert set(PEERS) <= set(ALL_PEERS)


@pytest.mark.parametrize("name", ALL_PEERS)
def test_settings_can_be_given_instead_of_chosen(peers, name):
    given = {name: peers[name].settings}
    again = fit_peers(people(1500, 0), people(500, 1), INPUTS, names=[name], settings=given)[name]
    assert again.settings == peers[name].settings
    assert again.tune_log_loss == pytest.approx(peers[name].tune_log_loss)


def test_recalibration_can_be_left_out():
    peer = fit_peers(people(500, 0), people(300, 1), INPUTS, names=["logistic"], recalibrate=False)["logistic"]
    assert (peer.slope, peer.intercept) == (1, 0)


def test_weighting_the_events_up_raises_the_risk():
    train, tune = people(800, 0), people(400, 1)
    heavy = [Dataset(part.frame, part.label, np.where(part.label == 1, 5.0, 1.0)) for part in (train, tune)]
    frame = people(100, 2).frame
    plain = fit_peers(train, tune, INPUTS, names=["logistic"])["logistic"]
    weighted = fit_peers(*heavy, INPUTS, names=["logistic"])["logistic"]
    assert (weighted.predict(frame) > plain.predict(frame)).all()


def test_people_without_a_label_change_nothing():
    train, tune = people(500, 0), people(300, 1)
    more = Dataset(
        pd.concat([train.frame, people(50, 9).frame]),
        np.r_[train.label, np.full(50, np.nan)],
        np.r_[train.weight, np.ones(50)],
    )
    first, second = (fit_peers(d, tune, INPUTS, names=["logistic"])["logistic"] for d in (train, more))
    assert first.predict(tune.frame) == pytest.approx(second.predict(tune.frame))


def test_an_absent_column_is_named(peers):
    with pytest.raises(InputError, match="smoking"):
        peers["logistic"].predict(people(5, 0).frame.drop(columns="smoking"))


def test_an_unknown_peer_is_named():
    with pytest.raises(InputError, match="oracle"):
        fit_peers(people(50, 0), people(50, 1), INPUTS, names=["oracle"])


def test_one_class_cannot_be_fitted():
    data = people(50, 0)
    with pytest.raises(TrainingError, match="with and people without"):
        fit_peers(Dataset(data.frame, np.zeros(50)), data, INPUTS, names=["logistic"])


def test_inputs_that_never_vary_cannot_be_fitted():
    with pytest.raises(TrainingError, match="varies"):
        fit_peers(people(50, 0), people(50, 1), ["never_known"], names=["logistic"])


@pytest.mark.shared_data
def test_logistic_regression_on_nhanes_reaches_what_was_measured(shared: Path):
    frame = read_nhanes(shared / "cohorts" / "nhanes_adults_1999_2018")
    label, year = diabetes_label(frame), frame["cycle"].astype(str).str[:4].astype(int)
    train, tune, test = (Dataset(frame[m], label[m]) for m in (year <= 2011, year == 2013, year >= 2015))
    peer = fit_peers(train, tune, ["age", "bmi", "waist", "glucose"], names=["logistic"])["logistic"]
    assert auroc(test.label, peer.predict(test.frame)) > 0.89
