"""A unit as files write it → one that the variable accepts, or none: from a table of spellings (unit_names.csv).

Spellings are compared without case, spaces and punctuation: ``mmol·l⁻¹`` and ``MMOL/L`` are mmol/L. A spelling that can
be two of the accepted units (“mg” of creatinine) is none of them. Beside a single number (:func:`reported_unit`) a
spelling has to be whole, and case counts where it changes the unit. Column ``only`` of the table: ``text`` for short
usage, which a header may have and a report may not; ``exact`` for what has to be written in this case.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from riskmodels.units import ALIASES, Unit
from riskmodels.variable import Variable
from riskmodels.vocabulary import VARIABLES

_TABLE = Path(__file__).parent / "unit_names.csv"
_SIGNS = str.maketrans({"µ": "u", "μ": "u", "%": "pct", '"': "inch", "″": "inch", "”": "inch", "²": "2", "³": "3"})
_MICRO = str.maketrans({"μ": "µ", "u": "µ"})
_INVERSE = re.compile(r"(?<=[^\W\d])\s*(\^?[-−⁻]\s*[1¹])")
_TRAILING = re.compile(
    r"\b(ngsp|ifcc|dcct|creatinine|creat|crea|cr|kreatinin|krea|hb|hgb|serum|plasma|whole blood|fasting|"
    r"calculated|calc)\b\.?",
    re.IGNORECASE,
)
#: words of which units are made; a text of nothing else is one, whether it is accepted or not
_ATOMS = frozenset(
    "g gr kg mg ug mcg ng pg fg t lb lbs oz st stone mol mmol umol nmol pmol fmol mcmol mkmol mm um nm pm m km cm dm "
    "in inch ft feet yd l dl cl ml ul hl gal iu u miu uiu kiu kat ukat nkat pct ppm mmhg cmhg hg cmh2o h2o kpa pa hpa "
    "bar mbar torr psi yr yrs y year years mo month months wk week weeks d day days h hr hrs hour hours min s sec bpm "
    "beats per meq eq osm mosm kcal cal kj sqm qm".split()
)
_WORD = re.compile(r"[a-z]+(?=\d?)|\d+(?:\.\d+)?")
#: remarks in UCUM units, ``mg/g{creat}``: they do not change the unit
_ANNOTATION = re.compile(r"\{[^{}]*\}")
#: a capital M before a unit that stands in its own case: mega, and not milli (``Mmol/L``, ``Mg/dL``)
_MEGA = re.compile(r"(?<![^\W\d_])M(?=(?:mol|[glLm])(?![^\W\d_]))")
#: “2h”, “24 h”: a time of taking, not a unit
_TIME = re.compile(r"\d+\s*[a-z]+")


def unit_key(text: str) -> str:
    """One spelling of a unit: ``mg·dL⁻¹`` and ``MG/DL`` are mgdl."""
    signs = _INVERSE.sub("", text.translate(_SIGNS))
    folded = unicodedata.normalize("NFKC", signs).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def unit_spelling(text: str) -> tuple[str, ...]:
    """Symbols of the units that a word of running text can mean, whatever the variable: ``mg/dl`` → mg/dL."""
    return _symbols("text").get(unit_key(text), ())


def accepted_unit(text: str, variable: Variable) -> Unit | None:
    """The unit of a variable that a text names.

    Args:
        text: as a header or a cell writes it.
        variable: what is measured.

    Returns:
        The unit; None where the variable does not accept it, or where it could be two of its units.
    """
    for spelling in dict.fromkeys((text, _TRAILING.sub("", text))):
        symbols = _symbols().get(unit_key(spelling), ())
        found = [unit for unit in variable.accepted if unit.symbol in symbols]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def reported_unit(text: str, variable: Variable) -> Unit | None:
    """The unit of a variable that a report names beside a number, in any case and spelling that leaves no doubt.

    Args:
        text: UCUM code or free text: ``mg/g{creat}``, ``MG/DL``, ``per cent``, ``mm Hg``.
        variable: what is measured.

    Returns:
        The unit; None where the variable does not accept it, where it is short usage (``mg`` for mg/dL), or where its
        case says something else: ``Mmol/L`` is megamoles, and ``mm`` of cholesterol no millimolar.
    """
    if _MEGA.search(text) and text != text.upper():
        return None
    exact = next((unit for unit in variable.accepted if text.strip() in (unit.symbol, unit.ucum)), None)
    if exact is not None:
        return exact
    plain = _ANNOTATION.sub("", text)
    for spelling in dict.fromkeys((text, plain, _TRAILING.sub("", plain))):
        symbols = _symbols("report").get(unit_key(spelling), ()) + _exact().get(spelling.strip().translate(_MICRO), ())
        found = [unit for unit in variable.accepted if unit.symbol in symbols]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def is_unit(text: str) -> bool:
    """Whether a text is written as a unit, accepted or not: ``nmol/L``, but not ``fasting`` or ``1/0``."""
    if any(unit_key(spelling) in _symbols() for spelling in (text, _TRAILING.sub("", text))):
        return True
    plain = _INVERSE.sub("", text.translate(_SIGNS)).casefold()
    words = _WORD.findall(plain)
    rest = re.sub(r"[\s\d/·*.^()\[\]{}_-]", "", _WORD.sub("", plain))
    if rest or _TIME.fullmatch(plain.strip()) or not any(word in _ATOMS for word in words):
        return False
    return all(word in _ATOMS or word[0].isdigit() for word in words)


def accepted_words(variable: Variable) -> str:
    """The accepted units in words: ``mg/dL, mmol/L or g/L``."""
    symbols = [unit.symbol for unit in variable.accepted]
    return " or ".join(filter(None, (", ".join(symbols[:-1]), symbols[-1])))


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _exact() -> dict[str, tuple[str, ...]]:
    """Symbols by a spelling whose case counts."""
    return {row["spelling"].translate(_MICRO): (row["symbol"],) for row in _rows() if row["only"] == "exact"}


@cache
def _symbols(where: Literal["cell", "text", "report"] = "cell") -> dict[str, tuple[str, ...]]:
    """Symbols by spelling; of running text only spellings that are no words of their own there."""
    units = {unit: None for v in VARIABLES for unit in (v.units if where == "text" else v.accepted)}
    pairs = [(u.symbol, u.symbol) for u in units] + [(u.ucum, u.symbol) for u in units if u.ucum != "1"]
    barred = {"cell": (), "text": [r for r in _rows() if not r["in_text"]], "report": [r for r in _rows() if r["only"]]}
    rows = [row for row in _rows() if row not in barred[where]]
    pairs += [*ALIASES.items(), *((row["spelling"], row["symbol"]) for row in rows)]
    found: dict[str, tuple[str, ...]] = {}
    for spelling, symbol in pairs:
        known = found.setdefault(unit_key(spelling), ())
        if symbol not in known:
            found[unit_key(spelling)] = (*known, symbol)
    return found
