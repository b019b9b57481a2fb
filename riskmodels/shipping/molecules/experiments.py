"""What was tried of the process, inside the training part: which fingerprints, and whether descriptors help.

``python -m riskmodels.shipping.molecules.experiments`` prints the table of docs/experiments.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from riskmodels import ROOT
from riskmodels.imaging.image_report import markdown_table
from riskmodels.molecules.endpoints import BY_NAME
from riskmodels.molecules.learning.fingerprint import KINDS
from riskmodels.molecules.learning.gaussian_process import fit_kernel
from riskmodels.molecules.learning.library import Library
from riskmodels.shipping.molecules.benchmark import FOLDS
from riskmodels.shipping.molecules.data import random_folds, read_data, scaffold_folds
from riskmodels.shipping.molecules.figures import rmse
from riskmodels.shipping.molecules.left_out import Pool, leave_out
from riskmodels.shipping.say import to_stdout

#: kinds of fingerprints, and whether descriptors are used
VARIANTS = (((0,), False), ((0, 1), False), ((0, 2), False), ((0, 1, 2), False), ((0,), True), ((0, 1, 2), True))
ENDPOINTS = ("ppar_gamma", "ppar_alpha")


def kernels_compared(shared: Path, limit: int | None = None) -> str:
    """RMSE of every variant on compounds of the training part that were left out, at random and by scaffold.

    Args:
        shared: folder of shared data.
        limit: rows of each set, for tests; all when None.

    Returns:
        Markdown table.
    """
    data = read_data(shared, limit=limit)
    library = Library.of([structure.mol for structure in data.structures], data.features)
    scaffolds = scaffold_folds(data.structures, FOLDS)
    table = []
    for name in ENDPOINTS:
        train = data.training(BY_NAME[name])
        whole = Pool.of(library, train.compounds, train.values)
        folds = (random_folds(len(train), FOLDS), scaffolds[train.compounds])
        row = [BY_NAME[name].title]
        for kinds, described in VARIANTS:
            chosen = [whole.similarities[kind] for kind in kinds]
            pool = replace(whole, similarities=chosen, descriptors=whole.descriptors * float(described))
            kernel = fit_kernel(pool.similarities, pool.descriptors, pool.measured)
            row.append(" / ".join(f"{rmse(leave_out(pool, kernel, fold).errors):.3f}" for fold in folds))
        table.append(row)
    heads = [
        " + ".join([*(KINDS[kind] for kind in kinds), *["descriptors"] * described]) for kinds, described in VARIANTS
    ]
    return markdown_table(["RMSE at random / by scaffold", *heads], table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="kernels compared inside the training part")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    to_stdout(kernels_compared(options.shared))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
