"""Parts of the population: who is in them, and when they are too small."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.evaluation import Plan, age_bands, auroc, standard_subgroups, subgroup_metrics


@pytest.fixture(scope="module")
def people() -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    rng = np.random.default_rng(0)
    p = 1 / (1 + np.exp(-rng.normal(-1, 1.2, 600)))
    frame = pd.DataFrame({"age": rng.uniform(20, 80, 600), "sex": rng.integers(0, 2, 600).astype(float)})
    return (rng.random(600) < p).astype(float), p, frame


def test_age_bands_have_whole_years_on_their_side():
    bands = age_bands(pd.Series([20, 44.9, 45, 64.9, 65, 85, np.nan]))
    assert bands[:6].tolist() == ["under 45", "under 45", "45–64", "45–64", "65 and over", "65 and over"]
    assert bands.isna()[6]


def test_standard_divisions_use_the_words_of_the_vocabulary():
    frame = pd.DataFrame({"age": [30.0, 70.0], "sex": [0.0, 1.0]}, index=[7, 9])
    groups = standard_subgroups(frame, ["nh_white", None])
    assert groups["sex"].tolist() == ["female", "male"]
    assert list(groups) == ["sex", "age", "race/ethnicity (audit only)"]
    assert groups.index.tolist() == [7, 9]


def test_a_part_has_the_metric_of_its_people(people):
    label, p, frame = people
    parts = subgroup_metrics(label, p, standard_subgroups(frame), plan=Plan(20))
    women = next(part for part in parts if part.level == "female")
    inside = (frame["sex"] == 0).to_numpy()
    assert women.n == inside.sum()
    assert women.events == label[inside].sum()
    assert women.metrics["auroc"].value == pytest.approx(auroc(label[inside], p[inside]))


def test_parts_of_a_division_add_up_and_come_in_order(people):
    label, p, frame = people
    parts = [part for part in subgroup_metrics(label, p, standard_subgroups(frame), plan=Plan(5)) if part.by == "age"]
    assert [part.level for part in parts] == ["under 45", "45–64", "65 and over"]
    assert sum(part.n for part in parts) == len(label)


@pytest.mark.parametrize("few", [1.0, 0.0], ids=["events", "people without the event"])
def test_fewer_than_ten_are_not_estimable_but_counted(few):
    label = np.r_[np.full(9, few), np.full(50, 1 - few)]
    (part,) = subgroup_metrics(label, np.linspace(0.1, 0.9, 59), pd.DataFrame({"all": ["x"] * 59}), plan=Plan(5))
    assert part.n == 59
    assert all(np.isnan(estimate).all() for estimate in part.metrics.values())


def test_ten_events_are_estimable():
    label = np.r_[np.ones(10), np.zeros(50)]
    (part,) = subgroup_metrics(label, np.linspace(0.1, 0.9, 60), pd.DataFrame({"all": ["x"] * 60}), plan=Plan(5))
    assert np.isfinite(part.metrics["auroc"].value)


def test_people_without_a_group_are_in_no_part(people):
    label, p, _ = people
    column = pd.Series(["a"] * 300 + [None] * 300, dtype=object)
    (part,) = subgroup_metrics(label, p, pd.DataFrame({"site": column}), plan=Plan(5))
    assert part.n == 300


def test_a_part_nobody_has_a_score_in_is_counted_as_empty():
    parts = subgroup_metrics([0, 1], [np.nan, 0.4], pd.DataFrame({"site": ["a", "b"]}), plan=Plan(5))
    assert parts[0].n == 0
    assert np.isnan(parts[0].observed)


def test_lengths_that_differ_are_refused():
    with pytest.raises(InputError, match="1 and 2 people"):
        subgroup_metrics([0, 1], [0.1, 0.2], pd.DataFrame({"site": ["a"]}))
