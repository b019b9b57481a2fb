"""``python -m riskmodels evaluate``: models in, evidence.json beside each out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels import ROOT

if TYPE_CHECKING:
    from riskmodels.shipping.say import Say

MODELS = ("population", "chest_pain")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``evaluate``."""
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--models", type=Path, default=ROOT / "data" / "models", help="folder of the models")
    parser.add_argument("--only", choices=MODELS, help="one model only")
    parser.add_argument("--quick", action="store_true", help="sample people and replicates, to try it")


def evaluate_command(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Run it.

    Args:
        options: as :func:`add_arguments` reads them.
        say: takes one line.
    """
    import torch

    from riskmodels.shipping.say import Say

    torch.set_num_threads(1)  # as in training: faster on products this small
    for name in [options.only] if options.only else MODELS:
        measure(name, options.models / name, options.shared, Say(say).within(name), quick=options.quick)
    return 0


def measure(name: str, folder: Path, shared: Path, say: Say, *, quick: bool = False) -> Path:
    """Measure a model and write its evidence beside it.

    Args:
        name: one of :data:`MODELS`.
        folder: of the model.
        shared: folder of shared data.
        say: told what is going on.
        quick: sample people and replicates.

    Returns:
        The file.

    Raises:
        ModelFileError, SourceDataError: when the model or its people cannot be read.
    """
    from riskmodels.evaluation.evidence import write_evidence
    from riskmodels.shipping.evidence.assemble import chest_pain_evidence, population_evidence
    from riskmodels.shipping.evidence.scale import FULL, QUICK

    scale = QUICK if quick else FULL
    found = (
        population_evidence(folder, shared, scale, say)
        if name == "population"
        else chest_pain_evidence(folder, scale, say)
    )
    path = write_evidence(folder, found)
    say.line(f"written: {path}")
    return path
