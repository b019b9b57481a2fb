"""Values held at the edge of the training data: what is computed instead, and how much wider the interval then is.

What is held differs between outcomes, since their training people do, while a network answers all of them from one
matrix. So the rows in which an outcome holds a value are computed once more for it, with the edge value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from riskmodels.columns import Floats
from riskmodels.tabular.support import Placed, Range, Signs, counted_part, held_sentence, side_of
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY

#: log-odds by which an interval is widened at least on the side where the risk probably lies
LEAST_WIDENING = 0.25


@dataclass(frozen=True)
class HeldValue:
    """One value of one patient that is counted as another.

    Args:
        outcome, name: of the input.
        value: the patient's, canonical unit.
        seen: what the training people of the outcome had.
    """

    outcome: str
    name: str
    value: float = field(repr=False)
    seen: Range = field(repr=False)

    @property
    def above(self) -> bool:
        """Whether it is above the highest; below the lowest otherwise."""
        return self.value > self.seen.high

    @property
    def side(self) -> int:
        """+1 where the risk is probably higher than the estimate for it, −1 lower, 0 where not settled."""
        return side_of(self.outcome, self.name, self.seen, self.above)

    def part(self, unit: Unit | None = None) -> tuple[str, str]:
        """What is counted as what, as :func:`riskmodels.tabular.support.counted_part` tells it."""
        variable = VOCABULARY[self.name]
        return counted_part(variable, self.seen, self.above, variable.format(self.value, unit), unit)


def held_values(
    outcome: str, ranges: Mapping[str, Range], names: Sequence[str], beyond: Signs, row: Floats
) -> tuple[HeldValue, ...]:
    """The held values of one patient.

    Args:
        outcome: whose ranges.
        ranges: by input.
        names: the model's inputs.
        beyond: (p,) from :meth:`riskmodels.tabular.support.Support.beyond`.
        row: (p,) the patient's inputs.
    """
    return tuple(HeldValue(outcome, names[i], float(row[i]), ranges[names[i]]) for i in np.flatnonzero(beyond).tolist())


def held_text(held: Sequence[HeldValue], units: Mapping[str, Unit] | None = None) -> str:
    """All held values of a patient in one sentence, and which way the risk then lies; empty where there are none.

    Args:
        held: of one outcome.
        units: unit each number is shown in; canonical where absent.
    """
    if not held:
        return ""
    sides = {value.side for value in held}
    side = sides.pop() if len(sides) == 1 else 0
    return held_sentence([value.part((units or {}).get(value.name)) for value in held], side)


@dataclass(frozen=True)
class LogOdds:
    """Log-odds of some rows.

    Args:
        logit: (n, O) of the estimates.
        low, high: (n, O) of the ends of their 90 % intervals.
        contributions: of the inputs, (n, p) by the place of each outcome that they were asked of.
    """

    logit: Floats = field(repr=False)
    low: Floats = field(repr=False)
    high: Floats = field(repr=False)
    contributions: dict[int, Floats] = field(repr=False)


@dataclass(frozen=True)
class Held:
    """n rows as they are, and which of them an outcome computes with other values.

    Args:
        values: (n, p) the rows as they are.
        placed: where they stand to each outcome's ranges.
    """

    values: Floats = field(repr=False)
    placed: tuple[Placed, ...]

    def taken(self, o: int) -> Floats:
        """(n, p) what one outcome, by its place, is computed from."""
        placed = self.placed[o]
        if not len(placed.rows):
            return self.values
        taken = self.values.copy()
        taken[placed.rows] = placed.values
        return taken

    def settled(self, found: LogOdds, one: Callable[[int, Floats, bool, int], LogOdds]) -> LogOdds:
        """Each outcome's estimates with held values, their intervals widened.

        The interval is that at the edge, and on the side where the risk probably lies (on both where that is not
        known) its end is moved outwards by as much as the estimate itself would move if the value were not held, so
        that its curve went on, and by :data:`LEAST_WIDENING` at least. A choice, stated here: how risk goes on where
        nobody was seen cannot be learnt, the curve's continuation is the model's best guess of it, and a quarter of a
        log-odds is added where the curve is level there or turns back.

        Args:
            found: log-odds of :attr:`values`; changed in place.
            one: gives the log-odds (m, 1) of m of these rows, with other values, by one outcome, by its place; with
                contributions or without; told how many rows there are.
        """
        for o, placed in enumerate(self.placed):
            rows = placed.rows
            if not len(rows):
                continue
            edge = one(o, placed.values, o in found.contributions, len(self.values))
            moved = found.logit[rows, o] - edge.logit[:, 0]
            up, down = placed.side[rows] >= 0, placed.side[rows] <= 0
            found.low[rows, o] = edge.low[:, 0] - np.where(down, np.maximum(LEAST_WIDENING, -moved), 0.0)
            found.high[rows, o] = edge.high[:, 0] + np.where(up, np.maximum(LEAST_WIDENING, moved), 0.0)
            found.logit[rows, o] = edge.logit[:, 0]
            if o in found.contributions:
                found.contributions[o][rows] = edge.contributions[o]
        return found
