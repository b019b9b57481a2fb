"""The trial of optimisation: enrichment counted by hand, chance as chance, series as they are defined."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.molecules.endpoints import THROMBIN
from riskmodels.molecules.structures.structure import standardise
from riskmodels.shipping.molecules.data import Data
from riskmodels.shipping.molecules.optimise_trial import Picks, enrichment
from riskmodels.shipping.molecules.series import series_of

TAILS = ["", "C", "CC", "CCC", "CCCC", "O", "CO", "CCO", "F", "Cl", "CN", "CCN"]
#: of the training part: 4 to 11; of the test part: above its best quarter (9.25) or not
VALUES, TESTED = [4.0, 5, 6, 7, 8, 9, 10, 11], [12.0, 9.0, 9.5, 1.0]


def data() -> Data:
    structures = [standardise(f"{tail}c1ccccc1") for tail in TAILS]
    table = pd.DataFrame(
        {
            "endpoint": THROMBIN.name,
            "compound": np.arange(len(TAILS)),
            "value": [*VALUES, *TESTED],
            "test": [False] * len(VALUES) + [True] * len(TESTED),
            "cliff": False,
            "row": np.arange(len(TAILS)),
        }
    )
    return Data(structures, [], table, {}, {})


def test_a_series_starts_from_its_weaker_half_and_better_is_above_the_best_quarter() -> None:
    (series,) = series_of(data(), THROMBIN)
    assert series.weaker.tolist() == [0, 1, 2, 3]
    assert series.stronger.tolist() == [4, 5, 6, 7]
    assert dict(zip(series.test.tolist(), series.better.tolist(), strict=True)) == {
        8: True,
        9: False,
        10: True,
        11: False,
    }


def test_enrichment_is_hits_over_chance() -> None:
    found = enrichment([Picks(3, 1.0, 4, 4, 16), Picks(1, 1.0, 2, 2, 4)])
    assert (found.ratio, found.hits, found.better) == (pytest.approx(2.0), 4, 6)
    assert found.low is not None
    assert found.high is not None
    assert found.low == pytest.approx(1.0)
    assert found.high == pytest.approx(3.0)


def test_random_picks_are_not_enriched() -> None:
    rng = np.random.default_rng(0)
    picks = [Picks(int(rng.hypergeometric(5, 15, 5)), 5 * 5 / 20, 5, 5, 20) for _ in range(400)]
    found = enrichment(picks)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1 < found.high


def test_nothing_to_find_has_no_enrichment() -> None:
    assert enrichment([Picks(0, 0.0, 3, 0, 50)]).ratio is None
