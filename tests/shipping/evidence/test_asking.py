"""The input named as the most telling, against one by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from riskmodels.shipping.evidence.asking import ask
from riskmodels.shipping.evidence.judged import Judged
from tests.shipping.evidence.conftest import TINY


def test_named_input_moves_the_estimate_more_than_one_by_chance(judged: Judged) -> None:
    found = ask(judged, replace(TINY, asked=120))
    assert found is not None
    assert (found["named_moves"][0] or 0) > (found["random_moves"][0] or 0)
    assert next(iter(found["most_named"])) == "glucose"


def test_difference_is_that_of_the_two(judged: Judged) -> None:
    found = ask(judged, TINY)
    assert found is not None
    named, random, difference = (found[k][0] or 0 for k in ("named", "random", "difference"))  # type: ignore[literal-required]
    assert np.isclose(difference, named - random)


def test_nobody_is_asked_where_nothing_could_be_told(judged: Judged) -> None:
    bare = replace(judged, people=judged.people.assign(**{n: np.nan for n in judged.inputs if n not in ("age", "sex")}))
    assert ask(bare, TINY) is None
