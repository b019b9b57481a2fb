"""A column that is no variable of the app as an input of its own: its cells in, a description and numbers out.

What could be read in two ways is asked and never guessed: a number that stands alone where codes for “not measured”
stand (0, −9, 999) is refused until the analyst says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.checks import Problem, Severity
from riskmodels.columns import Floats
from riskmodels.errors import InputError
from riskmodels.interop.columns.code_guess import SENTINELS
from riskmodels.interop.columns.header import normal
from riskmodels.interop.columns.known_names import unknown_words
from riskmodels.interop.columns.mapping import code_key, is_unknown_word
from riskmodels.interop.columns.numbers import is_numeric, texts, to_floats
from riskmodels.interop.columns.own_table import ID_NAMES
from riskmodels.own_models.request import TrainingRequest
from riskmodels.tabular.inputs import PREFIX, own_category, own_number
from riskmodels.variable import Variable

#: people in whom an input must be known
LEAST_KNOWN = 50
#: categories that an own input may have, and rows that each must stand in
MOST_CATEGORIES, LEAST_IN_CATEGORY = 12, 10
#: from this share of different whole numbers on a column looks like an identifier
_DISTINCT = 0.95
#: how many usual steps a number must stand from the next one to look like a code
_STEPS_APART = 4.0
_MOST_DECIMALS = 4


class CodeQuestionError(InputError):
    """Whether numbers are measurements or mean “not measured” must be answered.

    Args:
        header: of the column.
        numbers: and in how many rows each stands.
    """

    def __init__(self, header: str, numbers: Mapping[str, int]) -> None:
        self.header, self.numbers = header, dict(numbers)
        told = ", ".join(f"{key} in {count:,} row{'s' if count > 1 else ''}" for key, count in numbers.items())
        first = next(iter(numbers))
        super().__init__(
            f"“{header}” is {told}, far from every other number: a measurement, or not measured?",
            hint=f'Say --missing "{header}={first}" or --measured "{header}={first}".',
            log="a code of an own column is not answered",
        )


@dataclass(frozen=True)
class OwnColumn:
    """A column of a file that is kept as an own input.

    Args:
        header: as in the file.
        variable: what it is.
        missing: cells that mean “not measured”, in the spelling of
            :func:`~riskmodels.interop.columns.mapping.code_key`.
    """

    header: str
    variable: Variable
    missing: tuple[str, ...] = ()

    def read(self, cells: pd.Series, decimal: str = ".") -> tuple[Floats, list[Problem]]:
        """The column as numbers or codes of categories, NaN where not known, and cells that are neither."""
        keys = _keys(cells, self.missing)
        if self.variable.choices:
            codes = {choice.word: choice.code for choice in self.variable.choices}
            values = np.array([codes.get(key, np.nan) for key in keys], dtype=np.float64)
        else:
            values = _numbers(cells, keys, decimal)
        odd = np.flatnonzero(np.isnan(values) & (keys != "").to_numpy())
        reason = f"{self.variable.label} is not {'one of its categories' if self.variable.choices else 'a number'}."
        hint = "It counts as unknown."
        told = [
            Problem(cells.index[i], self.variable.name, str(cells.iloc[i])[:40], reason, hint, Severity.UNUSED)
            for i in odd.tolist()
        ]
        return values, told

    def to_card(self) -> dict[str, Any]:
        """For the card: where the input stands in a file."""
        return {"header": self.header, "name": self.variable.name, "missing": list(self.missing)}


def describe_column(
    header: str, cells: pd.Series, request: TrainingRequest, taken: Sequence[str] = (), decimal: str = "."
) -> OwnColumn:
    """Say what a column is as an own input.

    Args:
        header: of the column.
        cells: all of it.
        request: what the analyst said of it.
        taken: names of other own inputs.
        decimal: how the file writes numbers.

    Raises:
        InputError: when it cannot be an input, or must be answered first: why, and how.
    """
    missing = tuple(code_key(cell) for cell in request.missing.get(header, ()))
    keys = _keys(cells, missing)
    known = keys[keys != ""]
    _refuse_useless(header, known)
    label, name = request.labels.get(header, header).strip()[:60] or header, _name(header, taken)
    modifiable, numbers = header in request.modifiable, _numbers(cells, keys, decimal)
    if header in request.categories or np.isfinite(numbers).sum() * 2 < len(known):
        words = known.value_counts()
        _refuse_categories(header, words, len(known))
        return OwnColumn(header, own_category(name, label, sorted(words.index), modifiable=modifiable), missing)
    _refuse_words(header, known, numbers, cells)
    values = numbers[np.isfinite(numbers)]
    _ask_codes(header, values, {code_key(text) for text in request.measured.get(header, ())})
    if header not in request.allow:
        _refuse_identifier(header, values)
    unit = request.units.get(header, "").strip()[:20]
    return OwnColumn(header, own_number(name, label, unit, _step(values), modifiable=modifiable), missing)


def _keys(cells: pd.Series, missing: Sequence[str]) -> pd.Series:
    """Each cell's spelling; empty where it says that nothing is known."""
    texts = cells.astype(object).where(cells.notna(), "").astype(str)
    keys = {text: code_key(text) for text in texts.unique()}
    silent = unknown_words()
    return texts.map(
        {text: "" if is_unknown_word(text) or key in silent or key in missing else key for text, key in keys.items()}
    )


def _numbers(cells: pd.Series, keys: pd.Series, decimal: str) -> Floats:
    if is_numeric(cells):
        numbers = np.array(cells.to_numpy(dtype=np.float64, na_value=np.nan))
    elif pd.api.types.is_bool_dtype(cells):
        return np.full(len(cells), np.nan)  # true and false are words
    else:
        numbers = np.array(to_floats(texts(cells), decimal))
    numbers[(keys == "").to_numpy()] = np.nan
    return numbers


def _refuse_useless(header: str, known: pd.Series) -> None:
    if normal(header) in ID_NAMES:
        raise InputError(f"“{header}” tells patients apart and is no input.", hint="Leave it out.")
    if len(known) < LEAST_KNOWN:
        raise InputError(
            f"“{header}” is known in {len(known):,} rows; an input must be known in at least {LEAST_KNOWN}.",
            hint="Leave it out.",
        )
    if (known == known.iloc[0]).all():
        raise InputError(f"“{header}” is the same in every row where it is known.", hint="Leave it out.")


def _refuse_categories(header: str, words: pd.Series, known: int) -> None:
    if len(words) > MOST_CATEGORIES:
        what = "tells rows apart" if len(words) > _DISTINCT * known else f"holds {len(words):,} different words"
        raise InputError(
            f"“{header}” {what}: a category has at most {MOST_CATEGORIES}.", hint="Group them, or leave it out."
        )
    rarest = str(words.idxmin())
    if words.min() < LEAST_IN_CATEGORY:
        raise InputError(
            f"“{rarest[:40]}” stands in {words.min():,} rows of “{header}”; a category must stand in at least "
            f"{LEAST_IN_CATEGORY}.",
            hint="Join it with another one, or say that it means not measured.",
        )


def _refuse_words(header: str, known: pd.Series, numbers: Floats, cells: pd.Series) -> None:
    odd = known[np.isnan(numbers[cells.index.get_indexer(known.index)])]
    if len(odd):
        told = (
            f"1 cell of “{header}” is no number"
            if len(odd) == 1
            else f"{len(odd):,} cells of “{header}” are no numbers"
        )
        raise InputError(
            f"{told}, e.g. “{odd.iloc[0][:40]}” in row {odd.index[0]:,}.",
            hint="Correct them, or say that they mean not measured.",
            log=f"own column with {len(odd)} words",
        )


def code_suspects(values: Floats) -> list[float]:
    """Numbers that look like a code for “not measured”: a usual one, alone at an end, far from the next number."""
    distinct = np.unique(values)
    if len(distinct) < 4:
        return []
    step, found = float(np.median(np.diff(distinct[1:-1]))) if len(distinct) > 4 else 1.0, []
    codes = np.isin(distinct, SENTINELS)
    while codes[0] and len(distinct) > 3 and (distinct[0] < 0 <= distinct[1] or _apart(distinct[0], distinct[1], step)):
        found.append(float(distinct[0]))
        distinct, codes = distinct[1:], codes[1:]
    while codes[-1] and len(distinct) > 3 and _apart(distinct[-2], distinct[-1], step):
        found.append(float(distinct[-1]))
        distinct, codes = distinct[:-1], codes[:-1]
    return found


def _apart(low: float, high: float, step: float) -> bool:
    return high - low > _STEPS_APART * step


def _ask_codes(header: str, values: Floats, measured: set[str]) -> None:
    found = {code_key(f"{number:g}"): int((values == number).sum()) for number in code_suspects(values)}
    asked = {key: count for key, count in found.items() if key not in measured}
    if asked:
        raise CodeQuestionError(header, asked)


def _refuse_identifier(header: str, values: Floats) -> None:
    whole = bool((values == np.round(values)).all())
    if whole and len(np.unique(values)) > _DISTINCT * len(values):
        raise InputError(
            f"“{header}” is a different whole number in nearly every row and looks like an identifier.",
            hint=f'Leave it out, or say that it is a measurement (--allow "{header}").',
        )


def _step(values: Floats) -> float:
    """The last decimal that the numbers are written with."""
    decimals = range(_MOST_DECIMALS)
    return 10.0 ** -next((d for d in decimals if np.allclose(values, np.round(values, d), atol=1e-9)), _MOST_DECIMALS)


def _name(header: str, taken: Sequence[str]) -> str:
    plain = PREFIX + (re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")[:40] or "input")
    numbered = (plain if i == 1 else f"{plain}_{i}" for i in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)
