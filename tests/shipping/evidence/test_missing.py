"""Hidden inputs, one more input told, and subsets as files have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from riskmodels.shipping.evidence.judged import Answers, Judged
from riskmodels.shipping.evidence.missing import conceal, drawn, missing_inputs, share_known, tell
from tests.shipping.evidence.conftest import TINY


def test_what_is_hidden_is_unknown_and_the_rest_is_as_it_was(judged: Judged) -> None:
    hidden = np.zeros((len(judged.people), len(judged.inputs)), dtype=bool)
    hidden[0, 2] = True
    frame = conceal(judged, hidden)
    before = judged.people[list(judged.inputs)]
    assert np.isnan(frame.iloc[0, 2])
    assert frame.iloc[1:].equals(before.iloc[1:])


def test_people_are_drawn_in_their_order_and_no_more_than_there_are(judged: Judged) -> None:
    assert drawn(judged, 10**6).people.equals(judged.people)
    assert drawn(judged, 50).people.index.is_monotonic_increasing


def test_glucose_comes_with_the_hours_fasted() -> None:
    people = pd.DataFrame({"glucose": [100.0, 90.0], "fasting_hours": [9.0, 2.0], "bmi": [30.0, 25.0]})
    frame = people * np.nan
    tell(frame, people, {0: "glucose", 1: "bmi"})
    assert frame.iloc[0].tolist()[:2] == [100.0, 9.0]
    assert frame["bmi"].tolist()[1] == 25.0
    assert frame.notna().to_numpy().sum() == 3


def test_every_person_is_in_one_share_of_known_inputs(judged: Judged) -> None:
    found = missing_inputs(judged, TINY)
    assert sum(share["n"] for share in found["by_share"]) == len(judged.people)
    assert [share["known"] for share in found["by_share"]] == ["0–25 %", "25–50 %", "50–75 %", "75–100 %"]


def test_interval_of_everything_holds_all_and_one_of_nothing_none(judged: Judged) -> None:
    class Wide(Judged):
        def answers(self, frame: pd.DataFrame) -> Answers:
            risk = super().answers(frame).risk
            return Answers(risk, np.zeros(len(frame)), np.ones(len(frame)))

    class Narrow(Judged):
        def answers(self, frame: pd.DataFrame) -> Answers:
            risk = super().answers(frame).risk
            return Answers(risk, np.full(len(frame), 0.5), np.full(len(frame), 0.5))

    parts = {name: getattr(judged, name) for name in ("outcome", "people", "label", "weight", "cluster", "fits")}
    wide, narrow = (missing_inputs(kind(**parts), TINY) for kind in (Wide, Narrow))
    assert [s["inside"][0] for s in wide["by_share"] if s["n"]] == [1.0] * sum(s["n"] > 0 for s in wide["by_share"])
    assert {s["inside"][0] for s in narrow["by_share"] if s["n"]} == {0.0}
    assert wide["one_more"] is not None
    assert wide["one_more"]["change"][0] == 0.0


def test_more_known_ranks_better_in_the_subsets(judged: Judged) -> None:
    found = missing_inputs(judged, TINY)["subsets"]
    with_glucose = [s["auroc"][0] or 0 for s in found if "glucose" in s["inputs"]]
    without = [s["auroc"][0] or 0 for s in found if "glucose" not in s["inputs"]]
    assert np.mean(with_glucose) > np.mean(without)


def test_probabilities_as_labels_have_no_auroc(judged: Judged) -> None:
    soft = replace(judged, label=np.full(len(judged.label), 0.3))
    found = missing_inputs(soft, TINY)
    assert found["subsets"][0]["auroc"] == [None, None, None]
    assert found["subsets"][0]["moved"][0] is not None


def test_share_known_counts_what_the_file_lacks_too() -> None:
    assert share_known(pd.DataFrame({"a": [1.0, np.nan], "b": [1.0, 2.0]})).tolist() == [1.0, 0.5]
