"""One cell that is no plain number → what it says: a number with its unit, a bound, a band of ages, two pressures.

Nothing is guessed: what can be read in one way only is read, everything else is None and becomes a problem of its row.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from riskmodels.interop.columns.numbers import possible_numbers
from riskmodels.unit_names import accepted_unit
from riskmodels.vocabulary import Variable

_NUMBER = r"[+-]?(?:\d[\d.,'’ ]*\d|\d|[.,]\d+)(?:[eE][+-]?\d{1,3})?"
_SIGN = r"<=|>=|=<|=>|<|>|≤|≥"
_QUANTITY = re.compile(rf"(?P<sign>{_SIGN})?\s*(?P<number>{_NUMBER})(?P<rest>.*)", re.DOTALL)
_PAIR = re.compile(r"(?P<first>\d{1,3}(?:[.,]\d+)?)\s*/\s*(?P<second>\d{1,3}(?:[.,]\d+)?)(?P<rest>.*)", re.DOTALL)
#: what laboratories write behind a number that is out of their range
_FLAG = re.compile(r"\s*[(\[]?(?:[HL]{1,2}|[↑↓]+|\*+|!)[)\]]?\s*$")
_TO = r"(?:\s*(?:-|–|—|~|to|bis|à|a|至|から)\s*)"
_BAND = re.compile(rf"(?P<low>\d{{1,3}}){_TO}(?P<high>\d{{1,3}})(?P<rest>\D*)", re.IGNORECASE)
_INTERVAL = re.compile(r"[\[(]\s*(?P<low>\d{1,3}(?:\.\d+)?)\s*[,;]\s*(?P<high>\d{1,3}(?:\.\d+)?)\s*[\])]")
_FROM = re.compile(
    r"(?P<low>\d{1,3})\s*(?:\+|plus|and over|and older|and above|or over|or older|or more|und älter|et plus|y más)"
    r"(?P<rest>\D*)",
    re.IGNORECASE,
)
_FEET = re.compile(
    r"(?P<feet>[3-8])\s*(?:'|′|’|ft\.?|feet|foot)\s*(?:(?P<inches>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|''|’’|in\.?|inch|inches)?)?",
    re.IGNORECASE,
)
_METRES = re.compile(r"(?P<metres>[12])\s*m\s*(?P<cm>\d{2})(?:\s*cm)?", re.IGNORECASE)
_STONES = re.compile(r"(?P<stones>\d{1,2})\s*(?:st|stone)\.?\s*(?P<pounds>\d{1,2}(?:\.\d+)?)\s*(?:lbs?|pounds)?", re.I)


@dataclass(frozen=True)
class Cell:
    """What a cell says.

    Args:
        numbers: what it can be read as, as written; two where a point or comma may group thousands.
        unit: symbol of the unit it writes; empty where it writes none.
        sign: ``<``, ``>``, ``≤`` or ``≥`` where only a bound is told.
        half_width: of a band, whose middle is the number; 0 for a single value.
        second: the number behind a slash; NaN where there is none.
    """

    numbers: tuple[float, ...]
    unit: str = ""
    sign: str = ""
    half_width: float = 0.0
    second: float = float("nan")


def read_cell(text: str, variable: Variable, pair: bool = False) -> Cell | None:
    """What a cell of a column says.

    Args:
        text: the cell.
        variable: the number that the column holds.
        pair: whether two pressures with a slash are expected.

    Returns:
        :class:`Cell`; None where it cannot be read, also where its unit is none of the variable's.
    """
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if pair and (found := _pair(plain, variable)) is not None:
        return found
    if variable.name == "age" and (found := _band(plain, variable)) is not None:
        return found
    if variable.name in ("height", "weight") and (found := _in_two_units(plain, variable)) is not None:
        return found
    return _quantity(plain, variable)


def written_unit(text: str) -> str:
    """What stands behind the number of a cell; empty where there is nothing, or no number."""
    found = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", text).replace("−", "-").strip())
    return found["rest"].strip() if found else ""


def _quantity(text: str, variable: Variable) -> Cell | None:
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    unit = _unit(found["rest"], variable)
    numbers = tuple(n for n in possible_numbers(found["number"].strip()) if math.isfinite(n))
    return None if unit is None or not numbers else Cell(numbers, unit, _plain_sign(found["sign"]))


def _unit(rest: str, variable: Variable) -> str | None:
    """The symbol of the unit behind a number, empty where none stands there, None where it is not accepted."""
    for written in dict.fromkeys((rest.strip(), _FLAG.sub("", rest).strip())):
        if not written:
            return ""
        unit = accepted_unit(written, variable)
        if unit is not None:
            return unit.symbol
    return None


def _plain_sign(sign: str | None) -> str:
    return {"<=": "≤", "=<": "≤", ">=": "≥", "=>": "≥"}.get(sign or "", sign or "")


def _pair(text: str, variable: Variable) -> Cell | None:
    found = _PAIR.fullmatch(text)
    unit = _unit(found["rest"], variable) if found else None
    if found is None or unit is None:
        return None
    first, second = (possible_numbers(found[name]) for name in ("first", "second"))
    return Cell(first[:1], unit, second=second[0]) if first and second else None


def _band(text: str, variable: Variable) -> Cell | None:
    """A band of ages at its middle, an open one at its edge."""
    found = _BAND.fullmatch(text) or _INTERVAL.fullmatch(text)
    unit = "" if found is None or "rest" not in found.groupdict() else _unit(found["rest"], variable)
    if found is not None and unit is not None:
        low, high = float(found["low"]), float(found["high"])
        return Cell(((low + high) / 2,), unit, half_width=(high - low) / 2) if low < high else None
    found = _FROM.fullmatch(text)
    unit = _unit(found["rest"], variable) if found else None
    return Cell((float(found["low"]),), unit, "≥") if found is not None and unit is not None else None


def _in_two_units(text: str, variable: Variable) -> Cell | None:
    """5 ft 7 in, 1m75, 11 st 6 lb."""
    if variable.name == "weight":
        stones = _STONES.fullmatch(text)
        return Cell((14 * float(stones["stones"]) + float(stones["pounds"]),), "lb") if stones else None
    if (metres := _METRES.fullmatch(text)) is not None:
        return Cell((100 * float(metres["metres"]) + float(metres["cm"]),), "cm")
    feet = _FEET.fullmatch(text)
    inches = float(feet["inches"] or 0) if feet else 12.0
    return Cell((12 * float(feet["feet"]) + inches,), "in") if feet is not None and inches < 12 else None
