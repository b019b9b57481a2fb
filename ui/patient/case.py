"""One patient as all parts of the answer see them: page, report and export say what stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from riskmodels.assessment import Answer, Assessment
from riskmodels.care.guidance import CarePlan
from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.criteria import Finding, Meets
from riskmodels.records.facts import Entered
from riskmodels.tabular.model import RiskModel
from riskmodels.units import Unit
from ui.patient.score_rows import Published


@dataclass(frozen=True, eq=False)
class Case:
    """Everything that is said of a patient.

    Args:
        assessment: of one row.
        units: unit each number is shown in.
        published: the published scores of this patient.
        care: what guidelines say for this patient.
        stored: whether it is saved as a record, a sentence.
        earlier: facts of an earlier day that may have changed since, by variable, each with its date.
    """

    assessment: Assessment
    units: Mapping[str, Unit]
    published: Published
    care: CarePlan
    stored: str = "What it shows is not saved as a record."
    earlier: Mapping[str, Entered] = field(default_factory=dict, repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """PatientFrame of one row."""
        return self.assessment.frame

    @property
    def patient(self) -> pd.Series:
        """Its row."""
        return self.assessment.row()

    @property
    def facts(self) -> PatientFacts:
        """The patient as rules ask."""
        return PatientFacts(self.published.patient, self.published.results, self.units)

    @property
    def models(self) -> Mapping[str, RiskModel]:
        """Models in use, by name."""
        return self.assessment.models

    @cached_property
    def answers(self) -> list[Answer]:
        """The answers, in the order of the page."""
        return self.assessment.answers()

    @cached_property
    def given(self) -> dict[str, Answer]:
        """Those with an estimate, by outcome."""
        return {answer.outcome.name: answer for answer in self.answers if answer.given}

    @cached_property
    def findings(self) -> list[Finding]:
        """Diagnostic criteria that no answer tells: those that depend on what is not known."""
        told = any(answer.measured for answer in self.answers)
        return [f for f in self.assessment.criteria(self.units) if f.meets is Meets.DEPENDS or not told]
