from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohort_report import outcome_labels
from riskmodels.cohort_report.labels import EMPTY, Meaning, labels_by, outcome_cells
from riskmodels.errors import InputError

HAPPENED, NOT, UNKNOWN = Meaning.HAPPENED, Meaning.NOT, Meaning.UNKNOWN


def means(*cells: object) -> dict[str, Meaning | None]:
    return {cell.text: cell.means for cell in outcome_cells(pd.Series(list(cells), dtype=object))}


def test_words_numbers_and_booleans_are_read() -> None:
    labels = outcome_labels(pd.Series(["Yes", "no", 1, 0.0, True, False, "TRUE"]))
    assert list(labels) == [1, 0, 1, 0, 1, 0, 1]


def test_empty_and_unknown_cells_are_unknown() -> None:
    assert outcome_labels(pd.Series(["", None, np.nan, "unknown", " n/a "])).isna().all()


def test_stages_are_refused_with_an_example() -> None:
    with pytest.raises(InputError, match=r"4 cells .* e.g. “0”"):
        outcome_labels(pd.Series(["0", "1", "2", "3"]))


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "2", "2"],
        [1.0, 2.0],
        ["1", "1"],
        ["0", "1", "2"],
        ["-1", "1"],
        ["event", "censored"],
        ["dead", "alive"],
        ["case", "control"],
    ],
)
def test_what_may_be_read_both_ways_is_open(cells: list[object]) -> None:
    assert set(means(*cells).values()) == {None}
    with pytest.raises(InputError, match="neither yes nor no"):
        outcome_labels(pd.Series(cells))


@pytest.mark.parametrize("cells", [["ja", "nein"], ["Oui", "non"], ["1", "0", ""], [True, False], ["y", "n", "n/a"]])
def test_words_of_yes_and_no_are_certain_and_empty_is_unknown(cells: list[object]) -> None:
    found = outcome_labels(pd.Series(cells, dtype=object))
    assert found.iloc[:2].tolist() == [1, 0]
    assert found.iloc[2:].isna().all()


def test_empty_beside_one_word_alone_is_open() -> None:
    assert means("yes", "", None) == {"yes": HAPPENED, EMPTY: None}


def test_cells_come_with_their_counts_the_most_frequent_first() -> None:
    cells = outcome_cells(pd.Series(["2", "1", "2", "2.0", None]))
    assert [(cell.text, cell.count) for cell in cells] == [("2", 3), ("1", 1), (EMPTY, 1)]


def test_answers_decide() -> None:
    column = pd.Series(["1", "2", "1.0", "9", None], name="dm", index=[5, 6, 7, 8, 9])
    found = labels_by(column, {"1": HAPPENED, "2": NOT, "9": UNKNOWN, EMPTY: UNKNOWN})
    assert found.name == "dm"
    assert found.index.tolist() == [5, 6, 7, 8, 9]
    np.testing.assert_array_equal(found, [1, 0, 1, np.nan, np.nan])
    np.testing.assert_array_equal(labels_by(column, {"1": HAPPENED, EMPTY: NOT}), [1, np.nan, 1, np.nan, 0])
