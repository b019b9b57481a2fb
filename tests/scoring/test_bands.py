"""An age that is only known to lie in a band: the estimate is that of its middle, the interval holds both ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from riskmodels.checks import check
from riskmodels.cli.main import main
from riskmodels.scoring import score_cohort
from riskmodels.tabular.model import RiskModel, load_shipped

OUTCOMES = ("diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y")


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return {"population": load_shipped()["population"]}


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """A man of 40–60 and one of 50, beside a man whose band reaches beyond the ages of an outcome, by the command."""
    folder: Path = tmp_path_factory.mktemp("bands")
    rows = ["age,sex,bmi,systolic_bp", "40-60,male,29,140", "50,male,29,140", "70-80,male,29,140", "50-52,,29,140"]
    (folder / "cohort.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert main(["score", str(folder / "cohort.csv"), str(folder / "result.parquet")]) == 0
    return pq.read_table(folder / "result.parquet").to_pandas()


def alone(models: dict[str, RiskModel], age: float) -> pd.Series:
    row = pd.DataFrame({"age": [age], "sex": [1.0], "bmi": [29.0], "systolic_bp": [140.0]})
    return score_cohort(check(row), models).table.iloc[0]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_estimate_is_the_middle_s_and_the_interval_reaches_from_one_end_to_the_other(
    scored: pd.DataFrame, models: dict[str, RiskModel], outcome: str
) -> None:
    youngest, middle, oldest = (alone(models, age) for age in (40.0, 50.0, 60.0))
    low, risk, high = (float(scored.loc[0, f"{outcome}_{part}"]) for part in ("low", "risk", "high"))
    assert risk == pytest.approx(float(middle[f"{outcome}_risk"]), abs=1e-12)
    ends = [float(row[f"{outcome}_{part}"]) for row in (youngest, middle, oldest) for part in ("low", "high")]
    assert low == pytest.approx(min(ends), abs=1e-12)
    assert high == pytest.approx(max(ends), abs=1e-12)
    assert high - low > float(middle[f"{outcome}_high"] - middle[f"{outcome}_low"])


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_others_keep_their_interval(scored: pd.DataFrame, models: dict[str, RiskModel], outcome: str) -> None:
    for part in ("low", "risk", "high"):
        known = float(alone(models, 50.0)[f"{outcome}_{part}"])
        assert float(scored.loc[1, f"{outcome}_{part}"]) == pytest.approx(known, abs=1e-12)


def test_an_end_beyond_the_ages_of_an_outcome_adds_nothing(scored: pd.DataFrame, models: dict[str, RiskModel]) -> None:
    assert np.isnan(alone(models, 80.0)["cvd_10y_risk"])
    parts = [float(alone(models, age)[f"cvd_10y_{part}"]) for age in (70.0, 75.0) for part in ("low", "high")]
    assert scored.loc[2, ["cvd_10y_low", "cvd_10y_high"]].tolist() == pytest.approx([min(parts), max(parts)], abs=1e-12)


def test_a_row_that_is_refused_gets_no_interval_by_its_band(scored: pd.DataFrame) -> None:
    assert scored.loc[3, [f"{o}_{part}" for o in OUTCOMES for part in ("risk", "low", "high")]].isna().all()
