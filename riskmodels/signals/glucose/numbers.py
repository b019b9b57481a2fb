"""Glucose as written in a file → mg/dL, with “LO” and “HI”, and a question where the unit is doubtful."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.columns import Floats
from riskmodels.interop.columns.numbers import to_floats
from riskmodels.signals.asked import Answers, Question, answered
from riskmodels.signals.glucose.series import FACTOR, MG, MMOL

#: what sensors write below and above their range, in the languages of their programs
LOW_WORDS = frozenset("lo low niedrig tief bas basse bajo baja basso bassa laag lav lavt låg lågt baixo".split())
HIGH_WORDS = frozenset("hi high hoch haut haute élevé elevado alto alta hoog høj høy høyt hög högt".split())
_BOUND = r"^([<>≤≥]=?)\s*\d+([.,]\d+)?$"
#: mg/dL that no sensor reports beyond
POSSIBLE = (20.0, 600.0)
#: the middle of a file in mmol/L is below, one in mg/dL above
_MMOL_BELOW, _MG_ABOVE = 25.0, 45.0
#: mg/dL beyond which sensors write LO and HI where the program has no limits of its own
LIMITS = (40.0, 400.0)


@dataclass(frozen=True)
class ReadValues:
    """Glucose of a column.

    Args:
        mg_dl: (n,) NaN where a cell is none.
        beyond: (n,) −1 “LO”, +1 “HI”, else 0.
        unit: the numbers were in.
        notes: what was decided, in words.
    """

    mg_dl: Floats
    beyond: npt.NDArray[np.int8]
    unit: str
    notes: tuple[str, ...] = ()


def read_values(
    texts: pa.Array,
    answers: Answers,
    unit: str = "",
    decimal: str = ".",
    limits: tuple[float, float] = LIMITS,
    factor: float = FACTOR,
) -> ReadValues:
    """Cells → mg/dL.

    Args:
        texts: trimmed, null where a cell is empty.
        answers: ``unit``, where it was asked.
        unit: as the file tells it; empty where it does not.
        decimal: ``.`` or ``,``.
        limits: of the sensor, mg/dL.
        factor: mg/dL of one mmol/L, where the format has its own.

    Raises:
        UnansweredError: where the unit is not told and not clear, or the values contradict it.
    """
    words = pc.fill_null(pc.utf8_lower(texts), "")
    bound = pc.fill_null(pc.match_substring_regex(texts, _BOUND), False)
    below = _either(pc.is_in(words, pa.array(sorted(LOW_WORDS))), bound, pc.match_substring_regex(words, "^[<≤]"))
    above = _either(pc.is_in(words, pa.array(sorted(HIGH_WORDS))), bound, pc.match_substring_regex(words, "^[>≥]"))
    bare = pc.if_else(bound, pc.replace_substring_regex(texts, r"^[<>≤≥]=?\s*", ""), texts)
    numbers = to_floats(bare, decimal)
    unit, notes = _settled_unit(numbers, unit, answers)
    mg_dl = numbers * factor if unit == MMOL else numbers
    beyond = above.astype(np.int8) - below.astype(np.int8)
    told = (beyond == 0) & np.isfinite(mg_dl)
    high = limits[1] if not (mg_dl[told] > limits[1] + 1).any() else max(limits[1], 500.0)
    at_limit = np.where(below, limits[0], high)
    # “< 40” states its limit, “LO” leaves it to the sensor's
    return ReadValues(np.where((beyond != 0) & np.isnan(mg_dl), at_limit, mg_dl), beyond, unit, notes)


def _either(word: pa.Array, bound: pa.Array, sign: pa.Array) -> npt.NDArray[np.bool_]:
    found = pc.or_(word, pc.and_(bound, sign))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _settled_unit(numbers: Floats, told: str, answers: Answers) -> tuple[str, tuple[str, ...]]:
    known = numbers[(numbers > 0) & (numbers <= POSSIBLE[1])]
    if not len(known):
        return told or MG, ()
    middle, low, high = float(np.median(known)), float(known.min()), float(known.max())
    likely = MMOL if middle < _MMOL_BELOW and high < 60 else MG if middle > _MG_ABOVE else ""
    if "unit" in answers:
        question = Question("unit", "Which unit are the glucose values in?", (MG, MMOL))
        return answered(question, answers), ()
    if told and (told == likely or not likely):
        return told, ()
    span = f"the values lie between {low:g} and {high:g}, half of them below {middle:g}"
    if told or not likely:
        said = f"The file says {told}, but {span}." if told else f"The file does not say the unit, and {span}."
        choices = (likely or MG, MG if likely == MMOL else MMOL)
        answered(Question("unit", said + " Which unit are they in?", choices), answers)
    return likely, (f"The unit is not told; the values are read as {likely}, since {span}.",)


def unit_in(text: str) -> str:
    """The unit that a header or a cell names; empty where it names none."""
    plain = text.lower().replace(" ", "").replace("_", "").replace("/", "")
    if "mmol" in plain:
        return MMOL
    return MG if "mgdl" in plain or "mgperdl" in plain else ""
