"""Two visits as rows of a table: field, first, second, change. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from riskmodels.explain.steps import label_text
from riskmodels.outcomes import Outcome
from riskmodels.records.visits import Visit
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.tabular.model import RiskModel
from riskmodels.timeline.course import Course, Estimated, make_course, patient_frame
from riskmodels.timeline.like import Like, compare
from riskmodels.units import Unit, from_canonical
from riskmodels.vocabulary import VOCABULARY, Kind, Variable
from ui import text
from ui.record.timeline.change_words import points_text

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Row:
    """One field of two visits.

    Args:
        label: of the field.
        first, second: as people read them.
        change: in words; empty where there is none.
    """

    label: str
    first: str = field(repr=False)
    second: str = field(repr=False)
    change: str = field(repr=False)

    @property
    def differs(self) -> bool:
        """Whether the two visits differ in it."""
        return self.first != self.second or bool(self.change)

    @property
    def texts(self) -> list[str]:
        """Its cells."""
        return [self.label, self.first, self.second, self.change]


def risk_rows(
    first: Visit, second: Visit, models: Mapping[str, RiskModel], units: Mapping[str, Unit] | None = None
) -> list[Row]:
    """The outcomes, by the models in force; those neither estimated nor measured at one of both visits are left out."""
    course = make_course([first, second], models, units)
    return [_risk_row(course, outcome) for outcome in course.answered]


def _risk_row(course: Course, outcome: Outcome) -> Row:
    first, second = course.estimates(outcome)
    change = _risk_change(compare(course, outcome, 0, 1)) if first.given and second.given else ""
    return Row(outcome.label, _risk_text(first), _risk_text(second), change)


def _risk_change(like: Like) -> str:
    """The change on the facts known at both visits."""
    change = points_text(like.first.risk, like.last.risk) if like.given else ""
    if like.same:
        return change
    return f"{change or 'no change'} on the facts known at both" if like.given else "not to be compared"


def _risk_text(point: Estimated) -> str:
    if not point.given:
        return point.told
    return f"{text.risk(point.risk, point.bound)} ({text.interval(point.low, point.high)})"


def fact_rows(first: Visit, second: Visit, units: Mapping[str, Unit]) -> list[Row]:
    """All facts known at one of two visits at least, in the order of the form, and their notes.

    Args:
        first, second: the visits.
        units: unit each number is shown in.
    """
    before, after = (
        _known(row, visit)
        for (_, row), visit in zip(patient_frame([first, second]).iterrows(), (first, second), strict=True)
    )
    rows = [
        _fact_row(variable, before.get(variable.name, np.nan), after.get(variable.name, np.nan), units)
        for variable in (*VOCABULARY.values(), *EXTRA_INPUTS.values())
        if variable.name in before or variable.name in after
    ]
    if first.note or second.note:
        rows.append(Row("Note", first.note or "none", second.note or "none", ""))
    return rows


def _known(row: pd.Series, visit: Visit) -> dict[str, float]:
    """What is known at a visit: the models' inputs with what is derived, and what only published scores ask for."""
    of_scores = {name: value for name, value in visit.facts.canonical.items() if name in EXTRA_INPUTS}
    return {str(name): float(value) for name, value in row.dropna().items()} | of_scores


def _fact_row(variable: Variable, before: float, after: float, units: Mapping[str, Unit]) -> Row:
    unit = units.get(variable.name, variable.units[0]) if variable.units else None
    first, second = (variable.format(value, unit) for value in (before, after))
    return Row(_label(variable), first, second, _change(variable, before, after, unit))


def _label(variable: Variable) -> str:
    return label_text(variable.name) if variable.name in VOCABULARY else variable.label.replace("Told: ", "Told of ")


def _change(variable: Variable, before: float, after: float, unit: Unit | None) -> str:
    if before == after or (before != before and after != after):
        return ""
    if before != before:
        return "now known"
    if after != after:
        return "no longer known"
    if variable.kind is not Kind.NUMBER or unit is None:
        return "changed"
    difference = float(from_canonical(after, unit)) - float(from_canonical(before, unit))
    worded = f"{abs(difference):,.{unit.decimals}f}"
    if float(worded.replace(",", "")) == 0:
        return "less than is shown"
    symbol = "year" if unit.symbol == "years" and worded == "1" else unit.symbol
    return f"{'+' if difference > 0 else '−'}{worded} {symbol}"
