"""A small table of the trial's columns, and what a trial of it finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.generated.use.copula import fit_copula
from riskmodels.shipping.adults import FOLLOW_UP, VARIABLES, Parts, split_people
from riskmodels.shipping.generated_trial.command import Trial
from riskmodels.shipping.generated_trial.generators import Maker
from riskmodels.shipping.generated_trial.kept import Kept
from riskmodels.shipping.generated_trial.results import Result
from riskmodels.vocabulary import VOCABULARY, Kind


def table(n: int, seed: int) -> pd.DataFrame:
    """Everything rises with age; a tenth is not known."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 80, n).round()
    found = {"age": age}
    for name in VARIABLES[1:]:
        place = (0.5 * (age - 20) / 60 + rng.uniform(0, 0.5, n)).clip(0.01, 0.99)
        if VOCABULARY[name].kind is Kind.NUMBER:
            low, high = VOCABULARY[name].usual
            found[name] = (low + place * (high - low)).round(1)
        else:
            found[name] = (place > 0.6).astype(float)
        found[name][rng.random(n) < 0.1] = np.nan
    found["pregnancy"] = np.zeros(n)
    found["diabetes"] = np.where(rng.random(n) < 0.9, 0.0, found["diabetes"])
    found["hba1c"] = (4.5 + (age - 20) / 60 * 1.5 + rng.exponential(0.5, n)).round(1)
    event = np.where(rng.random(n) < (age - 20) / 150, rng.integers(1, 3, n), 0)
    return pd.DataFrame(
        {**found, FOLLOW_UP[0]: rng.integers(1, 200, n).astype(float), FOLLOW_UP[1]: event.astype(float)}
    )


@pytest.fixture(scope="session")
def parts() -> Parts:
    return split_people(table(900, 0), 300, 1)


def _copula(fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    return fit_copula(fit).sample(rows, seed)


def _members(fit: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    return fit.iloc[:rows].copy()


@pytest.fixture(scope="session")
def chosen() -> dict[str, Maker]:
    """The copula as ours, and a control that gives its members away."""
    ours = Maker("Ours", _copula, ("use/copula",), role="ours")
    return {"ours": ours, "members": Maker("Members", _members, (), role="control")}


@pytest.fixture(scope="session")
def results(parts: Parts, chosen: dict[str, Maker], tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    trial = Trial(parts, "test", Kept(tmp_path_factory.mktemp("trial"), lambda text: None))
    return [trial.real(), *(trial.result(key, maker) for key, maker in chosen.items())]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"
