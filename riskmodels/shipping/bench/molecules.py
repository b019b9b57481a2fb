"""The part of docs/benchmarks.md on compounds: CPU time from SMILES to estimates of many.

``python -m riskmodels.shipping.bench.molecules --out docs/benchmarks.md`` (part of make bench) writes the section.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd
import torch

from riskmodels.molecules.learning.known_structures import COMPOUNDS
from riskmodels.molecules.learning.model import SHIPPED, CompoundModels
from riskmodels.molecules.structures.structure import standardise
from riskmodels.shipping.bench.section import tell

HEADING = "## Compounds"
Found = TypeVar("Found")


def measure_compounds(count: int) -> str:
    """CPU seconds of screening, by part, on one thread.

    Args:
        count: of compounds, drawn from those that the models are shipped with, so that all are inside the domain.

    Returns:
        Markdown section.
    """
    torch.set_num_threads(1)
    models = CompoundModels.load(device="cpu")
    smiles = pd.read_csv(SHIPPED.parent / COMPOUNDS)["smiles"]
    drawn = smiles.sample(count, replace=count > len(smiles), random_state=0).tolist()
    models.estimate([standardise(drawn[0])])  # what is computed once
    standard, structures = _cpu(lambda: [standardise(text) for text in drawn])
    estimated, _ = _cpu(lambda: models.estimate(structures))
    rows = {
        "structures brought into standard form": standard,
        f"all endpoints, beside {len(models.library):,} measured compounds": estimated,
        "from SMILES to estimates": standard + estimated,
    }
    lines = [HEADING, "", f"{count:,} compounds, one thread. Aim: at most 60 s for 10,000. {_load()}", ""]
    lines += ["| | CPU s |", "|---|---:|", *(f"| {name} | {seconds:.1f} |" for name, seconds in rows.items())]
    return "\n".join(lines) + "\n"


def _load() -> str:
    return f"Load of the machine meanwhile: {os.getloadavg()[0]:.1f}."


def _cpu(run: Callable[[], Found]) -> tuple[float, Found]:
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print or write the section in the place of the one that is there."""
    parser = argparse.ArgumentParser(description="CPU time of screening compounds")
    parser.add_argument("--count", type=int, default=10_000, help="compounds")
    parser.add_argument("--out", type=Path, help="Markdown file whose section is replaced")
    options = parser.parse_args(arguments)
    tell([measure_compounds(options.count)], options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
