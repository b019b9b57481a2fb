"""A table with one row a sample (CSV, packed or not, or a workbook) → an Ecg.

What the columns do not say is asked: the rate where there is no column of times, the unit where neither the names nor
the values leave only one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodels.errors import FileError, SignalError
from riskmodels.interop.columns.numbers import read_column
from riskmodels.interop.table.file_format import FileLimits
from riskmodels.interop.table.source import open_source
from riskmodels.signals.asked import Answers
from riskmodels.signals.rhythm.asking import ADC, MICROVOLT, MILLIVOLT, VOLT, asked_gain, asked_rate, asked_unit
from riskmodels.signals.rhythm.csv_time import grid_of, is_counter, is_time, seconds_of
from riskmodels.signals.rhythm.ecg import MAX_LEADS, MAX_VALUES, Ecg, check_size, made_ecg
from riskmodels.signals.rhythm.naming import lead_names
from riskmodels.signals.rhythm.voltage import in_millivolts

SOURCE = "CSV"
LIMITS = FileLimits(bytes=2**28, unpacked=2**29, workbook=2**27, rows=MAX_VALUES, columns=2 * MAX_LEADS)
#: a unit in or behind a column's name: ``MLII (mV)``, ``ecg_uV``
_UNIT = re.compile(r"[\s_(\[]+([a-zµμ]+)[)\]]*$", re.IGNORECASE)
#: names of columns that are no lead
_OTHER = re.compile(r".*(resp|pleth|ppg|spo2|abp|art|pulse|hr|heart ?rate|label|annot|class|beat|temp|acc).*", re.I)
#: span of an electrocardiogram between its outermost thousandths, mV; numbers in µV or V lie far outside
_SPAN_MILLIVOLTS = (0.2, 15.0)
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Column:
    name: str
    unit: str
    numbers: Floats


def read_csv(data: bytes, answers: Answers) -> Ecg:
    """Read a table of samples.

    Args:
        data: the file.
        answers: to the questions of rate, unit and gain.

    Raises:
        SignalError: when it is no table, or none of an electrocardiogram.
        UnansweredError: when rate, unit or gain are asked.
    """
    cells, decimal = _cells(data)
    cells, units = _without_unit_row(cells)
    columns = [_column(name, cells[name], decimal, units.get(name, "")) for name in cells.columns]
    times = next((column for column in columns if is_time(column.name)), None)
    leads = [column for column in columns if column is not times and _is_lead(column)]
    if not leads:
        raise SignalError("No column holds a lead.", hint="One column a lead, one row a sample, as numbers.")
    notes: tuple[str, ...]
    if times is None:
        rate, notes = asked_rate(answers), ("Its rate was given by hand.",)
        values = np.array([lead.numbers for lead in leads])
    else:
        grid = grid_of(seconds_of(cells[times.name], times.numbers))
        rate, notes = grid.rate, (grid.note,)
        check_size(len(leads), int(grid.places[-1]) + 1, rate)
        values = np.full((len(leads), int(grid.places[-1]) + 1), np.nan)
        values[:, grid.places] = [lead.numbers for lead in leads]
    factor, said = _factors(leads, answers)
    millivolts = (values * factor[:, None]).astype(np.float32)
    return made_ecg(millivolts, rate, lead_names([lead.name for lead in leads]), None, SOURCE, (*notes, said))


def _cells(data: bytes) -> tuple[pd.DataFrame, str]:
    try:
        source = open_source(data, limits=LIMITS)
        chunks = list(source.chunks())
    except FileError as error:
        raise SignalError(error.message, hint=error.hint, log=error.log) from None
    if not chunks:
        raise SignalError("The table has no rows.", hint="One row a sample is needed.")
    return pd.concat([chunk.cells for chunk in chunks]), chunks[0].decimal


def _without_unit_row(cells: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The table without a first row that names units, as PhysioBank's exports have it; and those units."""
    first = {name: str(cell).strip(" '\"()[]") for name, cell in cells.iloc[0].items()}
    if any(in_millivolts(unit) is not None for unit in first.values()):
        return cells.iloc[1:], {str(name): unit for name, unit in first.items()}
    return cells, {}


def _column(name: str, cells: pd.Series, decimal: str, unit: str) -> _Column:
    found = _UNIT.search(name.strip(" '\""))
    whole = name.strip(" '\"()[]")
    if not unit and in_millivolts(whole) is not None:
        unit = whole
    elif not unit and found and in_millivolts(found[1]) is not None:
        unit, name = found[1], _UNIT.sub("", name.strip(" '\""))
    return _Column(name, unit, read_column(cells, decimal))


def _is_lead(column: _Column) -> bool:
    if is_counter(column.name, column.numbers) or (_OTHER.fullmatch(column.name) and not column.unit):
        return False
    return bool(np.isfinite(column.numbers).mean() > 0.5) and in_millivolts(column.unit or "mV") is not None


def _factors(leads: list[_Column], answers: Answers) -> tuple[Floats, str]:
    """Millivolts in one of each lead's unit, and the sentence that says where the unit is from."""
    if all(lead.unit for lead in leads):
        return np.array([in_millivolts(lead.unit) for lead in leads]), f"Unit {leads[0].unit}, from the header."
    spans = [_span(lead.numbers) for lead in leads]
    span = float(np.nanmedian(spans)) if np.isfinite(spans).any() else float("nan")
    whole = all((lead.numbers[np.isfinite(lead.numbers)] % 1 == 0).all() for lead in leads)
    if _SPAN_MILLIVOLTS[0] <= span <= _SPAN_MILLIVOLTS[1] and not whole:
        return np.ones(len(leads)), f"Unit mV: in any other, a span of {span:.2g} would be no electrocardiogram."
    text = f"The file does not say in what unit its values are; they span {span:.3g}."
    likely = VOLT if span < _SPAN_MILLIVOLTS[0] / 2 else MILLIVOLT if span <= _SPAN_MILLIVOLTS[1] else MICROVOLT
    unit = asked_unit(text, likely, answers)
    factor = 1 / asked_gain(answers) if unit == ADC else in_millivolts(unit) or 0.0
    return np.full(len(leads), factor), f"Unit {unit}, given by hand."


def _span(values: Floats) -> float:
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan")
    low, high = np.quantile(known, (0.001, 0.999))
    return float(high - low)
