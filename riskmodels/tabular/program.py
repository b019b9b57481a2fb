"""A model's arithmetic: raw values → log-odds, ends of the interval and contributions.

The folded table is computed as tensors, on whatever device there is (:mod:`riskmodels.tabular.folded`); of many rows on
a CPU as machine code (:mod:`riskmodels.tabular.compiled`), which gives the same numbers in a third of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch

from riskmodels.columns import Floats
from riskmodels.explain.shapley import PairwiseForm
from riskmodels.tabular.edits import CurveEdits
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.folded import Folded
from riskmodels.tabular.holding import LogOdds
from riskmodels.tabular.interval import half_widths

#: from so many rows on they are computed as machine code: pages and forms ask for fewer
MANY = 16_384
#: log-odds are given to so many decimals: what follows depends on the processor and on the rows beside a row, also in
#: double precision, and would part people of whom the same is known, at a threshold or in a rank
DECIMALS = 10


class _Table(Protocol):
    def explained(self, x: Floats, wanted: Sequence[int]) -> tuple[Floats, Floats]: ...


class Program:
    """Computes the outcomes of a model, all at once or one of them for some of the work.

    Args:
        encoding: of the inputs.
        forms: by outcome those of its log-odds, of the lower half-width and of the upper one.
        slopes: (O,) of the outcomes' calibration.
        edits: of the curves.
    """

    def __init__(
        self, encoding: Encoding, forms: Sequence[Sequence[PairwiseForm]], slopes: Sequence[float], edits: CurveEdits
    ) -> None:
        self._encoding, self._forms, self._edits = encoding, tuple(map(tuple, forms)), edits
        self._slopes = np.abs(slopes)
        self._tables: dict[tuple[tuple[int, ...], bool], _Table] = {}

    def __call__(self, x: Floats, wanted: Sequence[int] = ()) -> LogOdds:
        """Log-odds of rows as they are, by all outcomes.

        Args:
            x: (n, p) raw values, NaN where unknown.
            wanted: places of the outcomes whose contributions are asked for.
        """
        return self._run(tuple(range(len(self._forms))), x, wanted, len(x))

    def one(self, outcome: int, x: Floats, explained: bool, among: int = 0) -> LogOdds:
        """The same by one outcome alone, (n, 1).

        Args:
            outcome: its place.
            x: (n, p) raw values, NaN where unknown.
            explained: whether its contributions are asked for.
            among: of how many rows these are some.
        """
        return self._run((outcome,), x, (outcome,) if explained else (), max(among, len(x)))

    def _run(self, outcomes: tuple[int, ...], x: Floats, wanted: Sequence[int], among: int) -> LogOdds:
        table = self._table(outcomes, among >= MANY)
        forms, values = table.explained(x, [outcomes.index(o) for o in wanted])
        mean, widths = np.split(forms, [len(outcomes)], axis=1)
        slopes = self._slopes[list(outcomes)]
        below, above = np.split(half_widths(torch.from_numpy(widths)).numpy(), 2, axis=1)
        logit, low, high = (rounded(part) for part in (mean, mean - slopes * below, mean + slopes * above))
        contributions = dict(zip(wanted, values, strict=True))
        if self._edits:
            shift = self._edits.sums(x)[:, list(outcomes)]
            logit, low, high = logit + shift, low + shift, high + shift
            names = self._edits.outcomes
            contributions = {o: found + self._edits.of(names[o], x) for o, found in contributions.items()}
        return LogOdds(logit, low, high, contributions)

    def _table(self, outcomes: tuple[int, ...], many: bool) -> _Table:
        """The forms of some outcomes: first all of their log-odds, then the lower half-widths, then the upper ones."""
        if (outcomes, many) not in self._tables:
            folded = Folded(self._encoding, [self._forms[o][part] for part in range(3) for o in outcomes])
            compiled = many and folded.base.device.type == "cpu"
            self._tables[outcomes, many] = _as_machine_code(folded) if compiled else folded
        return self._tables[outcomes, many]


def _as_machine_code(folded: Folded) -> _Table:
    from riskmodels.tabular.compiled import Compiled  # numba is imported where it is used, nowhere else

    return Compiled(folded)


def rounded(logit: Floats) -> Floats:
    """Log-odds to :data:`DECIMALS`."""
    return np.round(logit, DECIMALS)
