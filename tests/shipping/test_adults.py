"""The table of the trial: who is in it, outcomes that are computed, and parts that share nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.shipping.adults import (
    FOLLOW_UP,
    TARGETS,
    VARIABLES,
    YOUNGEST,
    death_10y,
    read_people,
    split_people,
)


@pytest.mark.parametrize(
    ("months", "event", "label"),
    [(60, 1, 1), (121, 1, 0), (60, 2, 0), (60, 0, np.nan), (120, 0, 0), (np.nan, np.nan, np.nan)],
    ids=["died of it", "died of it later", "died of something else", "lost", "lived", "not followed"],
)
def test_death_within_ten_years(months, event, label):
    found = death_10y(pd.DataFrame({"followup_months": [months], "event": [event]})).to_numpy()
    np.testing.assert_equal(found, [label])


def test_nobody_is_in_two_parts():
    table = pd.DataFrame({"who": np.arange(100.0)})
    parts = split_people(table, 30, 0)
    assert [len(parts.fit), len(parts.apart), len(parts.test)] == [30, 30, 40]
    assert sorted(np.concatenate([p["who"] for p in (parts.fit, parts.apart, parts.test)])) == table["who"].tolist()
    assert split_people(table, 30, 0).fit.equals(parts.fit)


def test_no_predictor_sees_how_people_were_followed():
    assert all(set(FOLLOW_UP) <= set(target.apart) for target in TARGETS)


@pytest.mark.shared_data
def test_adults_of_nhanes(shared):
    table = read_people(shared)
    assert list(table) == [*VARIABLES, *FOLLOW_UP]
    assert table["age"].min() == YOUNGEST
    events = {target.name: int(np.nansum(target.labels(table))) for target in TARGETS}
    assert events["diabetes"] == int((table["diabetes"] == 1).sum()) > 6000
    assert min(events.values()) > 1000
