"""In which unit a column of numbers is, and how it shows decimals: as its name and cells say, else as its values do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from riskmodels.checks.slips import doubtful_unit
from riskmodels.columns import Floats
from riskmodels.interop.columns.mapping import MIXED
from riskmodels.interop.columns.numbers import decimal_of, in_doubt, is_numeric, possible_numbers, texts
from riskmodels.interop.columns.quantities import Quantities
from riskmodels.unit_names import accepted_words
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


@dataclass(frozen=True)
class Told:
    """What is said of a column's unit beside its values.

    Args:
        unit: symbol that the header, the cells or the data set's documentation says; empty for none.
        evidence: which of them says it.
        foreign: a unit that the header writes and that is not accepted, or could be two of those accepted.
    """

    unit: str = ""
    evidence: str = ""
    foreign: str = ""


def guess_unit(values: Floats, variable: Variable, told: Told = Told()) -> UnitGuess:
    """Decide on the unit.

    Args:
        values: numbers of the column without codes for missing; NaN is left out.
        variable: what the column holds.
        told: what is said of it beside the values.
    """
    known = values[np.isfinite(values)]
    if not variable.units:
        return UnitGuess("", "", float("nan"))
    plausible = {u.symbol: _share(known, u, variable.plausible) for u in variable.accepted}
    if told.foreign:
        text = f"The header says “{told.foreign}”, which is not one of {accepted_words(variable)}."
        return UnitGuess("", f"{text} Convert the column, or leave it out.", max(plausible.values()))
    if told.unit:
        return _as_told(told.unit, told.evidence, known, variable, plausible)
    if len(variable.units) == 1:
        return _only(known, variable, plausible)
    return _inferred(known, variable, plausible)


def _only(known: Floats, variable: Variable, plausible: dict[str, float]) -> UnitGuess:
    """Of one usual unit, unless the values are possible in another only, as an age in days is."""
    best = max(plausible, key=lambda symbol: plausible[symbol])
    if len(known) and plausible[variable.unit] < DOUBT and plausible[best] > CLEAR:
        text = f"{_percent(plausible[variable.unit])} of the values are possible in {variable.unit}"
        text = f"{text[0].upper()}{text[1:]}, {_percent(plausible[best])} in {best}."
        return UnitGuess("", text, plausible[best])
    return UnitGuess(variable.unit, "The only unit it has.", plausible[variable.unit])


def _as_told(told: str, evidence: str, known: Floats, variable: Variable, plausible: dict[str, float]) -> UnitGuess:
    best = max(plausible, key=lambda symbol: plausible[symbol])
    if len(known) and plausible[told] < DOUBT and plausible[best] > CLEAR:
        text = (
            f"{evidence} But {_percent(plausible[told])} of the values are possible in {told}, "
            f"{_percent(plausible[best])} in {best}."
        )
        return UnitGuess("", text, plausible[best])
    if told == "ft" and _feet_and_inches(known):
        text = f"{evidence} But 5.10 may be 5 feet 10 inches. Convert the column to inches, or leave it out."
        return UnitGuess("", text, plausible[told])
    nearer = doubtful_unit(known, variable, find_unit(variable.accepted, told)) if len(known) >= LEAST else None
    if nearer is not None:
        middle = f"{np.median(known):.4g}"
        text = f"{evidence} But half of the values are below {middle}, as US adults' are rather in {nearer.symbol}."
        return UnitGuess("", text, plausible[told])
    return UnitGuess(told, evidence, plausible[told])


def _inferred(known: Floats, variable: Variable, plausible: dict[str, float]) -> UnitGuess:
    if not len(known):
        return UnitGuess("", "No values to tell the unit by.", float("nan"))
    usual = {u.symbol: _share(known, u, variable.usual) for u in variable.accepted}
    first, *others = sorted((u.symbol for u in variable.units), key=lambda symbol: -usual[symbol])
    further = [u.symbol for u in variable.accepted[len(variable.units) :] if usual[u.symbol]]
    shares = ", ".join(f"{_percent(usual[symbol])} in {symbol}" for symbol in (first, *others, *further))
    middle = (
        f"Half of the {len(known):,} values looked at are below {np.median(known):.4g}. Usual for an adult: {shares}."
    )
    overlap = max(usual[symbol] for symbol in (*others, *further))
    enough = len(known) >= LEAST or overlap == 0
    if usual[first] >= CLEAR and overlap <= UNCLEAR and enough and _central(known, variable, first):
        return UnitGuess(first, middle, plausible[first])
    if usual[first] < CLEAR and usual[first] + overlap > CLEAR and overlap > 0.05:
        middle += " Values in two units may be mixed."
    return UnitGuess("", f"{middle} This does not tell the unit.", max(plausible.values()))


def _feet_and_inches(known: Floats) -> bool:
    """Whether every part behind the point could be inches: 5.1, 5.9, 5.10, 5.11, but no 5.58."""
    hundredths = np.round(known % 1 * 100)
    return bool(hundredths.any() and np.isin(hundredths, [*range(0, 100, 10), 11]).all())


def _central(known: Floats, variable: Variable, symbol: str) -> bool:
    """Whether the median is usual."""
    unit = find_unit(variable.units, symbol)
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


def said_in_cells(found: Quantities, variable: Variable) -> tuple[Told, Floats | None]:
    """What cells such as “195 mg/dL” say of the unit of the column.

    Args:
        found: the column as it was read.
        variable: what it holds.

    Returns:
        What they say, and the numbers to judge it by: those without a unit; where every cell names one, all of them in
        the unit that most name; None where no cell does.
    """
    written = found.units[(found.units >= 0) & np.isfinite(found.numbers)]
    if not len(written):
        return Told(), None
    places, counts = np.unique(written, return_counts=True)
    units = [variable.accepted[place] for place in places[np.argsort(-counts, kind="stable")].tolist()]
    told = Told(units[0].symbol, f"Cells say {' and '.join(u.symbol for u in units)}; each is read in its own unit.")
    bare = found.bare
    if np.isfinite(bare).any():
        return (told if len(units) == 1 else Told()), bare
    values = found.numbers.copy()
    for place in places.tolist():
        at = found.units == place
        values[at] = from_canonical(to_canonical(values[at], variable.accepted[place]), units[0])
    return told, values


def column_decimal(cells: pd.Series, decimal: str, variable: Variable) -> str:
    """How a column of numbers shows decimals where that is not as the file does.

    Where its cells do not tell (“1.470” in a file with decimal commas), it is judged by which reading is usual.

    Args:
        cells: of the column.
        decimal: of the file.
        variable: what the column holds.

    Returns:
        As :func:`riskmodels.interop.columns.numbers.decimal_of`.
    """
    if is_numeric(cells):
        return ""
    array = texts(cells)
    told = decimal_of(array, decimal)
    other = "," if decimal == "." else "."
    filled = len(array) - array.null_count
    doubt = array.filter(pc.fill_null(in_doubt(array, MIXED), False))
    either = doubt.filter(pc.match_substring(doubt, other))
    if told or 2 * len(either) < filled or not len(either):
        return told
    readings = np.array([possible_numbers(text) for text in either.to_pylist()])
    shares = [max(_share(values, unit, variable.usual) for unit in variable.units) for values in readings.T]
    if shares[0] >= CLEAR and shares[1] <= 1 - DOUBT:
        return other
    return decimal if shares[1] >= CLEAR and shares[0] <= 1 - DOUBT else ""
