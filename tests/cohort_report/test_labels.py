from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report import outcome_labels
from riskmodels.errors import InputError


def test_words_numbers_and_booleans_are_read() -> None:
    labels = outcome_labels(pd.Series(["Yes", "no", 1, 0.0, True, False, "TRUE"]))
    assert list(labels) == [1, 0, 1, 0, 1, 0, 1]


def test_empty_and_unknown_cells_are_unknown() -> None:
    assert outcome_labels(pd.Series(["", None, np.nan, "unknown", " n/a "])).isna().all()


def test_stages_are_refused_with_an_example() -> None:
    with pytest.raises(InputError, match=r"2 cells .* e.g. “2”"):
        outcome_labels(pd.Series(["0", "1", "2", "3"]))
