"""The use card: real rows in place of invented ones pass, shuffled ones fail, and the card survives being written."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.generated.use.card import UseCard, mean_distance, use_card
from riskmodels.generated.use.transfer import Target


def people(n: int, seed: int) -> pd.DataFrame:
    """Age, sugar that rises with it, a told answer that follows sugar, a word, and sugar unknown in the young."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 80, n).round()
    sugar = (80 + 0.6 * age + rng.normal(0, 15, n)).round()
    told = (rng.random(n) < 1 / (1 + np.exp(-(sugar - 130) / 8))).astype(float)
    smoking = np.where(rng.random(n) < 0.2, "now", np.where(age > 50, "former", "never"))
    sugar[rng.random(n) < np.where(age < 40, 0.5, 0.05)] = np.nan
    return pd.DataFrame({"age": age, "sugar": sugar, "told": told, "smoking": pd.Series(smoking, dtype=object)})


def shuffled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Every column as it is, and nothing between them."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: frame[name].to_numpy()[rng.permutation(len(frame))] for name in frame})


REAL, TEST = people(1500, 0), people(1500, 1)


@pytest.fixture(scope="module")
def alike() -> UseCard:
    return use_card(people(1500, 2), REAL, TEST, ["told"], {"age": (40.0, 60.0), "smoking": ()}, seed=3)


@pytest.fixture(scope="module")
def apart() -> UseCard:
    return use_card(
        shuffled(REAL, 2), REAL, TEST, ["told"], {"age": (40.0,)}, impossible=lambda t: t["age"] > 75, seed=3
    )


class TestRealRowsInPlaceOfInventedOnes:
    def test_models_of_both_are_equal_within_chance(self, alike):
        for found in alike.transfers:
            assert abs(found.difference) < 3 * found.difference_se + 0.02
            assert found.real > 0.75
            assert abs(found.reverse - found.real) < 0.06

    def test_they_cannot_be_told_apart(self, alike):
        assert alike.detection.low < 0.5 < alike.detection.high
        assert alike.detection.rows == 1500

    def test_distances_are_those_of_chance(self, alike):
        assert mean_distance(alike.marginals) < 0.05
        assert alike.pairs.mean < 0.06
        assert alike.masks.distance < 0.05

    def test_groups_are_those_asked_for(self, alike):
        assert {(g.column, g.group) for g in alike.groups} == {
            ("age", "below 40"), ("age", "40 to below 60"), ("age", "60 and more"),
            ("smoking", "former"), ("smoking", "never"), ("smoking", "now"),
        }  # fmt: skip
        by_age = [g.figures for g in alike.groups if g.column == "age"]
        assert sum(figures.people for figures in by_age) == len(TEST)
        assert by_age[0].prevalence_real < by_age[2].prevalence_real


class TestShuffledColumns:
    def test_nothing_is_learnt_and_that_is_said(self, apart):
        boosting = next(t for t in apart.transfers if t.predictor == "boosting")
        assert boosting.invented < 0.6
        assert boosting.difference < -0.15
        assert boosting == apart.worst
        assert any("told (boosting)" in short for short in apart.shortfalls)

    def test_single_columns_are_kept_and_pairs_are_not(self, apart):
        assert mean_distance(apart.marginals) < 0.05
        assert apart.pairs.mean > 0.15
        assert apart.pairs.floor < 0.06

    def test_which_values_are_known_together_is_seen(self, apart):
        assert [m.unknown_invented for m in apart.marginals] == [float(REAL[c].isna().mean()) for c in REAL]
        assert apart.detection.auroc > 0.7
        assert apart.detection.telling[0][1] > apart.detection.telling[-1][1]

    def test_impossible_rows_are_counted_in_both_tables(self, apart):
        assert apart.impossible == {
            "invented": float((REAL["age"] > 75).mean()),
            "test": float((TEST["age"] > 75).mean()),
        }
        assert "cannot be of a person" in apart.shortfalls[-1]


class TestCard:
    def test_it_comes_back_from_json(self, apart):
        written = json.loads(json.dumps(apart.as_dict(), allow_nan=False))
        again = UseCard.read(written)
        assert again.as_dict() == apart.as_dict()
        assert again.sentences == apart.sentences

    def test_its_words_name_who_is_compared_with_whom(self, apart):
        text = " ".join(apart.sentences)
        assert "1,500 invented rows are compared with 1,500 real people" in text
        assert f"{int(TEST['told'].sum()):,} of 1,500 test people" in text
        assert "Short of its aims" in text

    def test_a_table_within_all_aims_is_said_to_be(self):
        card = use_card(TEST, REAL, TEST, [], seed=0)
        assert card.transfers == ()
        assert card.worst is None
        assert card.sentences[-1] == "It is within all its aims."

    def test_something_else_is_no_card(self):
        with pytest.raises(InputError, match="not a use card"):
            UseCard.read({"rows": {}})

    def test_same_seed_same_card(self, alike):
        groups = {"age": (40.0, 60.0), "smoking": ()}
        again = use_card(people(1500, 2), REAL, TEST, ["told"], groups, seed=3)
        assert again.as_dict() == alike.as_dict()

    def test_fits_of_real_rows_are_used_again(self):
        fits = {}
        first = use_card(people(300, 4), REAL, TEST, ["told"], predictors=["logistic"], fits=fits)
        held = dict(fits)
        second = use_card(people(300, 5), REAL, TEST, ["told"], predictors=["logistic"], fits=fits)
        assert list(held) == [(Target("told"), "logistic")]
        assert fits == held
        assert first.transfers[0].real == second.transfers[0].real


def test_an_empty_table_is_refused():
    with pytest.raises(InputError, match="fewer than two rows"):
        use_card(REAL.iloc[:0], REAL, TEST, ["told"])


def test_a_table_without_a_column_is_refused():
    with pytest.raises(InputError, match="no column smoking"):
        use_card(REAL.drop(columns="smoking"), REAL, TEST, ["told"])
