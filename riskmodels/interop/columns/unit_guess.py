"""In which unit a column of numbers is: as its name says, else as its values say, with the evidence in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.checks.slips import doubtful_unit
from riskmodels.columns import Floats
from riskmodels.units import Unit, find_unit, from_canonical, to_canonical
from riskmodels.vocabulary import Variable

#: this share of the values must be usual in the unit that is inferred …
CLEAR = 0.9
#: … and at most this share in any other
UNCLEAR = 0.6
#: fewer values than this infer nothing where two units are possible
LEAST = 20
#: a unit that the header says is doubted when fewer of the values are plausible in it, or when their median would be
#: nearer to US adults' in another unit (:func:`~riskmodels.checks.slips.doubtful_unit`)
DOUBT = 0.5


@dataclass(frozen=True)
class UnitGuess:
    """The unit of a column.

    Args:
        unit: symbol; empty when it must be answered.
        evidence: why, in words.
        plausible: share of the values that are plausible in that unit, or in the best one; NaN without values.
    """

    unit: str
    evidence: str
    plausible: float


def guess_unit(values: Floats, variable: Variable, told: str = "", told_evidence: str = "") -> UnitGuess:
    """Decide on the unit.

    Args:
        values: numbers of the column without codes for missing; NaN is left out.
        variable: what the column holds.
        told: unit that the header or the data set's documentation says; empty for none.
        told_evidence: which of them says it.
    """
    known = values[np.isfinite(values)]
    if not variable.units:
        return UnitGuess("", "", float("nan"))
    plausible = {u.symbol: _share(known, u, variable.plausible) for u in variable.units}
    if told:
        return _as_told(told, told_evidence, known, variable, plausible)
    if len(variable.units) == 1:
        return UnitGuess(variable.unit, "The only unit it has.", plausible[variable.unit])
    return _inferred(known, variable, plausible)


def _as_told(told: str, evidence: str, known: Floats, variable: Variable, plausible: dict[str, float]) -> UnitGuess:
    best = max(plausible, key=lambda symbol: plausible[symbol])
    if len(known) and plausible[told] < DOUBT and plausible[best] > CLEAR:
        text = (
            f"{evidence} But {_percent(plausible[told])} of the values are possible in {told}, "
            f"{_percent(plausible[best])} in {best}."
        )
        return UnitGuess("", text, plausible[best])
    nearer = doubtful_unit(known, variable, find_unit(variable.units, told)) if len(known) >= LEAST else None
    if nearer is not None:
        middle = f"{np.median(known):.4g}"
        text = f"{evidence} But half of the values are below {middle}, as US adults' are rather in {nearer.symbol}."
        return UnitGuess("", text, plausible[told])
    return UnitGuess(told, evidence, plausible[told])


def _inferred(known: Floats, variable: Variable, plausible: dict[str, float]) -> UnitGuess:
    if not len(known):
        return UnitGuess("", "No values to tell the unit by.", float("nan"))
    usual = {u.symbol: _share(known, u, variable.usual) for u in variable.units}
    first, *others = sorted(usual, key=lambda symbol: -usual[symbol])
    shares = ", ".join(f"{_percent(usual[symbol])} in {symbol}" for symbol in (first, *others))
    middle = (
        f"Half of the {len(known):,} values looked at are below {np.median(known):.4g}. Usual for an adult: {shares}."
    )
    overlap = max(usual[symbol] for symbol in others)
    enough = len(known) >= LEAST or overlap == 0
    if usual[first] >= CLEAR and overlap <= UNCLEAR and enough and _central(known, variable, first):
        return UnitGuess(first, middle, plausible[first])
    if usual[first] < CLEAR and usual[first] + overlap > CLEAR and overlap > 0.05:
        middle += " Values in two units may be mixed."
    return UnitGuess("", f"{middle} This does not tell the unit.", max(plausible.values()))


def _central(known: Floats, variable: Variable, symbol: str) -> bool:
    """Whether the median is usual."""
    unit = next(u for u in variable.units if u.symbol == symbol)
    low, high = sorted(float(from_canonical(v, unit)) for v in variable.usual)
    return bool(low <= np.median(known) <= high)


def _share(known: Floats, unit: Unit, limits: tuple[float, float]) -> float:
    if not len(known):
        return float("nan")
    with np.errstate(over="ignore", invalid="ignore"):
        values = to_canonical(known, unit)
    slack = 1e-9 * max(map(abs, limits))
    return float(np.mean((values >= limits[0] - slack) & (values <= limits[1] + slack)))


def _percent(share: float) -> str:
    return "none" if share == 0 else f"{100 * share:.0f} %"
