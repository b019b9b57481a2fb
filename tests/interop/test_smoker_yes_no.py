"""A file that tells only who smokes now: who does not is known not to, wherever no more is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report import build_report
from riskmodels.cohort_report.drift import drift_section
from riskmodels.cohort_report.training_distribution import training_distribution
from riskmodels.evaluation import Plan
from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import open_source
from riskmodels.scores import REGISTRY
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.vocabulary import CURRENT_SMOKER, SMOKES_NOT_NOW


def read(data: bytes | Path) -> pd.DataFrame:
    source = open_source(data)
    proposal = propose(take_sample(source))
    assert proposal.mapping.questions() == ()
    (chunk,) = source.chunks()
    return apply(proposal.mapping, chunk).frame


def cohort(people: int = 400, seed: int = 6) -> pd.DataFrame:
    """An invented export with a column “smoker” of yes and no, and all else that the four scores ask."""
    rng = np.random.default_rng(seed)
    smokes = rng.random(people) < 0.22
    return pd.DataFrame(
        {
            "age": rng.integers(42, 70, people),
            "sex": rng.choice(["female", "male"], people),
            "systolic_bp": rng.integers(105, 165, people),
            "bp_medication": rng.choice(["yes", "no"], people),
            "total_cholesterol": rng.integers(150, 260, people),
            "hdl_cholesterol": rng.integers(35, 80, people),
            "cholesterol_medication": "no",
            "diabetes": "no",
            "egfr": rng.integers(65, 110, people),
            "bmi": rng.integers(20, 38, people),
            "smoker": np.where(smokes, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return read(cohort().to_csv(index=False).encode())


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return load_shipped()["population"]


@pytest.mark.parametrize("name", ["prevent", "pce", "framingham", "score2"])
def test_every_score_that_asks_whether_now_has_its_value(frame: pd.DataFrame, name: str) -> None:
    score = REGISTRY[name]
    options = {"region": "moderate"} if name == "score2" else {}
    found = score.function(frame, **options)[score.value]
    assert set(frame["smoking"]) == {SMOKES_NOT_NOW, CURRENT_SMOKER}
    assert found.notna().all()


def test_who_does_not_smoke_now_counts_in_the_net_benefit(frame: pd.DataFrame, model: RiskModel) -> None:
    label = pd.Series((np.random.default_rng(1).random(len(frame)) < 0.15).astype(float), index=frame.index)
    report = build_report(frame, model.predict(frame), model, "cvd_10y", label=label, file="export.csv", replicates=20)
    decision = next(section for section in report.sections if section.key == "comparison_decision")
    assert "AHA PREVENT 2023" in set(decision.table["strategy"])
    assert f"on the same {len(frame)} rows" in decision.finding


def test_yes_and_no_alone_are_no_drift(frame: pd.DataFrame, model: RiskModel) -> None:
    section = drift_section(frame, ("smoking",), training_distribution(model), Plan(replicates=50))
    row = section.table.iloc[0]
    assert row["known"] == len(frame)
    assert row["psi"] < 0.05
    assert row["verdict"] == "little"


@pytest.mark.shared_data
def test_the_case_file(shared: Path) -> None:
    path = shared / "cases" / "cohort" / "smoker_yes_no.csv"
    if not path.is_file():
        pytest.skip(f"no {path.name} among the shared data")
    told, frame = pd.read_csv(path)["smoker"].to_numpy(), read(path)
    assert (frame["smoking"].to_numpy() == np.where(told == "yes", CURRENT_SMOKER, SMOKES_NOT_NOW)).all()
    for name in ("pce", "framingham"):
        score = REGISTRY[name]
        found = score.function(frame)
        assert found.loc[told == "no", score.value].notna().sum() >= 40  # the others are too old for it
    for name in ("prevent", "score2"):  # the file has no body mass index, no statin and no region
        assert not REGISTRY[name].function(frame)["missing"].str.contains("smoking").any()
