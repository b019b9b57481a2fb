from __future__ import annotations

from riskmodels.scoring.stream import CHUNK_ROWS
from riskmodels.shipping.bench.peers import Timed, _section
from riskmodels.tabular.program import MANY


def test_an_outcome_is_held_against_ebm_s_prediction_and_terms_together() -> None:
    found = [Timed("CareRisk: all", 8.0, 4), Timed("EBM: predict_proba", 1.5), Timed("EBM: eval_terms", 0.5)]
    lines = _section(found, 1000).splitlines()
    assert "| CareRisk: all, one outcome | 2.00 | × 1.00 |" in lines
    assert "| the same, all 4 outcomes | 8.00 | |" in lines
    assert "| EBM: eval_terms, one outcome | 0.50 | × 0.25 |" in lines


def test_whole_chunks_of_a_file_are_computed_as_machine_code() -> None:
    assert MANY <= CHUNK_ROWS
