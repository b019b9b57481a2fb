"""The whole of a model's evidence: a folder and its people in, the document out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from riskmodels.cohorts import read_uci_heart
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.evaluation.evidence import FORMAT, Evidence, OutcomeEvidence
from riskmodels.evaluation.evidence_words import sentence
from riskmodels.shipping.chest_pain import OUTCOME_NAME, SOURCE
from riskmodels.shipping.evidence import chest_pain, population
from riskmodels.shipping.evidence.asking import ask
from riskmodels.shipping.evidence.cells import LEAST, LEAST_SMALL, clinical_cells
from riskmodels.shipping.evidence.flow import flow_of
from riskmodels.shipping.evidence.judged import Judged
from riskmodels.shipping.evidence.missing import missing_inputs
from riskmodels.shipping.evidence.scale import FULL, Scale
from riskmodels.shipping.evidence.survey import Audit, read_audit
from riskmodels.shipping.population import COHORT, agreement_with_prevent
from riskmodels.shipping.reach import reach_of
from riskmodels.shipping.say import Say
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.recipes import Labelled, label_chest_pain, label_population

COMMAND = "python -m riskmodels evaluate"
NOTES = [
    "Intervals are 95 % bootstrap intervals; those of groups draw the survey's sampling units, or hospitals' patients.",
    "2015–2018 was looked at several times while models were developed: its figures are the best case.",
]
_WEIGHTED = (
    "Weighted: by the survey weight of the examination; 2017–2018, which has none here, by that of the morning sample."
)


def population_evidence(folder: Path, shared: Path, scale: Scale, say: Say) -> Evidence:
    """Everything about the population model.

    Args:
        folder: of the model.
        shared: folder of shared data.
        scale: people and replicates.
        say: told what is going on.

    Raises:
        ModelFileError, SourceDataError: when the model or its people cannot be read.
    """
    model = RiskModel.load(folder)
    say.line("Reading NHANES 1999–2018 and computing PREVENT")
    data = label_population(read_nhanes(shared / COHORT))
    audit = read_audit(shared / COHORT, data.frame)
    found = {}
    for outcome in model.outcomes:
        say.line(outcome)
        found[outcome] = population_outcome(model, data, outcome, audit, scale)
    return document(model, found, scale)


def population_outcome(model: RiskModel, data: Labelled, outcome: str, audit: Audit, scale: Scale) -> OutcomeEvidence:
    """One outcome of the population model.

    Args:
        model: as fitted.
        data: labelled people, of every part.
        outcome: one of the model's.
        audit: what the survey says of them besides.
        scale: people and replicates.
    """
    judged = population.judge(model, data, outcome, "test", scale)
    told = common(model, judged, scale, LEAST)
    told["held"] = reach_of(model, data, judged.outcome)
    told["people"] = _tested(data, judged)
    told["weights"] = _WEIGHTED
    told["flow"] = flow_of(data, outcome, "NHANES 1999–2018, adults")
    told["validation"] = population.validations(judged, data, scale)
    told["groups"] = population.groups(model, judged, data, audit, scale)
    if judged.soft:
        told["agreement"] = agreement_with_prevent(model, data) | {"deciles": agreement_deciles(judged)}
    told["sentence"] = sentence(outcome, told)
    return told


def chest_pain_evidence(folder: Path, scale: Scale, say: Say) -> Evidence:
    """Everything about the chest-pain model, from cross-validation by its recipe.

    Args:
        folder: of the model.
        scale: people and replicates.
        say: told what is going on.

    Raises:
        ModelFileError, SourceDataError: when the model or its people cannot be read.
    """
    model = RiskModel.load(folder)
    data = label_chest_pain(read_uci_heart(SOURCE))
    say.line("Cross-validation")
    judged = chest_pain.judge(data, scale)
    say.line(OUTCOME_NAME)
    told = common(model, judged, scale, LEAST_SMALL)
    told["people"] = f"cross-validation among {len(data.frame):,} patients of four hospitals"
    told["flow"] = flow_of(
        data, OUTCOME_NAME, "UCI heart disease, four hospitals", {"fit": "fitted, and tested by cross-validation"}
    )
    told["validation"] = chest_pain.validations(judged, scale)
    told["groups"] = chest_pain.groups(judged, scale)
    told["sentence"] = sentence(OUTCOME_NAME, told)
    return document(model, {OUTCOME_NAME: told}, scale)


def common(model: RiskModel, judged: Judged, scale: Scale, least: int) -> OutcomeEvidence:
    """What is measured of every outcome alike; the rest is empty.

    Args:
        model: as fitted, with its card.
        judged: held-out people.
        scale: people and replicates.
        least: fewest people of a clinical cell.
    """
    return {
        "sentence": "",
        "people": "",
        "weights": "",
        "flow": {"source": "", "people": 0, "left_out": [], "parts": []},
        "validation": {},
        "groups": [],
        "agreement": None,
        "missing": missing_inputs(judged, scale),
        "narrowing": ask(judged, scale),
        "cells": clinical_cells(judged, least),
        "held": None,
        "peers": peers_of(model.card, judged.outcome),
    }


def peers_of(card: dict[str, Any], outcome: str) -> dict[str, Any] | None:
    """The comparison with peers as the card has it, by subset of inputs; None where none was made.

    Args:
        card: of the model.
        outcome: one of its outcomes.
    """
    wanted = ("n", "events", "metrics", "differences", "model", "peers")
    reports = card.get("evaluation", {}).get(outcome, {})
    found = {
        name: {key: report[key] for key in wanted if key in report}
        for name, report in reports.items()
        if len(report.get("metrics", {})) > 1
    }
    return found or None


def agreement_deciles(judged: Judged) -> list[dict[str, float]]:
    """Mean estimate by tenths of the published equation's, both 0–1."""
    risk = judged.knowing(judged.inputs)
    order = np.array_split(np.argsort(judged.label, kind="stable"), 10)
    return [{"n": len(p), "published": judged.label[p].mean(), "estimate": risk[p].mean()} for p in order if len(p)]


def document(model: RiskModel, outcomes: dict[str, OutcomeEvidence], scale: Scale) -> Evidence:
    """The evidence with the model it is of."""
    return {
        "format": FORMAT,
        "model": model.name,
        "version": model.version,
        "weights_sha256": model.card["weights_sha256"],
        "command": COMMAND,
        "quick": scale is not FULL,
        "notes": NOTES,
        "outcomes": outcomes,
    }


def _tested(data: Labelled, judged: Judged) -> str:
    cycles = sorted(data.frame.loc[judged.people.index, "cycle"].unique())
    span = f"{cycles[0][:4]}–{cycles[-1][-4:]}"
    hashed = data.part[judged.outcome].groupby(data.frame["cycle"]).nunique().max() > 1
    return f"NHANES {span}, {'people held out by a hash' if hashed else 'never fitted on'}"
