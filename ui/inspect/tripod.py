"""The items of TRIPOD+AI, each answered in a sentence, with where the rest stands; what was not done is said.

Source: Collins 2024, doi 10.1136/bmj-2023-078378. The answers stand in tripod.csv; what depends on the model is put in.
"""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from riskmodels.evaluation.evidence import OutcomeEvidence
from riskmodels.outcomes import OUTCOME, Outcome
from riskmodels.tabular.model import RiskModel
from riskmodels.vocabulary import VOCABULARY
from ui import text
from ui.inspect.evidence import COMMAND
from ui.inspect.show import draw_table, estimate

SOURCE = "Collins 2024, doi 10.1136/bmj-2023-078378"
_ANSWERS = Path(__file__).parent / "tripod.csv"
_NOT_HERE = "see docs/model_card.md"


class Item(NamedTuple):
    """One item of the list: its section, its number, what it asks for, and the answer."""

    section: str
    number: str
    asks: str
    answer: str


def draw_items(model: RiskModel, outcome: str, found: OutcomeEvidence | None) -> None:
    """Every item with its answer.

    Args:
        model: in force.
        outcome: one of its outcomes.
        found: what was measured of it; None where nothing was.
    """
    st.caption(f"The 27 items of TRIPOD+AI as they apply to this outcome. {SOURCE}.")
    for section, items in groupby(answered(model, OUTCOME[outcome], found), lambda item: item.section):
        st.subheader(section, anchor=False)
        draw_table(section, ["item", "answer"], [[f"{item.number} {item.asks}", item.answer] for item in items])


def answered(model: RiskModel, outcome: Outcome, found: OutcomeEvidence | None) -> list[Item]:
    """The items in their order, answered for one outcome of a model."""
    facts = _people(model, outcome) | _analysis(model, outcome) | _results(model, outcome, found)
    with _ANSWERS.open(encoding="utf-8", newline="") as file:
        return [Item(r["section"], r["item"], r["asks"], r["answer"].format(**facts)) for r in csv.DictReader(file)]


def _people(model: RiskModel, outcome: Outcome) -> dict[str, str]:
    already = text.sentence_list([VOCABULARY[name].label for name in outcome.already])
    inputs = text.sentence_list([VOCABULARY[name].label for name in model.inputs_of(outcome.name)])
    return {
        "outcome": text.inside(outcome.label),
        "people": outcome.population,
        "People": _capital(outcome.population),
        "definition": outcome.definition,
        "source": str(model.card.get("data", {}).get("source", _NOT_HERE)),
        "eligible": f"Ages {outcome.ages[0]}–{outcome.ages[1]}, not pregnant, and none of: {already}",
        "inputs": _capital(inputs),
    }


def _analysis(model: RiskModel, outcome: Outcome) -> dict[str, str]:
    happened = "AUROC, AUPRC, Brier score, calibration and net benefit, with 95 % bootstrap intervals"
    return {
        "split": _capital(str(model.card.get("split", _NOT_HERE))),
        "members": str(model.card.get("config", {}).get("members", "several")),
        "measures": happened if outcome.learnt_from == "events" else "Agreement with the equation it learnt",
        "command": COMMAND,
        "limits": _limits(outcome),
    }


def _results(model: RiskModel, outcome: Outcome, found: OutcomeEvidence | None) -> dict[str, str]:
    parts = model.card.get("parts", {}).get(outcome.name, {})
    counted = "; ".join(f"{name} {p['n']:,.0f} people, {p['events']:,.0f} with it" for name, p in parts.items())
    judged = next(iter(found["validation"].values()), None) if found else None
    performance = "Not measured yet" if found is None else "Agreement with the equation, under Validation"
    if judged is not None:
        performance = f"AUROC {estimate(judged['metrics']['auroc'])} with {judged['label']}; the rest under Validation"
    return {
        "counted": _capital(counted or _NOT_HERE),
        "performance": performance,
        "sentence": (found["sentence"] if found else "") or "Where it fails says docs/model_card.md.",
    }


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _limits(outcome: Outcome) -> str:
    if outcome.model == "chest_pain":
        return "920 patients of four hospitals in the 1980s, all sent for angiography, with much unknown"
    if outcome.learnt_from != "events":
        return "It learnt an equation: what that gets wrong, it does too. People of the United States"
    return "People of the United States; one measurement, or death certificates; judged in no other country"
