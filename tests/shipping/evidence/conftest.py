"""An invented survey, a model fitted on it in seconds, and its people as they are judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.shipping.evidence.judged import Judged
from riskmodels.shipping.evidence.scale import Scale
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.recipes import Labelled
from riskmodels.tabular.reference import Reference
from riskmodels.vocabulary import VOCABULARY
from tests.tabular.conftest import INPUTS, SMALL, make_cohort

TINY = Scale(people=None, replicates=20, hidden=600, asked=25)
CYCLES = ("1999-2000", "2013-2014", "2015-2016")


@pytest.fixture(scope="session")
def survey() -> Labelled:
    """1,500 people of three cycles: fitted on, calibrated on, tested on."""
    known, target = make_cohort()
    rng, n = np.random.default_rng(5), len(known)
    frame = pd.DataFrame({name: known.get(name, np.nan) for name in VOCABULARY}, index=pd.RangeIndex(n, name="seqn"))
    cycle = np.repeat(CYCLES, n // 3)
    frame = frame.assign(
        hba1c=np.where(target["diabetes"] == 1, 7.0, 5.0),
        diabetes=0.0,
        physical_activity=rng.integers(0, 2, n).astype(float),
        waist=rng.normal(98, 14, n).clip(60, 160),
        bp_medication=rng.integers(0, 2, n).astype(float),
        family_history_diabetes=rng.integers(0, 2, n).astype(float),
        cycle=cycle,
        strata=rng.integers(0, 8, n).astype(float),
        psu=rng.integers(1, 3, n).astype(float),
        race_ethnicity=rng.choice(["nh_white", "nh_black"], n),
        survey_weight=rng.uniform(1e3, 1e5, n),
    )
    label = target.set_axis(frame.index)
    part = pd.DataFrame({"diabetes": pd.Series(cycle, frame.index).map(dict(zip(CYCLES, ("fit", "tune", "test"))))})  # noqa: B905
    return Labelled(frame, label, label.notna().astype(float), part)


@pytest.fixture(scope="session")
def model(survey: Labelled) -> RiskModel:
    rows = survey.rows("diabetes", "fit")
    people = survey.frame[rows]
    fitted = fit_model(people, survey.targets[rows], name="small", inputs=INPUTS, config=SMALL, device="cpu")
    weight = pd.Series(1.0, index=people.index)
    known = Reference.fit(people, fitted.predict(people).risk, weight, fitted.inputs, "invented")
    return fitted.calibrated(fitted.calibration, known, fitted.card)


@pytest.fixture(scope="session")
def judged(model: RiskModel, survey: Labelled) -> Judged:
    people = survey.frame[survey.rows("diabetes", "test")]
    label = survey.targets.loc[people.index, "diabetes"].to_numpy(float)
    n = len(people)
    return Judged("diabetes", people, label, np.ones(n), np.arange(n).astype(object), ((model, np.arange(n)),))
