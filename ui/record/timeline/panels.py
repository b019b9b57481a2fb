"""Which measurements share a small chart: those of one clinical group in one unit, known at two visits at least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.explain.steps import label_text
from riskmodels.units import Unit, from_canonical
from riskmodels.vocabulary import GROUPS, VOCABULARY, Kind, in_group
from ui.tables import table
from ui.text import inside

#: an axis spans at least this share of what almost all adults have: a wobble must not look like a leap
_LEAST_SPAN = 0.35
#: numbers that say nothing by their course
_LEFT_OUT = frozenset({"age", "height", "fasting_hours"})


@dataclass(frozen=True, eq=False)
class Panel:
    """Measurements that share an axis.

    Args:
        title: the group and the unit, or the measurement and the unit where it is alone.
        unit: of the axis.
        names: variables, in the order of the form.
        values: (k, n) in that unit, NaN where unknown.
        low, high: ends of the axis.
    """

    title: str
    unit: Unit
    names: tuple[str, ...]
    values: Floats = field(repr=False)
    low: float = field(repr=False)
    high: float = field(repr=False)


def make_panels(frame: pd.DataFrame, units: Mapping[str, Unit]) -> list[Panel]:
    """The small charts of the measurements, by clinical group.

    Args:
        frame: PatientFrame, a row a visit, oldest first.
        units: unit each number is shown in.
    """
    panels = []
    for group in GROUPS:
        by_unit: dict[Unit, list[str]] = {}
        for variable in in_group(group.name):
            name = variable.name
            if variable.kind is Kind.NUMBER and name not in _LEFT_OUT and frame[name].notna().sum() > 1:
                by_unit.setdefault(units.get(name, variable.units[0]), []).append(name)
        panels += [_panel(group.label, unit, names, frame) for unit, names in by_unit.items()]
    return panels


def _panel(group: str, unit: Unit, names: Sequence[str], frame: pd.DataFrame) -> Panel:
    values = np.array([from_canonical(frame[name].to_numpy(float), unit) for name in names])
    title = label_text(names[0]) if len(names) == 1 else group
    return Panel(f"{title}, {unit.symbol}", unit, tuple(names), values, *_axis(values, names, unit))


def _axis(values: Floats, names: Sequence[str], unit: Unit) -> tuple[float, float]:
    """Ends of an axis that shows all values, no wider than what is plausible, no narrower than what is usual."""
    ends = np.array([from_canonical(np.array(VOCABULARY[name].plausible, dtype=float), unit) for name in names])
    usual = [np.ptp(from_canonical(np.array(VOCABULARY[name].usual, dtype=float), unit)) for name in names]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = max(0.15 * (high - low), (_LEAST_SPAN * float(min(usual)) - (high - low)) / 2)
    return max(low - room, float(ends.min())), min(high + room, float(ends.max()))


def finding_text(panel: Panel, whens: Sequence[str]) -> str:
    """What a small chart shows: ``Glucose 109 → 126 since 2026-01-02, in between down to 98.``"""
    parts = []
    for name, row in zip(panel.names, panel.values, strict=True):
        known = np.flatnonzero(~np.isnan(row))
        parts.append(f"{inside(label_text(name))} {_course_text(row[known], panel.unit)} since {whens[known[0]]}")
    starts = {part.rpartition(" since ")[2] for part in parts}
    if len(starts) == 1:
        parts = [*(part.rpartition(" since ")[0] for part in parts[:-1]), parts[-1]]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _course_text(values: Floats, unit: Unit) -> str:
    """``109 → 126``, with the extremes where they lie in between."""
    first, last = _text(values[0], unit), _text(values[-1], unit)
    course = f"{first} again" if first == last else f"{first} → {last}"
    lowest, highest = _text(values.min(), unit), _text(values.max(), unit)
    if lowest == highest:
        return f"always {first}"
    between = [f"down to {lowest}"] if lowest not in (first, last) else []
    between += [f"up to {highest}"] if highest not in (first, last) else []
    return f"{course} ({' and '.join(between)} in between)" if between else course


def _text(value: float, unit: Unit) -> str:
    return f"{value:z,.{unit.decimals}f}"


def value_text(value: float, unit: Unit) -> str:
    """A value beside its point, without its unit; ``–`` where unknown."""
    return "–" if np.isnan(value) else _text(value, unit)


def figures(panels: Sequence[Panel], whens: Sequence[str]) -> str:
    """All that is drawn, as a table: measurements by visits."""
    rows = [
        [f"{label_text(name)}, {panel.unit.symbol}", *(value_text(value, panel.unit) for value in row)]
        for panel in panels
        for name, row in zip(panel.names, panel.values, strict=True)
    ]
    return table("Measurements by visit", ["Measurement", *whens], rows)
