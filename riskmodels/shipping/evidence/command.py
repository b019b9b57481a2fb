"""``python -m riskmodels evaluate``: models in, evidence.json beside each out."""

from __future__ import annotations

import argparse
from pathlib import Path

from riskmodels import ROOT
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.evaluation.evidence import FORMAT, Evidence, OutcomeEvidence, write_evidence
from riskmodels.shipping.evidence import population
from riskmodels.shipping.evidence.scale import FULL, QUICK, Scale
from riskmodels.shipping.population import COHORT
from riskmodels.shipping.say import Say
from riskmodels.tabular.model import SHIPPED, RiskModel
from riskmodels.tabular.recipes import label_population

COMMAND = "python -m riskmodels evaluate"
MODELS = ("population", "chest_pain")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``evaluate``."""
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--models", type=Path, default=SHIPPED, help="folder of the models")
    parser.add_argument("--only", choices=MODELS, help="one model only")
    parser.add_argument("--quick", action="store_true", help="sample people and replicates, to try it")
    parser.add_argument("--out", type=Path, help="folder to write to instead of beside the models")


def evaluate_population(folder: Path, shared: Path, scale: Scale, say: Say) -> Evidence:
    """Everything about the population model.

    Args:
        folder: of the model.
        shared: folder of shared data.
        scale: people and replicates.
        say: told what is going on.
    """
    model = RiskModel.load(folder)
    say.line("Reading NHANES 1999–2018 and computing PREVENT")
    data = label_population(read_nhanes(shared / COHORT))
    asian = population.asian_origin(shared / COHORT)
    outcomes: dict[str, OutcomeEvidence] = {}
    for outcome in model.outcomes:
        say.line(outcome)
        judged = population.judge(model, data, outcome, "test", scale)
        outcomes[outcome] = {
            "sentence": "",
            "people": "",
            "weights": "",
            "flow": {"source": "", "people": 0, "left_out": [], "parts": []},
            "validation": population.validations(judged, data, scale),
            "groups": population.groups(model, judged, data, asian, scale),
            "agreement": None,
            "missing": None,
            "narrowing": None,
            "cells": None,
            "held": None,
            "peers": None,
        }
    return head(model, outcomes, scale)


def head(model: RiskModel, outcomes: dict[str, OutcomeEvidence], scale: Scale) -> Evidence:
    """The evidence with the model it is of."""
    return {
        "format": FORMAT,
        "model": model.name,
        "version": model.version,
        "weights_sha256": model.card["weights_sha256"],
        "command": COMMAND,
        "quick": scale is not FULL,
        "notes": [],
        "outcomes": outcomes,
    }


def evaluate_command(options: argparse.Namespace, say: Say) -> int:
    """Run it."""
    scale = QUICK if options.quick else FULL
    if options.only != "chest_pain":
        folder = options.models / "population"
        path = write_evidence(options.out or folder, evaluate_population(folder, options.shared, scale, say))
        say.line(f"Written: {path}")
    return 0
