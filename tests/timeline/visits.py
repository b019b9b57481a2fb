"""Visits of one invented patient, and what the models answer to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from riskmodels.explain.steps import Step
from riskmodels.outcomes import OUTCOME
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.visits import Visit
from riskmodels.scores.inputs import variable_of
from riskmodels.tabular.model import RiskModel
from riskmodels.timeline.change import change_steps
from riskmodels.timeline.course import Course, make_course
from riskmodels.timeline.like import compare
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY
from ui.patient.examples import EXAMPLES

WOMAN = EXAMPLES[0].values
HEAVIER = WOMAN | {"age": 55.0, "glucose": 121.0, "weight": 91.0}
#: with a test that answers both outcomes of sugar
MEASURED = HEAVIER | {"hba1c": 6.1}
WITHOUT_WAIST = {name: value for name, value in HEAVIER.items() if name != "waist"}
BETTER = HEAVIER | {"glucose": 101.0, "weight": 82.0, "systolic_bp": 126.0}
DIABETIC = HEAVIER | {"age": 56.0, "diabetes": 1.0}
DAYS = (date(2024, 3, 1), date(2024, 11, 24), date(2025, 6, 3), date(2026, 2, 1))
MG, MMOL = (find_unit(VOCABULARY["glucose"].units, symbol) for symbol in ("mg/dL", "mmol/L"))


def visit(number: int, day: date, values: Mapping[str, float], note: str = "") -> Visit:
    """A visit with canonical values."""
    units = {name: variable_of(name).units for name in values}
    entered = {name: Entered(value, units[name][0].symbol if units[name] else "") for name, value in values.items()}
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    facts = Facts(entered, dict(values))
    return Visit(f"{number:032x}", "p" * 32, day, facts, note, "form", 1, moment, "local", moment, "local", None)


def course_of(models: Mapping[str, RiskModel], *values: Mapping[str, float]) -> Course:
    return make_course([visit(i, DAYS[i], known) for i, known in enumerate(values)], models)


def steps_of(course: Course, outcome: str = "diabetes", before: int = 0, after: int = 1) -> tuple[list[Step], int]:
    like = compare(course, OUTCOME[outcome], before, after)
    return change_steps(like.reasons, like.points, like.before, like.after, {})
