"""All that the page says of the patient in the form: answers, criteria, scores and prompts, computed once a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from riskmodels.care.safety import notes
from riskmodels.checks import Severity
from riskmodels.criteria import find_criteria
from ui.assessment import assess
from ui.memo import remembered, row_key
from ui.models import shipped_models
from ui.patient import scores
from ui.patient.report import Case
from ui.record import draft
from ui.record import state as record_state
from ui.record import text as record_text

Result = TypeVar("Result")


def missing() -> tuple[str, ...]:
    """What keeps every estimate away: age or sex unknown; empty where there is something to say."""
    return tuple(p.field for p in draft.check_draft().problems if p.severity is Severity.ROW)


def of_case(slot: str, make: Callable[[], Result]) -> Result:
    """What follows from the facts in the form, made once a change.

    Args:
        slot: name of it, as in :func:`ui.memo.remembered`.
        make: makes it; may ask for :func:`current_case`.
    """
    return remembered(slot, (draft.content(), scores.chosen_region()), make)


def current_case() -> Case:
    """What is shown of the patient in the form, where nothing is :func:`missing`."""
    return of_case("case", _make_case)


def stored_case() -> Case:
    """The same with the sentence that says whether it is saved, for what is taken away."""
    stored = record_text.report_sentence(record_state.opened(), record_state.is_changed())
    return replace(current_case(), stored=stored)


def _make_case() -> Case:
    units, models, frame = draft.chosen_units(), shipped_models(), draft.check_draft().frame
    versions = tuple(model.version for model in models.values())
    answers = remembered("answers", (row_key(frame.iloc[0]), versions), lambda: assess(frame, models))
    findings = find_criteria(frame.iloc[0], units)
    published = scores.published_scores(frame)
    prompted = notes(published.patient, published.results, units)
    return Case(frame, units, answers, findings, models, published, prompted)
