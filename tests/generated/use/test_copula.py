"""The Gaussian copula: correlations come back whatever the columns are cut into, and so do gaps and types."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import TrainingError
from riskmodels.generated.use.copula import fit_copula


def latent(n: int, correlation: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n)


@pytest.mark.parametrize("correlation", [-0.6, 0.3, 0.9])
@pytest.mark.parametrize("cuts", [(None, None), (None, 1.0), (0.5, 1.0)])
def test_latent_correlation_comes_back_from_what_is_cut(correlation, cuts):
    z = latent(20_000, correlation, 0)
    columns = {
        name: z[:, i] if cut is None else (z[:, i] > cut).astype(float)
        for i, (name, cut) in enumerate(zip("ab", cuts, strict=True))
    }
    assert fit_copula(pd.DataFrame(columns)).matrix[0, 1] == pytest.approx(correlation, abs=0.03)


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    z, rng = latent(8000, 0.7, 1), np.random.default_rng(2)
    frame = pd.DataFrame({"number": np.exp(z[:, 0]).round(2), "yes": (z[:, 1] > 1).astype(float)})
    frame["word"] = pd.Series(np.where(z[:, 1] > 0, "b", "a"), dtype=object)
    frame["whole"] = rng.integers(1, 5, len(frame))
    frame["number"] = frame["number"].mask(z[:, 1] + rng.normal(size=len(z)) > 1)
    frame["empty"] = np.nan
    return frame


def test_columns_types_and_values_are_those_of_the_table(real):
    invented = fit_copula(real).sample(2000, 0)
    assert list(invented) == list(real)
    assert invented.dtypes.to_dict() == real.dtypes.to_dict()
    assert invented["empty"].isna().all()
    for name in ("number", "yes", "word", "whole"):
        assert set(invented[name].dropna()) <= set(real[name].dropna())


def test_shares_and_gaps_come_back_together(real):
    invented = fit_copula(real).sample(20_000, 0)
    assert invented["yes"].mean() == pytest.approx(real["yes"].mean(), abs=0.01)
    for answer in (0, 1):  # what is not known follows the other column
        gap, own = (t.loc[t["yes"] == answer, "number"].isna().mean() for t in (real, invented))
        assert own == pytest.approx(gap, abs=0.05)
    by_word = [t.groupby("word")["yes"].mean() for t in (real, invented)]
    assert by_word[1]["b"] == pytest.approx(by_word[0]["b"], abs=0.04)


def test_same_seed_same_rows(real):
    copula = fit_copula(real)
    pd.testing.assert_frame_equal(copula.sample(50, 3), copula.sample(50, 3))
    assert not copula.sample(50, 3).equals(copula.sample(50, 4))


def test_one_person_is_too_few():
    with pytest.raises(TrainingError, match="at least two"):
        fit_copula(pd.DataFrame({"a": [1.0]}))
