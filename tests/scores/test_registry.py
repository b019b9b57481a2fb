"""The registry, its page in docs, and that the copies of published numbers are as delivered."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.scores import REGISTRY, Score
from riskmodels.scores.document import PATH, markdown
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.scores.standing import NOT_RANKED, RANKED
from riskmodels.vocabulary import VOCABULARY

ROOT = Path(__file__).resolve().parents[2]


def test_every_score_of_the_package_is_registered() -> None:
    names = ["prevent", "pce", "framingham", "score2", "findrisc", "ada_risk_test", "ckd_epi", "cha2ds2_va", "has_bled"]
    assert list(REGISTRY) == names, "a score of the package stands in SCORES of riskmodels/scores/registry.py, and here"


@pytest.mark.parametrize("score", REGISTRY.values(), ids=lambda s: s.name)
def test_score_has_citation_licence_and_limits(score: Score) -> None:
    assert "doi 10." in score.citation
    assert score.licence
    assert score.made_for
    assert score.limits


@pytest.mark.parametrize("score", REGISTRY.values(), ids=lambda s: s.name)
def test_what_is_no_probability_says_its_unit(score: Score) -> None:
    ends_with_years = re.fullmatch(r"\w+_\d+y", score.value) is not None
    assert score.is_risk == ends_with_years, f"{score.name}: a probability is named …_10y, anything else has a unit"


@pytest.mark.parametrize("score", REGISTRY.values(), ids=lambda s: s.name)
def test_it_is_ranked_or_says_why_not(score: Score) -> None:
    assert {*RANKED, *NOT_RANKED} >= {score.name}, (
        f"name {score.name} in RANKED or NOT_RANKED of riskmodels/scores/standing.py, then run "
        "python -m riskmodels.shipping.fit_standing"
    )


@pytest.mark.parametrize("score", REGISTRY.values(), ids=lambda s: s.name)
def test_inputs_are_known_variables(score: Score) -> None:
    assert all(variable_of(name).label for name in (*score.inputs, *score.optional))


@pytest.mark.parametrize(
    "score", [s for s in REGISTRY.values() if "smoking" in (*s.inputs, *s.optional)], ids=lambda s: s.name
)
@pytest.mark.parametrize("age", [45.0, 55.0, 72.0])
@pytest.mark.parametrize("sex", [0.0, 1.0])
def test_who_does_not_smoke_now_has_the_number_of_a_non_smoker(
    score: Score, person: dict[str, float], age: float, sex: float
) -> None:
    frame = pd.DataFrame([person | {"age": age, "sex": sex, "smoking": code} for code in (0.0, 0.5, 1.0, 2.0)])
    options = {"region": "moderate"} if "region" in score.options else {}
    never, not_now, former, current = score.function(frame, **options)[list(score.values)].to_numpy(float)
    assert not np.isnan(not_now[0])
    np.testing.assert_array_equal(not_now, never)
    np.testing.assert_array_equal(not_now, former)
    assert current[0] > not_now[0]


def test_the_scores_that_ask_for_smoking_ask_only_whether_now() -> None:
    assert [s.name for s in REGISTRY.values() if "smoking" in (*s.inputs, *s.optional)] == [
        "prevent",
        "pce",
        "framingham",
        "score2",
    ]


def test_extra_inputs_are_not_in_the_vocabulary() -> None:
    assert not set(EXTRA_INPUTS) & set(VOCABULARY)


def test_page_in_docs_is_current() -> None:
    assert PATH == ROOT / "docs" / "scores.md"
    current = PATH.read_text(encoding="utf-8")
    assert current == markdown(), "run python -m riskmodels.scores.document"


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("copies", "source"),
    [("tests/golden", "scores"), ("riskmodels/scores/coefficients", "coefficients")],
)
def test_copies_of_published_numbers_are_as_delivered(shared: Path, copies: str, source: str) -> None:
    for original in sorted((shared / "reference" / source).glob("*.csv")):
        pd.testing.assert_frame_equal(pd.read_csv(ROOT / copies / original.name), pd.read_csv(original))
