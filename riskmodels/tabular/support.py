"""Where a model has seen people, and where a row stands to it: inside, near the edge, beyond it, too far.

A number beyond the edge is held there: the model computes with the edge value, and which way the risk then probably
lies is told by :mod:`riskmodels.directions`. No answer is given where the numbers beyond lie too far outside together
(:data:`FARTHEST`), and never is age held, nor an answer that nobody in training gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.directions import direction_of
from riskmodels.tabular.encoding import LEAST_OF_LOGARITHM, LOGARITHMIC
from riskmodels.units import Unit
from riskmodels.variable import Kind, Variable
from riskmodels.vocabulary import VOCABULARY, inside, vague_of

#: fewer training people than this lie beyond a range; the caution starts where CAUTION_SHARE lie beyond
FEWEST_BEYOND = 5
CAUTION_SHARE = 0.005
#: no answer where the distances beyond the ranges add up to more than this, each in widths of the range that 99 % of
#: the training people had (of its logarithm for inputs that are encoded so): one number as far outside as the data are
#: wide, or several that get there together
FARTHEST = 1.0
#: numbers that are refused beyond the range and not held: age decides whom an outcome holds for
_NEVER_HELD = frozenset({"age"})
#: inputs that count the way of what they are a part of: total cholesterol is HDL, LDL and a fifth of the triglycerides
#: (Friedewald 1972), so more LDL is more of it
_PART_OF = {"ldl_cholesterol": "total_cholesterol"}
AT_LEAST, AT_MOST = "at least", "at most"
HIGHER, LOWER, EITHER = "is probably higher", "is probably lower", "may be higher or lower"

#: bytes looked at together
_BYTES = 7

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Signs = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Range:
    """What the training people of an outcome had of one input, canonical unit.

    Args:
        low, high: outside this fewer than five training people were seen: a value beyond is held here.
        usual_low, usual_high: outside this lie 0.5 % of them on each side: a caution.
        known: how many training people had it known.
    """

    low: float
    high: float
    usual_low: float
    usual_high: float
    known: int


def fit_support(
    frame: pd.DataFrame, inputs: tuple[str, ...], variables: Mapping[str, Variable] = VOCABULARY
) -> dict[str, Range]:
    """Ranges of the inputs among an outcome's training people; of choices the codes seen and what they may be."""
    support = {}
    for name in inputs:
        values = np.sort(frame[name].dropna().to_numpy(float))
        if len(values) == 0:
            continue
        beyond = min(FEWEST_BEYOND, len(values) - 1) if variables[name].kind is Kind.NUMBER else 0
        low, high = np.quantile(values, [CAUTION_SHARE, 1 - CAUTION_SHARE])
        vague = vague_of(name).items()
        may_be = [other for code, others in vague if (values == code).any() for other in others]
        first, usual_low = (float(min([end, *may_be])) for end in (values[beyond], low))
        last, usual_high = (float(max([end, *may_be])) for end in (values[-1 - beyond], high))
        support[name] = Range(first, last, usual_low, usual_high, len(values))
    return support


@dataclass(frozen=True)
class Placed:
    """Where n rows stand to the ranges of one outcome.

    Args:
        refused, cautions: (n,) why there is no answer, and what lies near the edge; empty where nothing is to be said.
        held: (n,) which inputs are counted as another value, and what that means; empty where none is.
        side: (n,) +1 where the risk is probably higher than the estimate, −1 lower, 0 where nothing is held or either.
        rows: those that are computed with other values, refused ones among them.
        values: (len(rows), p) what they are computed with.
    """

    refused: Texts = field(repr=False)
    cautions: Texts = field(repr=False)
    held: Texts = field(repr=False)
    side: Signs = field(repr=False)
    rows: npt.NDArray[np.int64] = field(repr=False)
    values: Floats = field(repr=False)

    def refusing(self, reasons: Texts) -> Placed:
        """The same with other reasons of refusal, (n,), that come before those of the ranges; empty where none."""
        refused = np.where(reasons == "", self.refused, reasons)
        return replace(self, refused=refused, held=np.where(refused == "", self.held, ""))

    @property
    def bound(self) -> Texts:
        """(n,) "at least", "at most", or empty: how the estimate is to be read."""
        words = np.array(["", AT_LEAST, AT_MOST], dtype=object)
        return words[np.where(self.held == "", 0, self.side)]  # −1 is the last of them


class Support:
    """The ranges of one outcome, as arrays that look at all inputs at once: a form asks at every keystroke.

    Args:
        outcome: its name, for the directions.
        names: the model's inputs, in the order of the value matrix.
        ranges: of the inputs that serve the outcome.
        variables: what the inputs are.
    """

    def __init__(
        self,
        outcome: str,
        names: tuple[str, ...],
        ranges: dict[str, Range],
        variables: Mapping[str, Variable] = VOCABULARY,
    ) -> None:
        self.ranges = {name: ranges[name] for name in names if name in ranges}
        self._columns = np.array([names.index(name) for name in self.ranges], dtype=np.int64)
        limits = [(r.low, r.usual_low, r.usual_high, r.high) for r in self.ranges.values()]
        self._limits = np.array(limits).reshape(-1, 4).T
        of = [(variables[name], seen) for name, seen in self.ranges.items()]
        self._labels = [variable.label for variable, _ in of]
        self._refusals = [_refusal(variable, seen) for variable, seen in of]
        self._seen = [_seen_text(variable, seen) for variable, seen in of]
        self._held = [counted_part(variable, seen, above) for above in (False, True) for variable, seen in of]
        self._may_hold = np.array([holds(variable) for variable, _ in of], dtype=bool)
        self._logarithmic = np.array([name in LOGARITHMIC for name in self.ranges], dtype=bool)
        self._sides = np.array(
            [[side_of(outcome, name, r, above) for name, r in self.ranges.items()] for above in (False, True)], np.int8
        ).reshape(2, -1)
        self._ends = np.array([_ends(variable, seen) for variable, seen in of]).reshape(-1, 2).T
        self._usual = np.tile([[-inf], [inf]], len(names))  # of all the model's inputs
        self._usual[:, self._columns] = self._limits[1:3]
        self._scaled = self._scale(self._limits)
        self._width = self._scaled[2] - self._scaled[1]

    def place(self, values: Floats) -> Placed:
        """Where each row stands.

        Args:
            values: (n, p) inputs, NaN where unknown.
        """
        refused, cautions, told = (np.full(len(values), "", dtype=object) for _ in range(3))
        side = np.zeros(len(values), dtype=np.int8)
        # of many people few are outside what is usual, wherever that is: only they are looked at further
        outside = np.flatnonzero(((values < self._usual[0]) | (values > self._usual[1])).any(axis=1))
        mine = values[np.ix_(outside, self._columns)]
        below, above = mine < self._ends[0], mine > self._ends[1]
        beyond = below | above
        edge = ((mine < self._limits[1]) | (mine > self._limits[2])) & ~beyond
        cautions[outside] = _texts(edge, self._caution)
        at = np.flatnonzero(beyond.any(axis=1))
        rows = outside[at]
        if len(rows):
            refused[rows], told[rows], side[rows] = self._judge(mine[at], below[at], above[at])
            rows = rows[(beyond[at] & self._may_hold).any(axis=1)]
        return Placed(refused, cautions, told, side, rows, self.hold(values[rows]))

    def _judge(self, mine: Floats, below: Flags, above: Flags) -> tuple[Texts, Texts, Signs]:
        """Refusals, what is held, and the side of rows of which each has something beyond."""
        held = (below | above) & self._may_hold
        refused = _texts((below | above) & ~self._may_hold, lambda flags: _joined(self._refusals, flags))
        far = (refused == "") & (self._distance(mine, held) > FARTHEST)
        words = _texts(held[far], lambda flags: f"too far outside the training data: {_joined(self._seen, flags)}")
        refused[far] = words
        parts = np.hstack([below & held, above & held])
        side = self._side(parts)
        told = _texts(np.column_stack([parts, side > 0, side < 0]), self._words)
        return refused, np.where(refused == "", told, ""), side

    def hold(self, values: Floats) -> Floats:
        """(n, p) the values that are computed with: each number that may be held, not beyond its range."""
        mine, held = values[:, self._columns], values.copy()
        below, above = mine < self._ends[0], mine > self._ends[1]
        edge = np.where(below, self._limits[0], self._limits[3])
        held[:, self._columns] = np.where((below | above) & self._may_hold, edge, mine)
        return held

    def beyond(self, values: Floats) -> Signs:
        """(n, p) of all the model's inputs: +1 where a value is held at the highest, −1 at the lowest, 0 elsewhere."""
        held = self.hold(values)
        return (values > held).astype(np.int8) - (values < held).astype(np.int8)

    def _scale(self, values: Floats) -> Floats:
        """Values as they are encoded: some by their logarithm."""
        scaled = values.copy()
        scaled[:, self._logarithmic] = np.log(np.maximum(values[:, self._logarithmic], LEAST_OF_LOGARITHM))
        return scaled

    def _distance(self, mine: Floats, held: Flags) -> Floats:
        """(n,) how far the held inputs lie beyond their ranges together, in widths of the usual range."""
        scaled = self._scale(mine)
        with np.errstate(divide="ignore", invalid="ignore"):
            widths = np.maximum(self._scaled[0] - scaled, scaled - self._scaled[3]) / self._width
        return np.asarray(np.where(held, widths, 0.0).sum(axis=1))

    def _side(self, parts: Flags) -> Signs:
        """(n,) the side on which all held inputs, (n, 2p) lowest then highest, say that the risk lies; 0 for none."""
        sides = self._sides.ravel()
        up, down, neither = ((parts & (sides == sign)).any(axis=1) for sign in (1, -1, 0))
        return np.where(neither | (up & down), 0, up.astype(np.int8) - down.astype(np.int8)).astype(np.int8)

    def _caution(self, flags: Flags) -> str:
        return f"few people like this were seen: {_joined(self._labels, flags)}"

    def _words(self, flags: Flags) -> str:
        up, down = flags[-2:]
        return held_sentence([self._held[i] for i in np.flatnonzero(flags[:-2]).tolist()], int(up) - int(down))


def _ends(variable: Variable, seen: Range) -> tuple[float, float]:
    """Beyond which a value is held: what reads as the edge itself is not told apart from it."""
    if not holds(variable):
        return seen.low, seen.high
    decimals = variable.units[0].decimals
    half = 0.5 * 10.0**-decimals
    return round(seen.low, decimals) - half, round(seen.high, decimals) + half


def holds(variable: Variable) -> bool:
    """Whether a value of an input is held at the edge: numbers are, but age."""
    return variable.kind is Kind.NUMBER and variable.name not in _NEVER_HELD


def side_of(outcome: str, name: str, seen: Range, above: bool) -> int:
    """Which way the risk lies of somebody beyond the edge of an input: +1 higher, −1 lower, 0 where not settled.

    Args:
        outcome, name: of the input.
        seen: its range.
        above: whether the value is above the highest; below the lowest otherwise.
    """
    settled = direction_of(outcome, name) or direction_of(outcome, _PART_OF.get(name, name))
    if settled is None:
        return 0
    if above:
        return settled.sign if settled.low <= seen.high and settled.high == inf else 0
    return -settled.sign if seen.low <= settled.high and settled.low == -inf else 0


def counted_part(
    variable: Variable, seen: Range, above: bool, value: str = "", unit: Unit | None = None
) -> tuple[str, str]:
    """What is counted as what, ``Body mass index 44.0 kg/m² as 39.9 kg/m²``, and which edge that is.

    Args:
        variable: the input.
        seen: its range.
        above: whether the value is above the highest; below the lowest otherwise.
        value: the patient's, in words; empty where it is told elsewhere.
        unit: the edge is shown in; the canonical one when None.
    """
    edge, word = (seen.high, "highest") if above else (seen.low, "lowest")
    known = f"{variable.label} {value}".rstrip()
    return f"{known} as {variable.format(edge, unit)}", word


def held_sentence(parts: Sequence[tuple[str, str]], side: int) -> str:
    """What is counted as another value, and what that means for the risk.

    ``Body mass index 44.0 kg/m² counted as 39.9 kg/m², waist 145 cm as 138 cm, the highest the model learnt from: the
    risk is probably higher``
    """
    told = []
    for word in dict.fromkeys(word for _, word in parts):
        of_word = [text for text, edge in parts if edge == word]
        told.append(f"{', '.join([of_word[0], *map(inside, of_word[1:])])}, the {word} the model learnt from")
    first = "; ".join([told[0], *map(inside, told[1:])]).replace(" as ", " counted as ", 1)
    return f"{first}: the risk {(EITHER, HIGHER, LOWER)[side]}"


def bounded(bound: str, percent: str) -> str:
    """A percentage as it is to be read: ``12 %`` → ``at least 12 %``; ``under 0.01 %`` → ``at most 0.01 %``.

    Args:
        bound: "at least", "at most", or empty.
        percent: in words, with “under” or “over” where it is beyond what is told apart.
    """
    if not bound:
        return percent
    low, high = percent.startswith("under "), percent.startswith("over ")
    if low and bound == AT_LEAST:
        return f"{bound} 0 %"
    if high and bound == AT_MOST:
        return f"{bound} 100 %"
    return f"{bound} {percent.removeprefix('under ').removeprefix('over ')}"


def _texts(hits: Flags, words: Callable[[Flags], str]) -> Texts:
    """One text a row that has hits. Rows with the same hits share one text."""
    texts = np.full(len(hits), "", dtype=object)
    rows = np.flatnonzero(hits.any(axis=1))
    if not len(rows):
        return texts
    first, which = _distinct(np.packbits(hits[rows], axis=1))
    texts[rows] = np.array([words(flags) for flags in hits[rows[first]]], dtype=object)[which]
    return texts


def _distinct(rows: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Of each distinct row of bytes the place of its first, and which of them each row is."""
    which = np.zeros(len(rows), dtype=np.int64)
    for start in range(0, rows.shape[1], _BYTES):  # numbers are sorted much faster than rows
        part = np.zeros((len(rows), 8), dtype=np.uint8)
        part[:, : rows.shape[1] - start][:, :_BYTES] = rows[:, start : start + _BYTES]
        _, codes = np.unique(part.view(np.int64)[:, 0], return_inverse=True)
        _, which = np.unique(which * len(rows) + codes, return_inverse=True)
    _, first = np.unique(which, return_index=True)
    return first, which


def _joined(words: Sequence[str], flags: Flags) -> str:
    return "; ".join(words[i] for i in np.flatnonzero(flags).tolist())


def _refusal(variable: Variable, seen: Range) -> str:
    if variable.choices:
        return f"{variable.label}: this answer was not in the training data"
    return f"{_seen_text(variable, seen).replace(' (', ' outside the training data (', 1)}"


def _seen_text(variable: Variable, seen: Range) -> str:
    return f"{variable.label} ({variable.format(seen.low)} to {variable.format(seen.high)})"
