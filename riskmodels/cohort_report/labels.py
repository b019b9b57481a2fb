"""An outcome column as analysts have it → 0, 1, NaN; what its cells do not tell is asked, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from riskmodels.errors import InputError
from riskmodels.interop.columns.known_names import unknown_words, words_of
from riskmodels.interop.columns.mapping import code_key, is_unknown_word

#: more distinct cells than this are no answers
MOST_CELLS = 12
#: the key of cells that are empty or say that it is not known
EMPTY = ""


class Meaning(StrEnum):
    """What a cell of an outcome column says."""

    HAPPENED = "It happened"
    NOT = "It did not happen"
    UNKNOWN = "Not known, left out"


@dataclass(frozen=True)
class OutcomeCell:
    """One distinct cell of an outcome column.

    Args:
        text: the cell, in the spelling of :func:`~riskmodels.interop.columns.mapping.code_key`; :data:`EMPTY` for cells
            that are empty or say that it is not known.
        count: rows it stands in.
        means: what it says; None where that must be answered.
    """

    text: str
    count: int
    means: Meaning | None


def outcome_cells(column: pd.Series) -> tuple[OutcomeCell, ...]:
    """The distinct cells of an outcome column, the most frequent first, each with its meaning where it is certain.

    Certain are words for yes and no, and 1 and 0 where both stand there and no other number does. What an empty cell
    means is only certain where some cells say yes and others no.

    Args:
        column: numbers, booleans or words.
    """
    counts = _keys(column).value_counts()
    texts = [str(text) for text in counts.index]
    read = {text: _by_word(text, texts) for text in texts if text != EMPTY}
    told = {Meaning.HAPPENED, Meaning.NOT} <= set(read.values())
    if told or not read:
        read[EMPTY] = Meaning.UNKNOWN
    return tuple(OutcomeCell(text, int(count), read.get(text)) for text, count in zip(texts, counts, strict=True))


def labels_by(column: pd.Series, means: Mapping[str, Meaning]) -> pd.Series:
    """An outcome by what each cell means: 1 where it happened, 0 where it did not, NaN where it is not known.

    Args:
        column: as for :func:`outcome_cells`.
        means: by the cell's text; cells that are not named are not known.

    Returns:
        Floats, same index and name.
    """
    value = {Meaning.HAPPENED: 1.0, Meaning.NOT: 0.0, Meaning.UNKNOWN: float("nan")}
    numbers = {text: value[meaning] for text, meaning in means.items()}
    read = _keys(column).map(numbers).to_numpy(dtype=float, na_value=float("nan"))
    return pd.Series(read, index=column.index, name=column.name)


def outcome_labels(column: pd.Series) -> pd.Series:
    """Read an outcome whose cells tell what they mean: 1 where it happened, 0 where it did not, NaN where unknown.

    Args:
        column: numbers, booleans or words (1/0, yes/no, true/false, …); empty and “unknown” cells are unknown.

    Returns:
        Floats, same index and name.

    Raises:
        InputError: when a cell is none of these; a count or a stage must be turned into 0/1 by the analyst.
    """
    cells = outcome_cells(column)
    strange = [cell for cell in cells if cell.means is None]
    if strange:
        shown = min(strange, key=lambda cell: cell.text)
        example = f"“{shown.text[:40]}”" if shown.text else "empty ones beside cells that all say the same"
        raise InputError(
            f"{sum(c.count for c in strange):,} cells of the outcome column are neither yes nor no, e.g. {example}.",
            hint="Code it 1 where the outcome happened, 0 where it did not, and leave it empty where it is not known.",
            log=f"outcome column with {len(strange)} other values",
        )
    return labels_by(column, {cell.text: cell.means for cell in cells if cell.means is not None})


def _keys(column: pd.Series) -> pd.Series:
    """Each cell's spelling; empty where it says nothing."""
    texts = column.astype(object).where(column.notna(), "").astype(str)
    keys = {text: code_key(text) for text in texts.unique()}
    silent = {text for text, key in keys.items() if is_unknown_word(text) or key in unknown_words()}
    return texts.map({text: EMPTY if text in silent and key not in _words() else key for text, key in keys.items()})


def _words() -> dict[str, str]:
    return {text: means for text, (means, _) in words_of("yes_no").items()}


def _by_word(text: str, texts: list[str]) -> Meaning | None:
    """By a word for yes or no, or by 1 and 0 where these two are the only numbers."""
    means = _words().get(text)
    if means is None:
        return None
    if _is_number(text) and {t for t in texts if _is_number(t)} != {"0", "1"}:
        return None
    return Meaning.HAPPENED if means == "yes" else Meaning.NOT


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
