"""``python -m riskmodels molecules screen``: a file of compounds in, a CSV with every row's answer or problem out."""

from __future__ import annotations

import argparse
import time

from riskmodels.errors import InputError
from riskmodels.molecules.screening.screen import load_models, screen
from riskmodels.molecules.structures.reading import read_compounds
from riskmodels.runtime.arguments import Say

#: seconds between two lines on how far it is
_EVERY = 10.0


def screen_command(options: argparse.Namespace, say: Say) -> int:
    """Screen a file.

    Args:
        options: as :mod:`riskmodels.cli.molecules` names them.
        say: told line by line.

    Returns:
        0, also where some rows are problems: the file says which.

    Raises:
        CareRiskError: when the file cannot be read, the models are missing, or the CSV is there.
    """
    import torch

    torch.set_num_threads(1)  # faster on products this small, and the same sums whatever the number of cores
    if options.out.exists() and not options.overwrite:
        raise InputError(f"{options.out} is there already.", hint="Choose another name, or add --overwrite.")
    started = spoken = time.monotonic()

    def tell(_: float, words: str) -> None:
        nonlocal spoken
        if time.monotonic() - spoken >= _EVERY:
            spoken = time.monotonic()
            say(f"{words} after {spoken - started:.0f} s")

    found = screen(read_compounds(options.data, options.column), load_models(options.models), tell)
    options.out.write_bytes(found.csv())
    counts = found.counts
    say(
        f"{counts['read']:,} rows read: {counts['screened']:,} screened, {counts['problems']:,} with a problem; "
        f"{counts['changed']:,} changed to standard form, {counts['duplicates']:,} with a compound of an earlier row."
    )
    say(f"Written: {options.out}")
    return 0
