"""Trained here, tested there: what a predictor may see, groups, and tables of which nothing can be learnt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.generated.use.transfer import Tables, Target, fit_ranked, make_targets, members_of, transfer


def table(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = (x + rng.normal(0, 1, n) > 1).astype(float)
    return pd.DataFrame({"x": x, "y": y, "copy": y, "sex": (rng.random(n) < 0.5).astype(float)})


TABLES = Tables(table(600, 1), table(600, 2), table(600, 3), 0)


def test_a_column_kept_apart_is_not_seen():
    seen = transfer(TABLES, Target("y"), "logistic", {})[0]
    unseen = transfer(TABLES, Target("y", ("copy",)), "logistic", {})[0]
    assert seen.invented > 0.999
    assert 0.75 < unseen.invented < 0.95


def test_outcomes_by_name_do_not_see_one_another():
    assert make_targets(["y", "copy", Target("x")]) == (Target("y", ("copy",)), Target("copy", ("y",)), Target("x"))


def test_a_computed_outcome_has_its_own_labels():
    target = Target("high", ("x",), lambda frame: (frame["x"] > 1).astype(float).where(frame["sex"] == 1))
    found = transfer(TABLES, target, "logistic", {})[0]
    assert found.people == int((TABLES.test["sex"] == 1).sum())
    assert found.events == int(((TABLES.test["sex"] == 1) & (TABLES.test["x"] > 1)).sum())


def test_an_outcome_that_is_not_yes_or_no_is_refused():
    with pytest.raises(InputError, match="x is not yes/no"):
        Target("x").labels(TABLES.real)
    with pytest.raises(InputError, match="no outcome z"):
        Target("z").labels(TABLES.real)


@pytest.mark.parametrize("predictor", ["boosting", "logistic"])
def test_invented_rows_with_one_answer_only_teach_nothing(predictor):
    tables = Tables(TABLES.invented.assign(y=0.0), TABLES.real, TABLES.test, 0)
    found = transfer(tables, Target("y", ("copy",)), predictor, {})[0]
    assert found.invented == 0.5
    assert np.isnan(found.reverse)
    assert found.prevalence_invented == 0


def test_standard_error_is_that_of_a_paired_difference():
    # the same rows on both sides: people differ, the difference does not
    found = transfer(Tables(TABLES.real, TABLES.real, TABLES.test, 0), Target("y", ("copy",)), "boosting", {})[0]
    assert found.difference == 0
    assert found.difference_se == 0
    assert found.reverse_se > 0


def test_small_groups_have_no_figure():
    test = TABLES.test.assign(sex=0.0)
    test.loc[:14, "sex"] = 1.0
    groups = transfer(Tables(TABLES.invented, TABLES.real, test, 0), Target("y", ("copy",)), "logistic", {"sex": ()})[1]
    assert [g.group for g in groups] == ["0.0"]
    assert groups[0].figures.people == len(test) - 15


def test_bands_hold_their_lower_edge_and_not_the_unknown():
    frame = pd.DataFrame({"age": [39.0, 40.0, 59.9, 60.0, np.nan]})
    bands = members_of(frame, frame, "age", (40.0, 60.0))
    assert {name: rows.tolist() for name, rows in bands.items()} == {
        "below 40": [True, False, False, False, False],
        "40 to below 60": [False, True, True, False, False],
        "60 and more": [False, False, False, True, False],
    }


def test_ranked_logistic_does_not_ask_for_a_scale():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 1)), rng.random(400) < 0.4
    plain, bent = (fit_ranked(values, y.astype(float), 0)(values) for values in (x, np.exp(3 * x)))
    assert np.allclose(plain, bent)
