"""Edits of curves: a shift of log-odds by the value of one input, added where the input is known.

    log-odds shown = model's log-odds + Σ_i δ_i(x_i),      δ_i piecewise linear, level beyond its ends, 0 where unknown

An unknown input still contributes exactly 0 and a sum of functions of one input each has the Shapley values δ_i, so the
reasons stay exact: φ_i + δ_i. The curve shown is f_i + δ_i, no weight of the network changes, and pair terms stay as
they are. δ is in the log-odds shown: whoever stretches these (an affine recalibration) stretches the edits too
(:meth:`CurveEdits.stretched`); an isotonic step comes after them.

A card with edits has a format of its own (:func:`format_of`), so that a reader who knows nothing of them refuses it
instead of leaving them out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from riskmodels.columns import Floats
from riskmodels.errors import InputError
from riskmodels.model_files.card_values import number, numbers

Kind = Literal["flatten", "smooth", "cut above", "cut below"]
KINDS: tuple[Kind, ...] = ("flatten", "smooth", "cut above", "cut below")
#: entry of the card
KEY = "edits"
#: log-odds; a greater shift is no edit of a curve (a thousandfold change of the odds)
LARGEST = 7.0
#: points of a table of a number
POINTS = 161
#: share of the part over which a flattened number meets the curve beside it, on either side
RAMP = 0.1
_FORMAT_STEP = 10


@dataclass(frozen=True)
class CurveEdit:
    """One edit of the curve of one input for one outcome.

    Args:
        outcome, name: of which curve.
        kind: what was done.
        low, high: the part of the curve, canonical unit.
        x: values, strictly ascending, canonical unit.
        shift: log-odds added there; straight lines between, level beyond the ends.
        reason: why, in the editor's words.
        by: account of the editor.
        date: ISO, UTC.
    """

    outcome: str
    name: str
    kind: Kind
    low: float
    high: float
    x: Floats = field(repr=False)
    shift: Floats = field(repr=False)
    reason: str = ""
    by: str = ""
    date: str = ""

    def __call__(self, x: Floats) -> Floats:
        """δ at some values; 0 where unknown."""
        return np.where(np.isnan(x), 0.0, np.interp(x, self.x, self.shift))

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self) | {"x": self.x.tolist(), "shift": self.shift.tolist()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CurveEdit:
        """The inverse of :meth:`to_dict`.

        Raises:
            TypeError, ValueError, KeyError: when it is not an edit.
        """
        texts = {name: data[name] for name in ("outcome", "name", "kind", "reason", "by", "date")}
        if set(data) != {*texts, "low", "high", "x", "shift"} or not all(isinstance(t, str) for t in texts.values()):
            raise TypeError("an edit with other entries")
        x, shift = np.array(numbers(data["x"])), np.array(numbers(data["shift"]))
        low, high = number(data["low"]), number(data["high"])
        if len(x) != len(shift) or len(x) < 2 or (np.diff(x) <= 0).any():
            raise ValueError("an edit whose values do not ascend")
        if texts["kind"] not in KINDS or low > high or np.abs(shift).max() > LARGEST:
            raise ValueError("an edit that cannot be one")
        return cls(low=low, high=high, x=x, shift=shift, **texts)


class CurveEdits:
    """The edits of a model, in the order in which they were made; those of one curve add up.

    Args:
        edits: of it.
        inputs, outcomes: of the model, in its order.

    Raises:
        ValueError: for an edit of another input or outcome.
    """

    def __init__(self, edits: Sequence[CurveEdit], inputs: Sequence[str], outcomes: Sequence[str]) -> None:
        self.edits, self.inputs, self.outcomes = tuple(edits), tuple(inputs), tuple(outcomes)
        if not {e.name for e in self.edits} <= set(inputs) or not {e.outcome for e in self.edits} <= set(outcomes):
            raise ValueError("an edit of another input or outcome")

    def __bool__(self) -> bool:
        return bool(self.edits)

    def shift(self, x: Floats) -> Floats:
        """δ of every input and outcome, (n, p) raw values → (n, p, O)."""
        found = np.zeros((*x.shape, len(self.outcomes)))
        for i, o, edit in self._placed():
            found[:, i, o] += edit(x[:, i])
        return found

    def of(self, outcome: str, x: Floats) -> Floats:
        """δ of every input for one outcome, (n, p) raw values → (n, p)."""
        if not any(edit.outcome == outcome for edit in self.edits):
            return np.broadcast_to(0.0, x.shape)
        found = np.zeros(x.shape)
        for i, _, edit in self._placed():
            if edit.outcome == outcome:
                found[:, i] += edit(x[:, i])
        return found

    def sums(self, x: Floats) -> Floats:
        """Σ δ over the inputs, (n, p) raw values → (n, O)."""
        found = np.zeros((len(x), len(self.outcomes)))
        for i, o, edit in self._placed():
            found[:, o] += edit(x[:, i])
        return found

    def along(self, outcome: str, name: str, x: Floats) -> Floats:
        """δ of one curve at some values."""
        found = np.zeros(len(x))
        for edit in self.edits:
            if (edit.outcome, edit.name) == (outcome, name):
                found += edit(x)
        return found

    def stretched(self, outcome: str, slope: float) -> CurveEdits:
        """The edits behind a slope that stretches the log-odds of one outcome."""
        edits = [replace(e, shift=slope * e.shift) if e.outcome == outcome else e for e in self.edits]
        return CurveEdits(edits, self.inputs, self.outcomes)

    def to_list(self) -> list[dict[str, Any]]:
        """For the card."""
        return [edit.to_dict() for edit in self.edits]

    @classmethod
    def from_card(cls, card: Mapping[str, Any], inputs: Sequence[str], outcomes: Sequence[str]) -> CurveEdits:
        """The edits that a card tells of; none where it tells of none.

        Raises:
            TypeError, ValueError, KeyError: when they are not what they should be.
        """
        return cls([CurveEdit.from_dict(told) for told in card.get(KEY, [])], inputs, outcomes)

    def _placed(self) -> list[tuple[int, int, CurveEdit]]:
        return [(self.inputs.index(e.name), self.outcomes.index(e.outcome), e) for e in self.edits]


def format_of(plain: int, card: Mapping[str, Any]) -> int:
    """The format of a card: with edits another one than without."""
    return plain + _FORMAT_STEP if card.get(KEY) else plain


@dataclass(frozen=True)
class Drawn:
    """A curve as an edit is made from it.

    Args:
        at: gives f at some values, canonical unit.
        start, end: of the values seen in training.
        codes: of a choice, ascending; empty for numbers.
        bins, counts: histogram of the training people; ``bins`` are edges, or the codes of a choice.
    """

    at: Callable[[Floats], Floats]
    start: float
    end: float
    codes: Floats
    bins: Floats
    counts: Floats


def edit_table(curve: Drawn, kind: Kind, low: float, high: float) -> tuple[Floats, Floats]:
    """The table (x, δ) that flattens, smooths or cuts a part of a curve.

    * flatten: level between ``low`` and ``high``, at the mean of the training people there; over a tenth of the part at
      either side it meets the curve beside it, which stays as it is.
    * smooth: the mean of the curve around each value, weighted by a normal distribution whose SD is a sixth of the
      part; the curve is continued beyond the part by turning it about its ends, which stay where they are. A straight
      line stays a straight line.
    * cut above (cut below): no effect any more beyond ``low`` (before ``high``): level from there on.

    Args:
        curve: as it is now.
        kind: what is done.
        low, high: the part, canonical unit; of "cut above" ``low`` counts, of "cut below" ``high``.

    Returns:
        Values, ascending, and log-odds to add there.

    Raises:
        InputError: when the part is not within the curve, or a choice shall be smoothed.
    """
    if not curve.start <= low <= high <= curve.end:
        raise InputError("The part is not within the values seen in training.", hint="Choose another part.")
    if len(curve.codes):
        return _edit_levels(curve, kind, low, high)
    ends = {"cut above": (low, curve.end), "cut below": (curve.start, high)}.get(kind, (low, high))
    if ends[0] == ends[1]:
        raise InputError("There is nothing between the two ends of the part.", hint="Choose another part.")
    x = _grid(curve, *ends)
    f = curve.at(x)
    if kind == "smooth":
        return x, _smoothed(f) - f
    if kind == "flatten":
        return x, _taper(curve, x) * (_mean(curve, x, f) - f)
    return x, (f[0] if kind == "cut above" else f[-1]) - f


def _edit_levels(curve: Drawn, kind: Kind, low: float, high: float) -> tuple[Floats, Floats]:
    if kind == "smooth":
        raise InputError("A choice has no curve to smooth.", hint="Flatten or cut it.")
    x, f = curve.codes, curve.at(curve.codes)
    within = {"cut above": x >= low, "cut below": x <= high}.get(kind, (x >= low) & (x <= high))
    if within.sum() < 2:
        raise InputError("One answer alone is level already.", hint="Choose a part with two answers or more.")
    counts = np.interp(x, curve.bins, curve.counts)[within]
    level = {"cut above": f[within][0], "cut below": f[within][-1]}.get(
        kind, np.average(f[within], weights=counts if counts.sum() else None)
    )
    return x, np.where(within, level - f, 0.0)


def _grid(curve: Drawn, low: float, high: float) -> Floats:
    """Points of a table: evenly spaced, on the logarithm where the values span more than one order of magnitude."""
    wide = curve.start > 0 and curve.end > 20 * curve.start
    x = np.geomspace(low, high, POINTS) if wide else np.linspace(low, high, POINTS)
    x[0], x[-1] = low, high
    return x


def _mean(curve: Drawn, x: Floats, f: Floats) -> float:
    """Mean of f over the training people within the part; over its values where there are none."""
    middles = (curve.bins[1:] + curve.bins[:-1]) / 2
    inside = (middles >= x[0]) & (middles <= x[-1])
    if not curve.counts[inside].sum():
        return float(np.trapezoid(f, x) / (x[-1] - x[0]))
    return float(np.average(np.interp(middles[inside], x, f), weights=curve.counts[inside]))


def _taper(curve: Drawn, x: Floats) -> Floats:
    """1 inside the part, falling to 0 at its ends; not where an end is one of the curve itself."""
    ramp = RAMP * (x[-1] - x[0])
    rising = np.ones_like(x) if x[0] <= curve.start else np.clip((x - x[0]) / ramp, 0, 1)
    falling = np.ones_like(x) if x[-1] >= curve.end else np.clip((x[-1] - x) / ramp, 0, 1)
    return np.minimum(rising, falling)


def _smoothed(f: Floats) -> Floats:
    """Normal-weighted mean around each point, the curve turned about both ends."""
    n = len(f) - 1
    padded = np.concatenate([2 * f[0] - f[n:0:-1], f, 2 * f[n] - f[n - 1 :: -1]])
    offsets = np.arange(-n, n + 1)
    kernel = np.exp(-0.5 * (offsets / (n / 6)) ** 2)
    smooth: Floats = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return smooth
