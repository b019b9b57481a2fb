"""``python -m riskmodels molecules pairs|generator|optimise``: what the search for better compounds rests on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from riskmodels import ROOT
from riskmodels.molecules.extra import require_extra

PAIRS = ROOT / "data" / "reference" / "molecule_pairs.csv"
GENERATOR = ROOT / "data" / "molecule_models" / "selfies_vae"
SHARED = ROOT.parent / "shared"


def add_optimising(commands: Any) -> None:
    """Declare the commands.

    Args:
        commands: of ``molecules``.
    """
    pairs = commands.add_parser("pairs", help="find the matched pairs of the training parts")
    pairs.add_argument("--out", type=Path, default=PAIRS, help="CSV to write")
    generator = commands.add_parser("generator", help="train the generator of compounds")
    generator.add_argument("--out", type=Path, default=GENERATOR, help="folder of the model")
    optimise = commands.add_parser("optimise", help="judge both; write docs/molecules_optimise.md")
    for parser, step in ((pairs, "pairs"), (generator, "generator"), (optimise, "optimise")):
        parser.add_argument("--shared", type=Path, default=SHARED, help="folder of shared data")
        parser.set_defaults(command=_optimise, step=step)


def _optimise(options: argparse.Namespace) -> int:
    require_extra()
    import torch

    from riskmodels.shipping.molecules.optimise import judge_optimising, make_pairs, train_generator
    from riskmodels.shipping.say import Say, to_stdout

    torch.set_num_threads(1)
    say = Say(to_stdout)
    if options.step == "pairs":
        make_pairs(options.shared, options.out, say=say)
    elif options.step == "generator":
        train_generator(options.shared, options.out, say=say)
    else:
        judge_optimising(options.shared, say=say)
    return 0
