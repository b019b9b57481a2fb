from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import RiskModel

from .conftest import INPUTS, SMALL, make_cohort


@pytest.fixture(scope="module")
def taught() -> RiskModel:
    frame, targets = make_cohort(3000, seed=5)
    config = SMALL.__class__(**{**vars(SMALL), "epochs": 12, "interval_steps": 800})
    return fit_model(frame, targets, name="taught", inputs=INPUTS, config=config, device="cpu")


def hidden(frame: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Single inputs but age and sex hidden, a share drawn from 0–100 % for each person."""
    rng = np.random.default_rng(seed)
    hide = rng.random(frame.shape) < rng.random((len(frame), 1))
    hide[:, :2] = False
    return frame.mask(hide)


def test_nine_of_ten_people_land_in_the_interval_when_the_unknown_is_measured(taught: RiskModel) -> None:
    people, _ = make_cohort(3000, seed=6)
    full, seen = taught.predict(people).risk["diabetes"], taught.predict(hidden(people))
    partly = hidden(people).notna().sum(axis=1) < people.notna().sum(axis=1)
    inside = (full >= seen.low["diabetes"]) & (full <= seen.high["diabetes"])
    assert 0.85 < inside[partly].mean() < 0.96


def test_knowing_more_narrows_the_interval_on_average(taught: RiskModel) -> None:
    people, _ = make_cohort(1000, seed=7)
    less = people.assign(glucose=np.nan)
    widths = [p.high["diabetes"] - p.low["diabetes"] for p in (taught.predict(people), taught.predict(less))]
    known = people["glucose"].notna()
    assert widths[0][known].mean() < widths[1][known].mean()


def test_with_everything_known_the_model_s_own_spread_is_left(taught: RiskModel) -> None:
    people, _ = make_cohort(500, seed=8)
    found = taught.predict(people.dropna())
    low, risk, high = (part["diabetes"].dropna() for part in (found.low, found.risk, found.high))
    assert ((low < risk) & (risk < high)).all()
    assert float((high - low).median()) < 0.3
