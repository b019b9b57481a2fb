"""How a table is cut into levels and drawn from them: a DataFrame in, whole numbers out, and back.

Level 0 of every column is "not measured", so missing values are a part of what is learnt. The levels of a number are
intervals between quantiles; a value is drawn inside its interval on the column's own grid: a value that at least
:data:`FEWEST` people share as often as they share it, all others evenly. So no rare value is ever copied, and nothing
lies beyond the tenth smallest and the tenth largest value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from riskmodels.columns import Floats
from riskmodels.errors import InputError

Levels = npt.NDArray[np.int64]
#: people who must share an answer, a value or an interval before it is kept
FEWEST = 10
#: distinct numbers up to which they are answers, not a scale
MOST_ANSWERS = 12
#: distinct words up to which a text is a category
MOST_WORDS = 50
#: where a number is cut, as shares of the people who have it
CUTS = np.unique(np.r_[0.002, 0.005, 0.01, 0.02, np.linspace(0, 1, 41), 0.98, 0.99, 0.995, 0.998])
#: share of the values that must lie on a grid for it to be the column's grid
ON_GRID = 0.99


@dataclass(frozen=True)
class Column:
    """One column's levels.

    Args:
        name: as in the table.
        counts: people at each level, the unknown first.
        answers: of levels 1, 2, …; empty for a number.
        edges: of a number's intervals, one more than there are.
        common: values of a number that many share, ascending.
        shares: of the people of their interval who have just that value.
        step: grid of all other values; 0 for none.
    """

    name: str
    counts: tuple[int, ...]
    answers: tuple[float | str, ...] = ()
    edges: tuple[float, ...] = ()
    common: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    step: float = 0.0

    @property
    def scores(self) -> Floats:
        """(levels,) normal score of each interval's middle; 0 for unknown and for answers."""
        known = np.asarray(self.counts[1:], float)
        if self.answers or not known.sum():
            return np.zeros(len(self.counts))
        middle = (np.cumsum(known) - known / 2) / known.sum()
        return np.array([0.0, *norm.ppf(middle)])

    def levels(self, cells: pd.Series) -> Levels:
        """(n,) levels of values; an answer that is not among the column's is unknown."""
        if self.answers:
            code = {answer: level for level, answer in enumerate(self.answers, 1)}
            return np.asarray(cells.astype(object).map(code).fillna(0), np.int64)
        values = cells.to_numpy(np.float64)
        found = np.searchsorted(np.asarray(self.edges[1:-1]), values, side="right") + 1
        return np.where(np.isnan(values), 0, found).astype(np.int64)

    def draw(self, levels: Levels, rng: np.random.Generator) -> npt.NDArray[Any]:
        """(n,) values of levels, NaN or None where unknown."""
        if self.answers:
            kind: Any = object if isinstance(self.answers[0], str) else np.float64
            blank = None if kind is object else np.nan
            return np.array([blank, *self.answers], dtype=kind)[levels]
        drawn = np.full(len(levels), np.nan)
        for level in range(1, len(self.counts)):
            at = np.flatnonzero(levels == level)
            drawn[at] = self._inside(level, len(at), rng)
        return drawn

    def _inside(self, level: int, number: int, rng: np.random.Generator) -> Floats:
        """Values of one interval."""
        low, high = self.edges[level - 1 : level + 1]
        last = level == len(self.edges) - 1
        values = self._even(low, high, last, rng.random(number))
        common = np.asarray(self.common)
        here = (common >= low) & ((common <= high) if last else (common < high))
        if here.any():
            pick = np.searchsorted(np.cumsum(np.asarray(self.shares)[here]), rng.random(number), side="right")
            shared = pick < here.sum()
            values[shared] = common[here][pick[shared]]
        return values

    def _even(self, low: float, high: float, last: bool, uniform: Floats) -> Floats:
        """Values of the grid from ``low`` to below ``high`` (to ``high`` in the last interval), evenly."""
        if not self.step:
            return low + uniform * (high - low)
        first = np.ceil(low / self.step - 1e-6)
        end = np.floor(high / self.step + 1e-6) if last else np.ceil(high / self.step - 1e-6) - 1
        steps = np.floor(uniform * (max(end - first, 0) + 1))
        return np.asarray(np.round((first + steps) * self.step, 6))


@dataclass(frozen=True)
class Layout:
    """The columns of a table.

    Args:
        columns: in the table's order.
    """

    columns: tuple[Column, ...]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Self:
        """The layout of a table of people.

        Args:
            table: one row a person: numbers (NaN unknown), yes/no as 0 and 1, texts that are categories.

        Raises:
            InputError: when a column cannot be invented; :func:`left_out` names them all.
        """
        refused = left_out(table)
        if refused:
            name, reason = next(iter(refused.items()))
            raise InputError(f"The column {name} cannot be invented: {reason}.", hint="Leave it out.")
        return cls(tuple(_column(str(name), table[name]) for name in table))

    @property
    def names(self) -> list[str]:
        """Of the columns."""
        return [column.name for column in self.columns]

    @property
    def sizes(self) -> list[int]:
        """Levels of each column."""
        return [len(column.counts) for column in self.columns]

    def levels(self, table: pd.DataFrame) -> Levels:
        """(n, c) levels of a table that has these columns."""
        return np.stack([column.levels(table[column.name]) for column in self.columns], axis=1)

    def draw(self, levels: Levels, rng: np.random.Generator) -> pd.DataFrame:
        """A table of (n, c) levels."""
        return pd.DataFrame({c.name: c.draw(levels[:, i], rng) for i, c in enumerate(self.columns)})

    def as_list(self) -> list[dict[str, Any]]:
        """For a card."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def read(cls, entries: list[Mapping[str, Any]]) -> Self:
        """Of a card's list."""
        return cls(tuple(Column(**{k: _tuple(v) for k, v in entry.items()}) for entry in entries))


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def left_out(table: pd.DataFrame) -> dict[str, str]:
    """Columns that cannot be invented, each with the reason: dates, identifiers, free text, columns without values."""
    reasons = {str(name): _unusable(table[name].dropna()) for name in table}
    return {name: reason for name, reason in reasons.items() if reason}


def _unusable(known: pd.Series) -> str:
    """Why a column's known values cannot be invented; empty where they can."""
    if len(known) < FEWEST:
        return f"fewer than {FEWEST} people have a value"
    if pd.api.types.is_datetime64_any_dtype(known):
        return "a date would tell who somebody is"
    if _is_scale(known):
        whole = bool((known == known.round()).all())
        return "a number for each person: an identifier" if whole and known.nunique() == len(known) else ""
    if known.value_counts().iloc[0] < FEWEST:
        return f"no answer is shared by {FEWEST} people"
    return "free text or an identifier" if known.nunique() > MOST_WORDS else ""


def _is_scale(known: pd.Series) -> bool:
    """Whether values are numbers on a scale, not answers."""
    return bool(pd.api.types.is_numeric_dtype(known)) and known.nunique() > MOST_ANSWERS


def _column(name: str, cells: pd.Series) -> Column:
    known = cells.dropna()
    if _is_scale(known):
        return _number(name, np.sort(known.to_numpy(np.float64)), len(cells))
    many = known.map(str) if not pd.api.types.is_numeric_dtype(known) else known.astype(float)
    shared = many.value_counts().loc[lambda counts: counts >= FEWEST].sort_index()
    return Column(name, (len(cells) - int(shared.sum()), *map(int, shared)), tuple(shared.index))


def _number(name: str, values: Floats, people: int) -> Column:
    """A number's intervals; ``values`` ascending."""
    values = np.clip(values, *values[[min(FEWEST, len(values)) - 1, -min(FEWEST, len(values))]])
    edges = _edges(values)
    distinct, counts = np.unique(values, return_counts=True)
    inside = np.histogram(values, edges)[0]
    often = counts >= FEWEST
    level = np.clip(np.searchsorted(edges, distinct[often], side="right") - 1, 0, len(inside) - 1)
    return Column(
        name,
        (people - len(values), *map(int, inside)),
        edges=tuple(map(float, edges)),
        common=tuple(map(float, distinct[often])),
        shares=tuple(map(float, counts[often] / inside[level])),
        step=_step(distinct),
    )


def _edges(values: Floats) -> Floats:
    """Quantiles between which at least :data:`FEWEST` people lie each."""
    kept = [values[0]]
    places = np.searchsorted(values, np.unique(np.quantile(values, CUTS, method="higher")))
    last = 0
    for place in places:
        if place - last >= FEWEST and len(values) - place >= FEWEST:
            kept.append(values[place])
            last = place
    return np.array([*kept, max(values[-1], kept[-1] + 1e-9)])


def _step(distinct: Floats) -> float:
    """The grid on which nearly all values lie: their smallest distance, or a power of ten; 0 for none."""
    smallest = float(np.diff(distinct).min(initial=np.inf))
    for step in (smallest, *(10.0**-digits for digits in range(5))):
        if 1e-5 < step < np.inf and np.mean(np.abs(distinct / step - np.round(distinct / step)) < 1e-3) >= ON_GRID:
            return round(step, 6)
    return 0.0
