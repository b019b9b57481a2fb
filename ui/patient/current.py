"""All that the page says of the patient in the form: answers, criteria, scores and prompts, computed once a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from riskmodels.care.guidance import plan_of_care
from riskmodels.checks import Severity
from riskmodels.records.carry import carried
from riskmodels.records.visit_facts import old_tests
from ui.memo import remembered
from ui.models import answer_to
from ui.patient import scores
from ui.patient.case import Case
from ui.record import draft
from ui.record import state as record_state
from ui.record import text as record_text
from ui.record.facts import facts_of_form

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
    return remembered(slot, (draft.content(), record_state.day_of_form(), scores.chosen_region()), make)


def current_case() -> Case:
    """What is shown of the patient in the form, where nothing is :func:`missing`."""
    return of_case("case", _make_case)


def stored_case() -> Case:
    """The same with the sentence that says whether it is saved, for what is taken away."""
    stored = record_text.report_sentence(record_state.opened(), record_state.is_changed())
    return replace(current_case(), stored=stored)


def _make_case() -> Case:
    units = draft.chosen_units()
    facts, day = facts_of_form(), record_state.day_of_form()
    assessment = answer_to(draft.check_draft().frame, units, old_tests(facts, day))
    published = scores.published_scores(assessment)
    care = plan_of_care(published.patient, published.results, units)
    return Case(assessment, units, published, care, earlier=carried(facts, day))
