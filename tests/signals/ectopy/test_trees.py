"""Trees as arrays give what the library that grew them gives."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.signals.ectopy.trees import Trees, trees_of_lightgbm


@pytest.fixture(scope="module")
def grown():
    import lightgbm

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(600, 8)).astype(np.float32)
    rows[:, 3] = np.round(rows[:, 3])
    label = rows[:, 0] * rows[:, 1] + rows[:, 3] + rng.normal(0, 0.3, 600) > 0
    model = lightgbm.LGBMClassifier(n_estimators=30, num_leaves=12, max_depth=5, n_jobs=1, verbose=-1, random_state=1)
    return model.fit(rows, label).booster_, rows


def test_log_odds_agree_with_the_library(grown):
    booster, rows = grown
    np.testing.assert_allclose(
        trees_of_lightgbm(booster).log_odds(rows), booster.predict(rows, raw_score=True), atol=1e-9
    )


def test_stored_trees_are_the_same(grown):
    booster, rows = grown
    trees = trees_of_lightgbm(booster)
    again = Trees.of_tensors("t", trees.tensors("t"))
    assert again.depth == trees.depth == 5
    np.testing.assert_array_equal(again.log_odds(rows), trees.log_odds(rows))


def test_no_rows_have_no_answers(grown):
    booster, rows = grown
    assert trees_of_lightgbm(booster).log_odds(rows[:0]).shape == (0,)


def test_one_tree_of_one_leaf_is_a_constant():
    one = np.zeros((1, 1), np.int64)
    trees = Trees(one, np.zeros((1, 1)), one, one, np.full((1, 1), 0.7), 0)
    np.testing.assert_allclose(trees.log_odds(np.ones((3, 2), np.float32)), 0.7)


@pytest.mark.parametrize(("part", "value"), [("left", 99), ("right", -1), ("left", 0)])
def test_branches_that_lead_nowhere_or_in_a_circle_are_refused(grown, part, value):
    tensors = trees_of_lightgbm(grown[0]).tensors("t")
    tensors[f"t.{part}"] = tensors[f"t.{part}"].clone()
    tensors[f"t.{part}"][0, 0] = value
    with pytest.raises(ValueError, match=r"nowhere|circle"):
        Trees.of_tensors("t", tensors)
