"""Values held at the edge of the training data: what is computed instead, and how much wider the interval then is.

What is held differs between outcomes, since their training people do, while a network answers all of them from one
matrix. So the rows in which an outcome holds a value are computed once more with the edge value, appended to the rows
as they are, and each outcome takes its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

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
        value = VOCABULARY[self.name].format(self.value, unit)
        return counted_part(self.name, self.seen, self.above, value, unit)


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
class Held:
    """What is computed for n rows, and which of it each outcome takes. Made by :func:`hold`.

    Args:
        placed: where the rows stand to each outcome's ranges.
        values: (n + m, p) the rows as they are, then those in which an outcome holds a value.
        at: by outcome (n,) which of ``values`` it takes.
    """

    placed: tuple[Placed, ...]
    values: Floats = field(repr=False)
    at: tuple[npt.NDArray[np.int64], ...] = field(repr=False)

    def taken(self, o: int) -> Floats:
        """(n, p) what one outcome, by its place, is computed from."""
        return self.values if self._as_they_are else self.values[self.at[o]]

    def settle(self, logit: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
        """Each outcome's estimates with held values, their intervals widened.

        The interval is that at the edge, and on the side where the risk probably lies (on both where that is not
        known) its end is moved outwards by as much as the estimate itself would move if the value were not held, so
        that its curve went on, and by :data:`LEAST_WIDENING` at least. A choice, stated here: how risk goes on where
        nobody was seen cannot be learnt, the curve's continuation is the model's best guess of it, and a quarter of a
        log-odds is added where the curve is level there or turns back.

        Args:
            logit, low, high: (n + m, O) log-odds of :attr:`values` and the ends of their 90 % intervals.

        Returns:
            The same, each (n, O).
        """
        if self._as_they_are:
            return logit, low, high
        rows = len(self.at[0])
        at = np.stack(self.at, axis=1)
        taken, first, last = (np.take_along_axis(part, at, axis=0) for part in (logit, low, high))
        for o, placed in enumerate(self.placed):
            up, down = placed.rows[placed.side[placed.rows] >= 0], placed.rows[placed.side[placed.rows] <= 0]
            moved = logit[:rows, o] - taken[:, o]
            first[down, o] -= np.maximum(LEAST_WIDENING, -moved[down])
            last[up, o] += np.maximum(LEAST_WIDENING, moved[up])
        return taken, first, last

    @property
    def _as_they_are(self) -> bool:
        return len(self.values) == len(self.at[0])


def hold(values: Floats, placed: Sequence[Placed]) -> Held:
    """Put together what has to be computed.

    Args:
        values: (n, p) the rows as they are.
        placed: of each outcome.
    """
    rows, parts, at = len(values), [values], []
    for of_outcome in placed:
        takes = np.arange(rows)
        takes[of_outcome.rows] = sum(map(len, parts)) + np.arange(len(of_outcome.rows))
        parts += [of_outcome.values] if len(of_outcome.rows) else []
        at.append(takes)
    return Held(tuple(placed), np.concatenate(parts) if len(parts) > 1 else values, tuple(at))
