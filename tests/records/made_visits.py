"""Visits for tests: of some facts, and of every fact there is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from riskmodels.records.facts import Entered, make_facts
from riskmodels.records.visits import Visit
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.vocabulary import VARIABLES, Kind

WHEN = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
EVERY_FACT = {v.name: Entered(v.usual[0], v.units[0].symbol) for v in VARIABLES if v.kind is Kind.NUMBER} | {
    v.name: Entered(1.0, "") for v in (*VARIABLES, *EXTRA_INPUTS.values()) if v.kind is not Kind.NUMBER
}


def visit(day: date = date(2025, 3, 1), **entered: tuple[float, str]) -> Visit:
    facts = make_facts({name: Entered(*value) for name, value in entered.items()})
    return Visit("v", "p", day, facts, "", "form", 1, WHEN, "local", WHEN, "local", None)


def every_fact() -> Visit:
    facts = make_facts(EVERY_FACT)
    return Visit("v", "p", date(2025, 3, 1), facts, "", "form", 1, WHEN, "local", WHEN, "local", None)
