"""Clinical cells against an interval of calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from riskmodels.columns import Floats
from riskmodels.shipping.evidence.cells import CELLS, clinical_cells
from riskmodels.shipping.evidence.judged import Judged


def narrow(judged: Judged) -> tuple[Floats, Floats, str]:
    risk = judged.risk(judged.people)
    return risk, risk, "nothing but noise"


def test_cells_have_enough_people_and_are_at_most_forty(judged: Judged) -> None:
    found = clinical_cells(judged, 30)
    assert found is not None
    assert min(cell["n"] for cell in found["cells"]) >= 30
    assert len(found["cells"]) <= CELLS
    assert len({cell["name"] for cell in found["cells"]}) == len(found["cells"])


def test_outcomes_drawn_from_the_estimates_lie_within_the_noise(judged: Judged) -> None:
    drawn = replace(
        judged, label=(np.random.default_rng(1).random(len(judged.label)) < judged.risk(judged.people)) * 1.0
    )
    found = clinical_cells(drawn, 40, narrow)
    assert found is not None
    assert (found["within"] or 0) >= 0.75


def test_outcome_of_everybody_lies_outside(judged: Judged) -> None:
    found = clinical_cells(replace(judged, label=np.r_[0.0, np.ones(len(judged.label) - 1)]), 40, narrow)
    assert found is not None
    assert found["within"] == 0.0
    assert found["interval"] == "nothing but noise"


def test_who_is_refused_is_in_no_cell(judged: Judged) -> None:
    def half(people: Judged) -> tuple[Floats, Floats, str]:
        low = np.where(np.arange(len(people.people)) % 2, np.nan, 0.0)
        return low, np.ones(len(low)), "half"

    everybody, some = clinical_cells(judged, 1), clinical_cells(judged, 1, half)
    assert everybody is not None
    assert some is not None
    assert some["cells"][0]["n"] < everybody["cells"][0]["n"]


def test_no_cell_with_enough_people_gives_none(judged: Judged) -> None:
    assert clinical_cells(judged, 10**6) is None
