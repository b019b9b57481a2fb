"""The smallest plausible set of changes that brings a model's estimate under a threshold.

Smallest: the fewest inputs first, then the least of what their bounds allow, summed. Every step is one that the model
associates with a lower estimate, inside what it was trained on. It is what the model says of people with other values,
never the effect of a treatment: :data:`LABEL` goes with every plan that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from riskmodels.changes.bounds import DEFAULT_BOUNDS, Bound, ladders_for
from riskmodels.changes.links import Links, load_links
from riskmodels.changes.markers import markers_text
from riskmodels.changes.search import (
    FOLLOWED_UP,
    Grid,
    Space,
    States,
    ask,
    bring_back,
    deepen,
    find_paths,
    grids,
    settle,
    settled,
)
from riskmodels.changes.whatif import Moved, apply
from riskmodels.columns import Columns
from riskmodels.errors import InputError
from riskmodels.measured import Measured, Old
from riskmodels.percent import percent_text
from riskmodels.tabular.estimates import OutcomeEstimates
from riskmodels.tabular.model import RiskModel
from riskmodels.units import Unit
from riskmodels.vocabulary import VOCABULARY

__all__ = ["DEFAULT_BOUNDS", "LABEL", "Bound", "Estimate", "Plan", "Step", "smallest_plan"]

LABEL = "what the model associates with a patient like this, not a treatment effect"
#: inputs a plan may change at most
MOST = 3
_COUNT = {1: "one", 2: "two", 3: "three"}


class Estimate(NamedTuple):
    """Risk with its 90 % interval, 0–1; NaN where the model refuses.

    Args:
        risk, low, high: 0–1.
        bound: "at least" or "at most" where a value is held at the edge of the training data; empty otherwise.
        settled: whether the risk is probably no higher than that.
    """

    risk: float
    low: float
    high: float
    bound: str = ""
    settled: bool = True

    def under(self, threshold: float) -> bool:
        """Whether it may be said to be under a threshold (0–1)."""
        return self.settled and self.risk < threshold


@dataclass(frozen=True)
class Step:
    """One change on the path.

    Args:
        name: variable.
        before, after: canonical values.
        moved: linked values that moved along.
        estimate: after this step.
        text: the change and what moved along, in words.
    """

    name: str
    before: float = field(repr=False)
    after: float = field(repr=False)
    moved: tuple[Moved, ...] = field(repr=False)
    estimate: Estimate = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """A path of changes and what the model says along it.

    Args:
        outcome: name of the outcome.
        threshold: risk to come under, 0–1.
        reached: whether the end is under the threshold.
        steps: the path; where the threshold is not reached, the one to the lowest estimate that is.
        start, end: estimates before the first and after the last step.
        text: the plan in one sentence; empty where none reaches the threshold.
        why_not: why there is no plan; empty where there is one.
        follows: what the marker that diagnoses the outcome would probably do along the path, in words; empty where the
            outcome has none, or nothing is known of it.
        label: what a plan is and is not; always shown with it.
    """

    outcome: str
    threshold: float
    reached: bool
    steps: tuple[Step, ...] = field(repr=False)
    start: Estimate = field(repr=False)
    end: Estimate = field(repr=False)
    text: str = field(repr=False)
    why_not: str = field(repr=False)
    follows: str = field(repr=False, default="")
    label: str = LABEL


def smallest_plan(
    model: RiskModel,
    row: pd.Series,
    outcome: str,
    threshold: float,
    bounds: Sequence[Bound] = DEFAULT_BOUNDS,
    most: int = MOST,
    links: Links | None = None,
    units: Mapping[str, Unit] | None = None,
    old: Mapping[str, Old] | None = None,
) -> Plan:
    """The smallest plausible set of modifiable changes that brings the estimate under a threshold.

    Args:
        model: what is asked.
        row: one row of a PatientFrame.
        outcome: one of the model's outcomes.
        threshold: risk to come under, 0–1, both excluded.
        bounds: how far each input may go.
        most: inputs to change at most, 1–3.
        links: how linked values move along; the shipped ones when None.
        units: unit each number is shown in, by variable; changes are full steps of it. Canonical where absent.
        old: date as told, by variable, of measurements too old to decide.

    Returns:
        :class:`Plan`; where there is none it says why, with the lowest estimate that can be reached.

    Raises:
        InputError: when the model has no such outcome, or threshold or ``most`` are out of range.
    """
    _refuse(model, outcome, threshold, most)
    bounds = [bound for bound in bounds if outcome not in bound.not_for]
    patient, lines = row[[name for name in row.index if name in VOCABULARY]].astype(float), links or load_links()
    asked = _Asked(model, outcome, threshold, patient, lines, units or {}, {bound.name: bound for bound in bounds})
    measured = Measured(Columns.of_row(patient), asked.units, old)
    if measured.decides(outcome)[0]:
        words = measured.words(outcome)[0]
        nothing = Estimate(float("nan"), float("nan"), float("nan"))
        return asked.plan((), False, nothing, f"{words} It is measured: there is no estimate to lower.")
    start, refused = asked.begin()
    if refused:
        return asked.plan((), False, start, f"No estimate is given for this patient: {refused}.")
    if start.under(threshold):
        return asked.plan((), True, start)
    ladders = ladders_for(patient, bounds, model.inputs_of(outcome), asked.units)
    if not ladders:
        return asked.plan((), False, start, "Nothing is known of this patient that a plan could change further.")
    space, logit, effects = Space(model, outcome, patient, ladders, lines).lowering()
    if not space.ladders:
        why = "None of the changes within the bounds is one that the model associates with a lower estimate."
        return asked.plan((), False, start, why)
    return asked.search(space, start, grids(space, logit, effects, most), most)


def _refuse(model: RiskModel, outcome: str, threshold: float, most: int) -> None:
    if outcome not in model.outcomes:
        raise InputError(f"The model does not estimate “{outcome}”.", hint=f"It estimates {', '.join(model.outcomes)}.")
    if not 0 < threshold < 1:
        raise InputError("The threshold is not between 0 and 100 %.", hint="Choose one in between.")
    if most not in _COUNT:
        raise InputError(f"A plan changes one to {_COUNT[MOST]} inputs.", hint="Choose a number from 1 to 3.")


@dataclass(frozen=True)
class _Asked:
    """One question: the arguments of :func:`smallest_plan`, and what its answers are made of."""

    model: RiskModel
    outcome: str
    threshold: float
    patient: pd.Series
    links: Links
    units: Mapping[str, Unit]
    bounds: Mapping[str, Bound]

    def estimates(self, rows: Sequence[pd.Series]) -> list[Estimate]:
        found = ask(
            self.model, self.outcome, pd.DataFrame([row.to_numpy(float) for row in rows], columns=self.patient.index)
        )
        return _estimates(found)

    def begin(self) -> tuple[Estimate, str]:
        """The estimate as things are, and why there is none."""
        found = ask(self.model, self.outcome, self.patient.to_frame().T)
        return _estimates(found)[0], str(found.refused[0])

    def search(self, space: Space, start: Estimate, searched: Iterable[Grid], most: int) -> Plan:
        """The first plan found: grids come in the order of their number of inputs."""
        tried: list[Grid] = []
        limit = float(np.log(self.threshold / (1 - self.threshold)))
        for grid in searched:
            tried.append(grid)
            for state in bring_back(space, grid.under(limit, space)[:FOLLOWED_UP], limit)[:FOLLOWED_UP]:
                steps = self.walk(space, settle(space, state, limit), start)
                if steps and steps[-1].estimate.under(self.threshold):
                    return self.plan(steps, True, start)
        return self.lowest(space, tried, limit, start, most)

    def walk(self, space: Space, state: States, start: Estimate) -> tuple[Step, ...]:
        """The path to a state, step by step, each within its bound and lowering the estimate; empty where none is.

        A later step moves what is linked to it, maybe what an earlier one has set: so a path is asked about again.
        """
        for order in find_paths(space, state):
            rows, changed = [self.patient], []
            for i in order:
                name, value = space.ladders[i].name, float(space.ladders[i].rungs[state[i]])
                done = apply(rows[-1], {name: value}, self.links)
                changed.append((name, float(rows[-1][name]), value, done.moved))
                rows.append(done.row)
            if all(self.bounds[name].holds(before, after) for name, before, after, _ in changed):
                estimates = self.estimates(rows[1:]) if changed else []
                if not np.all(np.diff([start.risk, *(estimate.risk for estimate in estimates)]) < 0):
                    continue
                return tuple(
                    Step(name, before, after, moved, estimate, self.say(name, before, after, moved))
                    for (name, before, after, moved), estimate in zip(changed, estimates, strict=True)
                )
        return ()

    def say(self, name: str, before: float, after: float, moved: Sequence[Moved]) -> str:
        variable, unit = VOCABULARY[name], self.units.get(name)
        text = f"{variable.label}: {variable.format(before, unit)} → {variable.format(after, unit)}"
        along = [
            f"{_lower(VOCABULARY[m.name].label)} {VOCABULARY[m.name].format(m.after, self.units.get(m.name))}"
            for m in moved
        ]
        return f"{text} (with it {', '.join(along)})" if along else text

    def value(self, step: Step) -> str:
        """“systolic pressure 120 mmHg”, “smoking: former smoker”."""
        variable = VOCABULARY[step.name]
        colon = ":" if variable.choices else ""
        return f"{_lower(variable.label)}{colon} {variable.format(step.after, self.units.get(step.name))}"

    def percent(self, estimate: Estimate) -> str:
        """“at least 12 %”."""
        return f"{estimate.bound} {percent_text(estimate.risk, (self.threshold,))}".lstrip()

    def plan(self, steps: tuple[Step, ...], reached: bool, start: Estimate, why_not: str = "") -> Plan:
        end = steps[-1].estimate if steps else start
        threshold = f"{100 * self.threshold:g} %"
        text = f"The estimate is under {threshold} already: {self.percent(start)}."
        if steps:
            values, risk = ", ".join(self.value(s) for s in steps), self.percent(end)
            text = f"With {values} the estimate is {risk}, under {threshold}."
        weight = [step for step in steps if step.name == "bmi"]
        change = weight[-1].after - weight[0].before if weight else 0.0
        followed = markers_text(self.outcome, self.patient, change, self.links, self.units)
        return Plan(
            self.outcome, self.threshold, reached, steps, start, end, text if reached else "", why_not, followed
        )

    def lowest(self, space: Space, tried: Sequence[Grid], limit: float, start: Estimate, most: int) -> Plan:
        """The path to the lowest estimate there is; a plan after all where it is under the threshold."""
        inputs = "one input" if most == 1 else f"at most {_COUNT[most]} inputs"
        why = f"No plausible change of {inputs} brings the estimate under {100 * self.threshold:g} %."
        states = np.concatenate([grid.lowest(FOLLOWED_UP) for grid in tried])
        for state in states[np.argsort(space.score(states), kind="stable")]:
            steps = self.walk(space, settle(space, deepen(space, state), limit), start)
            if steps and steps[-1].estimate.under(self.threshold):
                return self.plan(steps, True, start)
            if steps:
                values = ", ".join(self.value(s) for s in steps)
                risk = self.percent(steps[-1].estimate)
                return self.plan(steps, False, start, f"{why} The lowest it reaches is {risk}, with {values}.")
        return self.plan((), False, start, why)


def _estimates(found: OutcomeEstimates) -> list[Estimate]:
    parts = (found.risk, found.low, found.high, found.bound, settled(found))
    return [Estimate(*row) for row in zip(*(part.tolist() for part in parts), strict=True)]


def _lower(label: str) -> str:
    """A label inside a sentence: “systolic pressure”, but “HbA1c” and “HDL cholesterol”."""
    return label[0].lower() + label[1:] if label.split()[0][1:].islower() else label
