"""The flow of people adds up, each left out once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from riskmodels.shipping.evidence.flow import flow_of
from riskmodels.tabular.recipes import Labelled


def with_reasons(survey: Labelled) -> Labelled:
    frame, targets = survey.frame.copy(), survey.targets.copy()
    reasons = {"age": 18.0, "diabetes": 1.0, "pregnancy": 1.0, "hba1c": np.nan}
    for i, (name, value) in enumerate(reasons.items()):
        frame.loc[frame.index[10 * i : 10 * i + 10], name] = value
    targets.iloc[:40] = np.nan
    return replace(survey, frame=frame, targets=targets, weights=targets.notna().astype(float))


def test_everybody_is_in_a_part_or_left_out(survey: Labelled) -> None:
    flow = flow_of(with_reasons(survey), "diabetes", "invented")
    placed = sum(one["n"] for one in flow["left_out"]) + sum(part["n"] for part in flow["parts"])
    assert placed == flow["people"] == len(survey.frame)


def test_each_reason_has_its_people(survey: Labelled) -> None:
    left = {one["reason"]: one["n"] for one in flow_of(with_reasons(survey), "diabetes", "invented")["left_out"]}
    assert left == {
        "not aged 20 to 110": 10,
        "already told of diabetes, or treated for it": 10,
        "pregnant": 10,
        "no HbA1c": 10,
    }


def test_parts_say_events_where_they_were_counted(survey: Labelled) -> None:
    fitted, calibrated, tested = flow_of(survey, "diabetes", "invented")["parts"]
    assert (fitted["label"], calibrated["label"], tested["label"]) == ("fitted", "calibrated", "tested")
    assert tested["events"] == survey.targets.loc[survey.rows("diabetes", "test"), "diabetes"].sum()


def test_probabilities_as_labels_have_no_events(survey: Labelled) -> None:
    soft = replace(survey, targets=survey.targets * 0.5)
    assert {part["events"] for part in flow_of(soft, "diabetes", "invented")["parts"]} == {None}
