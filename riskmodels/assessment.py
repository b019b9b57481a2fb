"""The answer to patients: what every model says of every row, computed once for all that shows, keeps or sends it.

Page, report, record, FHIR export, CDS card, smallest plan, timeline and cohort ask here and add what is theirs: words,
hashes, chunks.

>>> assessment = assess(frame, load_shipped())                                              # doctest: +SKIP
>>> assessment["diabetes"].risk                              # (n,) probabilities           # doctest: +SKIP
>>> assessment.measured("diabetes")                          # (n,) words, where a measurement decides  # doctest: +SKIP
>>> assessment.answers()                                     # of the first row              # doctest: +SKIP
>>> assessment.reasons("diabetes").values                    # n × p log-odds               # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.criteria import Finding, find_criteria
from riskmodels.explain.shapley import Reasons
from riskmodels.measured import BY_MEASUREMENT, Measured, Old, Texts
from riskmodels.outcomes import OUTCOME, Outcome
from riskmodels.scores import prevent
from riskmodels.scores.eligibility import Result
from riskmodels.tabular.estimates import Estimates, OutcomeEstimates
from riskmodels.tabular.holding import HeldValue
from riskmodels.tabular.model import RiskModel
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY

#: outcome → value of PREVENT that it was learnt from
_LEARNT_FROM = {"cvd_10y": "total_cvd_10y"}


@dataclass(frozen=True)
class Answer:
    """The answer to one outcome for one patient.

    Args:
        outcome: what it is a probability of.
        measured: what a measurement says to it, in words, by which there is no estimate; with an estimate where the
            measurement is old; empty where none is known.
        risk, low, high: probability and 90 % interval, 0–1; NaN where refused.
        refused: why no estimate is given; empty where one is.
        caution: what to be careful about; empty where nothing.
        standing: share (0–1) of people of the same age and sex with a lower risk; NaN where unknown.
        published: value (0–1) of the published equation it was learnt from; NaN where there is none.
        held: what is counted as the edge of the training data.
        bound: "at least" or "at most" where that says so; empty otherwise.
    """

    outcome: Outcome
    measured: str = field(default="", repr=False, kw_only=True)
    risk: float = field(repr=False)
    low: float = field(repr=False)
    high: float = field(repr=False)
    refused: str = field(repr=False)
    caution: str = field(repr=False)
    standing: float = field(repr=False)
    published: float = field(repr=False)
    held: tuple[HeldValue, ...] = field(default=(), repr=False)
    bound: str = field(default="", repr=False)

    @property
    def given(self) -> bool:
        """Whether an estimate is given."""
        return self.refused == ""

    @property
    def by_measurement(self) -> bool:
        """Whether a measurement answers it instead."""
        return self.refused == BY_MEASUREMENT

    def known_by(self, patient: pd.Series) -> str:
        """The label of the fact by which the patient has it already; empty where none."""
        return next((VOCABULARY[name].label for name in self.outcome.already if patient[name] == 1), "")

    def settled(self, patient: pd.Series) -> bool:
        """Whether what answers it without a model is known, be it old."""
        return bool(self.outcome.settled_by) and not np.isnan(patient[self.outcome.settled_by])


class Assessment:
    """What models answer to n rows. Made by :func:`assess`; what is not asked of it is not computed.

    Args:
        frame: PatientFrame of n rows.
        models: by name.
        estimates: by the model's name.
        reasons: by outcome, those that were computed with the estimates.
        answered: the model's name by outcome, in the order of :data:`riskmodels.outcomes.OUTCOMES`, others after them.
        units: unit a measurement is worded in, by variable; canonical where absent.
        old: date as told, by variable, of measurements too old to decide (:func:`riskmodels.measured.old_values`).
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        models: Mapping[str, RiskModel],
        estimates: Mapping[str, Estimates],
        reasons: Mapping[str, Reasons],
        answered: Mapping[str, str],
        units: Mapping[str, Unit] | None = None,
        old: Mapping[str, Old] | None = None,
    ) -> None:
        self.frame, self.models, self.outcomes = frame, models, tuple(answered)
        self._estimates, self._reasons, self._answered = estimates, dict(reasons), answered
        self._answers: dict[int, list[Answer]] = {}
        self.old, self.units, self._words = old, units, dict[str, Texts]()

    def __getitem__(self, outcome: str) -> OutcomeEstimates:
        """What is answered to an outcome: no number where a measurement decides, for that is measured."""
        found, decided = self.modelled(outcome), self.measurements.decides(outcome)
        if not decided.any():
            return found
        risk, low, high = (np.where(decided, np.nan, values) for values in (found.risk, found.low, found.high))
        cautions, held, bound = (np.where(decided, "", words) for words in (found.cautions, found.held, found.bound))
        refused = np.where(decided, BY_MEASUREMENT, found.refused)
        return replace(found, risk=risk, low=low, high=high, refused=refused, cautions=cautions, held=held, bound=bound)

    def modelled(self, outcome: str) -> OutcomeEstimates:
        """What the model estimates of an outcome, also where a measurement decides: to judge and to search by only."""
        return self._estimates[self._answered[outcome]].outcome(outcome)

    @cached_property
    def measurements(self) -> Measured:
        """What is measured."""
        return Measured(self.facts, self.units, self.old)

    def measured(self, outcome: str) -> Texts:
        """(n,) what a measurement says to an outcome, in words; empty where none is known."""
        if outcome not in self._words:
            self._words[outcome] = self.measurements.words(outcome)
        return self._words[outcome]

    def again(self, frame: pd.DataFrame) -> Assessment:
        """The same asked of other values of these rows, such as changed ones.

        Args:
            frame: PatientFrame.
        """
        return assess(frame, self.models, self.outcomes, units=self.units, old=self.old)

    def model(self, outcome: str) -> RiskModel:
        """The model that answers an outcome."""
        return self.models[self._answered[outcome]]

    def row(self, row: int = 0) -> pd.Series:
        """What is known of one patient."""
        return self.frame.iloc[row]

    def reasons(self, outcome: str) -> Reasons:
        """Exact Shapley values of an outcome for every row, computed when they are first asked for."""
        if outcome not in self._reasons:
            self._reasons[outcome] = self.model(outcome).explain(self.frame, outcome)
        return self._reasons[outcome]

    @cached_property
    def facts(self) -> Columns:
        """What is known, as columns."""
        return Columns.of(self.frame)

    @cached_property
    def prevent(self) -> Result:
        """The published PREVENT equations of every row."""
        return prevent.evaluate(self.facts)

    def published(self, outcome: str) -> Floats:
        """(n,) value (0–1) of the published equation an outcome was learnt from; NaN where there is none."""
        if outcome not in _LEARNT_FROM:
            return np.full(len(self.frame), np.nan)
        return self.prevent.numbers[_LEARNT_FROM[outcome]]

    def standing(self, outcome: str, row: int = 0) -> float:
        """Share (0–1) of people of a patient's age and sex with a lower risk; NaN where refused or not known."""
        risk = float(self[outcome].risk[row])
        if np.isnan(risk):
            return risk
        age, sex = (float(self.facts[name][row]) for name in ("age", "sex"))
        return self.model(outcome).percentile(outcome, risk, age, sex)

    def held(self, outcome: str, row: int = 0) -> tuple[HeldValue, ...]:
        """What is counted of one patient as the edge of an outcome's training data; empty where there is no answer."""
        if not self[outcome].held[row]:
            return ()
        return self.model(outcome).held_values(self.facts if len(self.frame) == 1 else self.frame, outcome, row)

    def criteria(self, units: Mapping[str, Unit] | None = None, row: int = 0) -> list[Finding]:
        """Diagnostic criteria that one patient meets.

        Args:
            units: unit each number is shown in; canonical where absent.
            row: of the frame.
        """
        return find_criteria(self.row(row), units)

    def unknown(self, outcome: str, row: int = 0) -> list[str]:
        """The inputs that serve an outcome and are not known of one patient."""
        return [name for name in self.model(outcome).inputs_of(outcome) if np.isnan(self.facts[name][row])]

    def narrowing(self, outcome: str, row: int = 0) -> pd.DataFrame:
        """What each unknown input could change for one patient, as :meth:`RiskModel.narrowing` tells it."""
        patient = self.facts if len(self.frame) == 1 else self.frame.iloc[row : row + 1]
        return self.model(outcome).narrowing(patient, outcome)

    def answers(self, row: int = 0) -> list[Answer]:
        """The answers to one patient, in the order of :data:`riskmodels.outcomes.OUTCOMES`."""
        if row not in self._answers:
            self._answers[row] = [self._answer(OUTCOME[name], row) for name in self.outcomes if name in OUTCOME]
        return self._answers[row]

    def _answer(self, outcome: Outcome, row: int) -> Answer:
        found = self[outcome.name]
        return Answer(
            outcome,
            float(found.risk[row]),
            float(found.low[row]),
            float(found.high[row]),
            str(found.refused[row]),
            str(found.cautions[row]),
            self.standing(outcome.name, row),
            float(self.published(outcome.name)[row]),
            self.held(outcome.name, row),
            str(found.bound[row]),
            measured=str(self.measured(outcome.name)[row]),
        )


def assess(
    frame: pd.DataFrame,
    models: Mapping[str, RiskModel],
    outcomes: Collection[str] | None = None,
    *,
    explained: bool = False,
    units: Mapping[str, Unit] | None = None,
    old: Mapping[str, Old] | None = None,
) -> Assessment:
    """Ask the models.

    Args:
        frame: PatientFrame of any number of rows, as checked.
        models: by name.
        outcomes: to answer; all that the models serve when None.
        explained: whether the reasons of all of them are wanted, which takes half the work when told beforehand.
        units: unit a measurement is worded in, by variable; canonical where absent.
        old: date as told, by variable, of measurements too old to decide (:func:`riskmodels.measured.old_values`): of
            every row, or (n,) with an empty text where one is not.

    Returns:
        :class:`Assessment`, rows and index as given.

    Raises:
        ValueError: when two of the models answer the same outcome.
    """
    facts = Columns.of(frame)
    answered: dict[str, str] = {}
    estimates: dict[str, Estimates] = {}
    reasons: dict[str, Reasons] = {}
    for name, model in models.items():
        wanted = [outcome for outcome in model.outcomes if outcomes is None or outcome in outcomes]
        if twice := answered.keys() & set(wanted):
            raise ValueError(f"two models answer {', '.join(sorted(twice))}")
        answered |= dict.fromkeys(wanted, name)
        if wanted and explained:
            estimates[name], of_model = model.estimate_and_explain(frame, wanted)
            reasons |= of_model
        elif wanted:
            estimates[name] = model.estimate(facts)
    ordered = [name for name in OUTCOME if name in answered]
    served = {name: answered[name] for name in [*ordered, *answered]}
    return Assessment(frame, models, estimates, reasons, served, units, old)
