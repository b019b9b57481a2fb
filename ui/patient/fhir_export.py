"""Export: the patient on the page, with the answers, as a FHIR bundle in R4 or R5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

import pandas as pd
import streamlit as st

from riskmodels.checks import check
from riskmodels.interop.fhir.facts import Fact
from riskmodels.interop.fhir.types import Version
from riskmodels.interop.fhir.write import Assessed, Estimate, Subject, bundle, subject_of, to_json
from riskmodels.lookback import DATED_BY
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.tabular.holding import held_text
from riskmodels.vocabulary import VARIABLES, VOCABULARY
from ui.patient.case import Case
from ui.patient.validity import earlier_text
from ui.record import draft
from ui.record.fhir_import import imported, when_measured

MIME = "application/fhir+json"


@dataclass(frozen=True)
class Export:
    """What is written of a patient: gathered while the page runs, since a download is made when the session is not at
    hand."""

    subject: Subject = field(repr=False)
    facts: Sequence[Fact] = field(repr=False)
    assessed: Sequence[Assessed] = field(repr=False)

    def document(self, today: date, version: Version | str) -> bytes:
        """The FHIR bundle, checked by fhir.resources.

        Args:
            today: day of the answer, or the exact time of it.
            version: ``R4`` or ``R5``.

        Returns:
            JSON in UTF-8: Patient, one Observation a fact, one RiskAssessment a model.

        Raises:
            InputError: when an estimate is no probability.
        """
        kind = Version(version)
        return to_json(bundle(self.subject, self.facts, self.assessed, _at(today), kind), kind)


def gather(case: Case) -> Export:
    """All that is written of the patient on the page, with the patient and the dates of an import that still stands."""
    patient = imported()
    sex = float(case.patient["sex"])
    subject = subject_of(patient.identity, patient.subject, sex) if patient else subject_of({}, "", sex)
    return Export(subject, [*_facts(case), *_extra_facts()], _assessed(case))


def fhir_document(case: Case, today: date, version: Version | str) -> bytes:
    """The case as a FHIR bundle. Call it while the page runs; a deferred download takes :func:`gather` first.

    Args, Returns and Raises as :meth:`Export.document`.
    """
    return gather(case).document(today, version)


def draw_export(case: Case) -> None:
    """Two download buttons, one a version.

    Args:
        case: what the page shows.
    """
    today, export = date.today(), gather(case)
    for version in Version:
        st.download_button(
            f"FHIR {version}",
            partial(export.document, today, version),
            file_name=file_name(today, version),
            mime=MIME,
            icon=":material/data_object:",
            on_click="ignore",
            key=f"fhir.export.{version}",
            help="Patient without a name, the facts as Observations, the estimates as RiskAssessment.",
        )


def file_name(today: date, version: Version) -> str:
    """Name of the file, without anything of the patient in it."""
    return f"risk-assessment-{today.isoformat()}-{version.lower()}.json"


def _at(today: date) -> datetime:
    """The time of the answer, in the local time zone."""
    at = today if isinstance(today, datetime) else datetime.combine(today, datetime.now().time())
    return at.astimezone()


def _facts(case: Case) -> list[Fact]:
    derived = _derived(case.frame)
    return [
        Fact(
            v.name,
            float(case.patient[v.name]),
            case.units.get(v.name),
            _when(v.name),
            derived.get(v.name, ""),
            *_source(v.name),
        )
        for v in VARIABLES
        if case.patient[v.name] == case.patient[v.name]
    ]


def _when(name: str) -> str:
    """ISO date of a value: the one it stands with in the form, of a derived one that of what it is computed from."""
    value = draft.entered(name)
    if value is None and name in DATED_BY:
        return _when(DATED_BY[name])
    return value.when if value and value.when else when_measured(name)


def _source(name: str) -> tuple[str, str]:
    """The code under which a value was imported, and what has to be known of it; empty for one that was typed."""
    value = draft.entered(name)
    return (value.source, value.note) if value else ("", "")


def _derived(frame: pd.DataFrame) -> dict[str, str]:
    """How a value was computed, for those the check itself would compute from the others."""
    computed = check(frame.drop(columns=list(DATED_BY), errors="ignore")).frame.iloc[0]
    return {name: VOCABULARY[name].derived for name in DATED_BY if computed[name] == frame[name].iloc[0]}


def _extra_facts() -> list[Fact]:
    """What was answered of the questions that only published scores ask."""
    answers = draft.score_facts()
    known = [n for n in EXTRA_INPUTS if answers[n] == answers[n]]
    return [Fact(n, answers[n], None, _when(n), "", *_source(n)) for n in known]


def _assessed(case: Case) -> list[Assessed]:
    return [
        Assessed(name, model.version, model.inputs, estimates, earlier_text(case))
        for name, model in case.models.items()
        if (estimates := _estimates(case, name))
    ]


def _estimates(case: Case, model: str) -> dict[str, Estimate]:
    return {
        a.outcome.name: Estimate(
            a.risk, a.low, a.high, a.refused, a.caution, held_text(a.held, case.units), a.bound, measured=a.measured
        )
        for a in case.answers
        if a.outcome.model == model
    }
