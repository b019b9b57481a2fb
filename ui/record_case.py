"""All that the page says of the patient in the form: answers, criteria, scores and prompts, computed once a change."""

from __future__ import annotations

from riskmodels.checks import Checked
from riskmodels.criteria import find_criteria
from riskmodels.safety import notes
from ui import draft, record_state, record_text, scores
from ui.assessment import assess
from ui.memo import remembered, row_key
from ui.models import shipped_models
from ui.report import Case


def make_case(checked: Checked) -> Case:
    """What is shown, reported and exported of the patient.

    Args:
        checked: the draft as :func:`ui.draft.check_draft` found it.
    """
    units, models, frame = draft.chosen_units(), shipped_models(), checked.frame
    versions = tuple(model.version for model in models.values())
    answers = remembered("answers", (row_key(frame.iloc[0]), versions), lambda: assess(frame, models))
    findings = find_criteria(frame.iloc[0], units)
    published = scores.published_scores(frame)
    prompted = notes(published.patient, published.results, units)
    stored = record_text.report_sentence(record_state.opened(), record_state.is_changed())
    return Case(frame, units, answers, findings, models, published, prompted, stored)
