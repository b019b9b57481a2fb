"""Between the form and a visit: what stands in the form as facts, and a visit's facts in words and in the form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskmodels.interop.fhir.dates import completed_years
from riskmodels.records.facts import Entered, Facts, make_facts
from riskmodels.records.visit_facts import age_on
from riskmodels.records.visits import Visit
from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import Kind
from ui import text
from ui.record import draft


def facts_of_form() -> Facts:
    """What stands in the form, in the units it was typed in, and in canonical units."""
    return make_facts(draft.content().entered)


def age_note(visit: Visit, day: date) -> str:
    """How an age was moved on: ``54 at the visit of 2025-03-01, 1 year before. …``; empty where it was not."""
    age, moved = visit.facts.canonical.get("age"), age_on(visit, day)
    if age is None or moved is None or day == visit.day:
        return ""
    years = completed_years(visit.day, day)
    ago = "less than a year" if years == 0 else "1 year" if years == 1 else f"{years} years"
    return f"{age:g} at the visit of {visit.day.isoformat()}, {ago} before. Check the birthday."


def dated_text(values: Mapping[str, Entered]) -> str:
    """Values by the day they are of, the newest first: ``Of 2025-11-03: waist 108 cm and pulse 71 /min. Of …``.

    Args:
        values: by variable, each with its date.
    """
    parts = []
    for day in sorted({value.when for value in values.values()}, reverse=True):
        listed = text.sentence_list([worded(name, value) for name, value in values.items() if value.when == day])
        parts.append(f"Of {day}: {listed}." if day else f"Of any day: {listed}.")
    return " ".join(parts)


def worded(name: str, value: Entered) -> str:
    """A value with its name, inside a sentence: ``waist 108 cm``, ``told of stroke: no``."""
    variable = variable_of(name)
    label = text.inside(variable.label)
    if variable.kind is Kind.YES_NO:
        told = label.replace("told: ", "told of ")
        return told if value.value > 0 else f"{told}: no"
    return f"{label} {value_text(name, value)}"


def value_text(name: str, value: Entered | None) -> str:
    """A value as a person entered it: ``142 mmHg``, ``yes``, ``unknown``."""
    if value is None:
        return "unknown"
    variable = variable_of(name)
    if variable.kind is Kind.NUMBER:
        return f"{value.value:g} {value.unit}".strip()
    labels = {choice.code: choice.label for choice in variable.choices}
    return labels.get(value.value, f"{value.value:g}")


def show(facts: Facts, did: str = "") -> None:
    """Put facts into the form, in the units they were entered in.

    Args:
        facts: of a visit.
        did: what was done, for the undo button; empty when nothing is to be undone.
    """
    known = {v.name for v in draft.FIELDS}
    draft.load_entered({name: value for name, value in facts.entered.items() if name in known}, did)
