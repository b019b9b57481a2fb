"""How alike two tables are: known distances, correlations against pandas and scipy, patterns counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from scipy.stats.contingency import association

from riskmodels.errors import InputError
from riskmodels.generated.use.encoding import Encoding, normal_scores
from riskmodels.generated.use.fidelity import correlations, marginals, masks, pairs

NAN = np.nan


def shift(by: float) -> np.ndarray:
    return (np.arange(1000.0) + by)[:, None]


def test_distance_of_a_shifted_column_is_the_share_that_moved():
    encoding = Encoding(("x",), {}, frozenset())
    found = marginals(encoding, shift(200), shift(100), shift(0))[0]
    assert found.kind == "number"
    assert found.distance == pytest.approx(0.2)
    assert found.floor == pytest.approx(0.1)


def test_distance_of_answers_is_half_the_sum_of_differences():
    encoding = Encoding(("x",), {}, frozenset({"x"}))
    test = np.array([0.0, 0.0, 1.0, 1.0, NAN])[:, None]
    found = marginals(encoding, np.array([0.0, 2.0, 2.0, NAN, NAN])[:, None], test, test)[0]
    assert found.distance == pytest.approx((1 / 6 + 1 / 2 + 2 / 3) / 2)
    assert found.floor == 0
    assert (found.unknown_real, found.unknown_invented) == (0.2, 0.4)


@given(st.integers(0, 100))
def test_correlations_are_those_of_rows_that_know_both(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(300, 4)) @ rng.normal(size=(4, 4))
    values[rng.random(values.shape) < 0.3] = NAN
    assert np.allclose(correlations(values), pd.DataFrame(values).corr(min_periods=100), equal_nan=True)


def test_pairs_of_numbers_are_spearman_and_of_words_cramer():
    rng = np.random.default_rng(0)
    x = rng.normal(size=2000)
    real = pd.DataFrame({"x": x, "y": np.exp(x + rng.normal(size=2000)), "w": np.where(x > 0.3, "b", "a")})
    loose = real.assign(y=rng.permutation(real["y"]), w=rng.permutation(real["w"]))
    encoding = Encoding.of(real)
    tables = [encoding.codes(frame) for frame in (loose, real, real)]
    found = pairs(encoding, *tables)
    cut = np.digitize(x, np.quantile(x, [0.2, 0.4, 0.6, 0.8]))
    strength, left = (association(pd.crosstab(cut, t["w"]).to_numpy(), method="cramer") for t in (real, loose))
    assert found.count == 3
    assert found.floor == 0
    assert found.between == ("x", "w")
    assert found.worst == pytest.approx(strength - left)
    assert found.mean * 3 > spearmanr(x, real["y"])[0]


def test_columns_that_nobody_knows_are_no_pair():
    table = np.full((200, 2), NAN)
    assert pairs(Encoding(("a", "b"), {}, frozenset()), table, table, table).count == 0


def test_patterns_are_counted():
    test = np.array([[1.0, 1.0]] * 60 + [[1.0, NAN]] * 40)
    invented = np.array([[1.0, 1.0]] * 50 + [[1.0, NAN]] * 30 + [[NAN, NAN]] * 20)
    found = masks(invented, test, test)
    assert found.distance == pytest.approx(0.2)
    assert (found.floor, found.commonest_real, found.commonest_invented) == (0, 0.6, 0.5)
    assert found.columns == 1


class TestEncoding:
    def test_words_it_has_not_seen_are_one_code_more(self):
        encoding = Encoding.of(pd.DataFrame({"w": ["b", "a", None]}))
        assert encoding.codes(pd.DataFrame({"w": ["a", "b", "z", None]}))[:, 0].tolist()[:3] == [0, 1, 2]
        assert np.isnan(encoding.codes(pd.DataFrame({"w": [None]}))[0, 0])

    def test_words_where_numbers_are_due_are_refused(self):
        with pytest.raises(InputError, match="x holds words in one table"):
            Encoding.of(pd.DataFrame({"x": [1.0]})).codes(pd.DataFrame({"x": ["one"]}))

    def test_normal_scores_are_symmetric_and_zero_where_unknown(self):
        codes = np.array([[1.0], [2.0], [2.0], [3.0], [NAN]])
        scores = normal_scores(codes, codes)[:, 0]
        assert scores[0] == pytest.approx(-scores[3])
        assert scores[0] < -0.5
        assert scores[1:3] == pytest.approx(0)
        assert scores[4] == 0
