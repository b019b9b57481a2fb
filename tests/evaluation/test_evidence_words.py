"""Sentences made from the evidence by rules."""

from __future__ import annotations

from typing import Any

import pytest

from riskmodels.evaluation.evidence import Evidence, Group, OutcomeEvidence
from riskmodels.evaluation.evidence_words import LONGEST, origin_words, sentence, times
from tests.evaluation.test_evidence import EMPTY


def group(by: str, level: str, ratio: list[float | None], n: int = 1000, events: int = 80) -> Group:
    share: Any = {"observed": 0.08, "expected": 0.04, "ratio": ratio, "in_the_large": ratio}
    return {"by": by, "level": level, "part": "test", "n": n, "events": events, "n_weighted": 0,
            "unweighted": share, "weighted": None}  # fmt: skip


def told(*groups: Group, auroc: float = 0.85, inside: float = 0.9) -> OutcomeEvidence:
    def validation(label: str, value: float) -> Any:
        return {"label": label, "metrics": {"auroc": [value, value - 0.02, value + 0.02]}}

    subsets = {"all inputs": validation("all inputs", auroc), "seven basics": validation("seven basics", 0.71)}
    missing = {"by_share": [{"inside": [inside, 0.0, 1.0]}], "one_more": None, "subsets": []}
    whole = group("all", "all", [1.0, 0.9, 1.1])
    return {**EMPTY, "validation": subsets, "groups": [whole, *groups], "missing": missing}  # type: ignore[typeddict-item]


def evidence(*groups: Group) -> Evidence:
    return {"outcomes": {"diabetes": told(*groups)}}  # type: ignore[typeddict-item]


def test_group_of_whom_twice_as_many_had_it_is_told_with_interval_and_n() -> None:
    found = origin_words(evidence(group("origin", "non-Hispanic Black", [2.02, 1.72, 2.39], 1808)), "diabetes")
    assert found == [
        "In tests about twice as many non-Hispanic Black adults had it as estimated (1.7–2.4 times; n 1,808)."
    ]


@pytest.mark.parametrize(
    ("ratio", "n", "events"),
    [
        ([1.1, 1.05, 1.2], 1000, 80),  # within the margin
        ([1.8, 0.9, 2.4], 1000, 80),  # the interval holds 1
        ([1.8, 1.2, 2.4], 150, 80),  # few people
        ([1.8, 1.2, 2.4], 1000, 9),  # few events
        ([None, None, None], 1000, 80),
    ],
)
def test_group_that_cannot_be_told_from_the_others_is_not_told_of(
    ratio: list[float | None], n: int, events: int
) -> None:
    assert origin_words(evidence(group("origin", "other Hispanic", ratio, n, events)), "diabetes") == []


def test_estimates_that_are_too_high_are_told_of_too() -> None:
    found = origin_words(evidence(group("origin", "non-Hispanic White", [0.7, 0.6, 0.8])), "diabetes")
    assert found == [
        "In tests 0.7 times as many non-Hispanic White adults had it as estimated (0.6–0.8 times; n 1,000)."
    ]


def test_people_of_asian_origin_are_told_of_once_and_the_worst_group_first() -> None:
    groups = [
        group("origin", "Asian or other", [2.1, 1.7, 2.7]),
        group("origin", "non-Hispanic Black", [1.5, 1.3, 1.7]),
        group("Asian origin", "non-Hispanic Asian", [1.9, 1.3, 2.6]),
    ]
    found = origin_words(evidence(*groups), "diabetes")
    assert ["Asian adults" in found[0], "Black" in found[1], len(found)] == [True, True, 2]


def test_other_divisions_are_not_origin() -> None:
    assert origin_words(evidence(group("sex", "female", [2.0, 1.7, 2.4])), "diabetes") == []


def test_outcome_that_was_not_measured_has_no_words() -> None:
    assert origin_words(evidence(), "cvd_10y") == []


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(2.1, "about twice as many"), (0.52, "about half as many"), (1.25, "1.2 times as many")],
)
def test_ratio_is_said_in_words_where_there_are_some(ratio: float, words: str) -> None:
    assert times(ratio) == words


def test_sentence_says_how_good_and_where_it_fails() -> None:
    found = sentence("diabetes", told(group("sex", "male", [1.5, 1.2, 1.8]), auroc=0.91))
    assert found == (
        "Ranks people very well (AUROC 0.91, seven basics 0.71). Right on average in tests; too low most among men "
        "(1.5 times)."
    )


def test_sentence_without_a_failing_group_says_so() -> None:
    assert "no group fails beyond 1.2 times" in sentence("diabetes", told())


def test_sentence_says_that_the_interval_holds_too_few() -> None:
    assert sentence("diabetes", told(inside=0.06)).endswith("Its 90 % interval holds 6 % where worst.")


def test_sentence_is_of_at_most_forty_words() -> None:
    worst = group("origin", "Asian or other", [2.1, 1.7, 2.7], 1461)
    found = sentence("diabetes", told(worst, auroc=0.95, inside=0.06))
    assert len(found.split()) <= LONGEST


def test_sentence_of_an_outcome_learnt_from_an_equation_says_how_near_it_is() -> None:
    near = {"mean_absolute_points": [0.5, 0.4, 0.6], "p99_absolute_points": 3.9}
    agreement: Any = {"all inputs": near, "base inputs only, against base PREVENT": near}
    found = sentence("cvd_10y", {**EMPTY, "agreement": agreement})
    assert found.startswith("Agrees with PREVENT within 0.5 points on average, 3.9 in 99 of 100")


def test_the_whole_is_told_of_whom_the_people_stand_for_where_that_is_known() -> None:
    weighted = told()
    weighted["groups"][0]["unweighted"] = group("all", "all", [1.6, 1.4, 1.8])["unweighted"]
    assert "times as many had it as estimated" in sentence("diabetes", weighted)
    weighted["groups"][0]["weighted"] = group("all", "all", [1.0, 0.9, 1.1])["unweighted"]
    assert "Right on average in tests" in sentence("diabetes", weighted)
