"""Makes data/reference/training_distribution.json: ``python -m riskmodels.shipping.fit_training_distribution``.

Only cumulative shares at about a hundred values of each input leave the training data, no rows. The people are checked
against the hash on each model's card.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from riskmodels import ROOT
from riskmodels.cohort_report.training_distribution import SOURCE, distributions
from riskmodels.cohorts import read_uci_heart
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.errors import SourceDataError
from riskmodels.shipping.chest_pain import SOURCE as UCI
from riskmodels.shipping.population import COHORT
from riskmodels.tabular.fitting import frame_hash
from riskmodels.tabular.model import load_shipped
from riskmodels.tabular.recipes import label_chest_pain, label_population


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file.

    Args:
        arguments: ``--shared FOLDER --out FILE``; those of the process when None.

    Raises:
        SourceDataError: when the people are not those on a model's card.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--out", type=Path, default=SOURCE)
    options = parser.parse_args(arguments)
    people = {"population": _population(options.shared), "chest_pain": _chest_pain()}
    models = {}
    for name, model in load_shipped().items():
        frame, targets = people[name]
        digest = frame_hash(frame[list(model.inputs)], targets)
        if digest != model.card["training_data_sha256"]:
            raise SourceDataError(f"The people are not those the model {name} was trained on.", hint="Train it again.")
        models[name] = {"training_data_sha256": digest, "inputs": distributions(frame, model.inputs)}
    command = "python -m riskmodels.shipping.fit_training_distribution"
    options.out.write_text(json.dumps({"command": command, "models": models}) + "\n", encoding="utf-8")


def _population(shared: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    data = label_population(read_nhanes(shared / COHORT))
    targets, _ = data.of_part("fit")
    rows = targets.notna().any(axis=1)
    return data.frame[rows], targets[rows]


def _chest_pain() -> tuple[pd.DataFrame, pd.DataFrame]:
    data = label_chest_pain(read_uci_heart(UCI))
    return data.frame, data.targets


if __name__ == "__main__":
    main()
