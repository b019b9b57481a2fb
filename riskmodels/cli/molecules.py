"""``python -m riskmodels molecules …``: train and document the models of compounds, screen with them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from riskmodels import ROOT
from riskmodels.cli.molecules_optimise import add_optimising
from riskmodels.molecules.extra import require_extra

MODELS = ROOT / "data" / "molecule_models" / "cardiometabolic"
SHARED = ROOT.parent / "shared"


def add_molecules(parser: argparse.ArgumentParser, device: Callable[[str], str]) -> None:
    """Declare the commands.

    Args:
        parser: of ``molecules``.
        device: reads a device's name.
    """
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train, judge and write the shipped models of compounds")
    train.add_argument("--shared", type=Path, default=SHARED, help="folder of shared data")
    train.add_argument("--out", type=Path, default=MODELS, help="folder of the models")
    train.add_argument(
        "--device", type=device, help="of the network: cpu, cuda or mps; the best there is when left out"
    )
    train.add_argument("--no-network", action="store_true", help="the Gaussian process alone")
    train.set_defaults(command=_train)
    screen = commands.add_parser("screen", help="estimate a file of compounds: SMILES, CSV, Excel, SDF or MOL")
    screen.add_argument("--data", type=Path, required=True, metavar="FILE", help="of compounds")
    screen.add_argument("--out", type=Path, required=True, metavar="CSV", help="every row with its answer or problem")
    screen.add_argument("--column", default="", metavar="NAME", help="column of SMILES; found when left out")
    screen.add_argument("--models", type=Path, default=MODELS, metavar="FOLDER", help="of the models")
    screen.add_argument("--overwrite", action="store_true", help="replace the CSV")
    screen.set_defaults(command=_screen)
    commands.add_parser("card", help="write docs/molecules_card.md again from the card").set_defaults(command=_card)
    add_optimising(commands)


def _train(options: argparse.Namespace) -> int:
    require_extra()
    import torch

    from riskmodels.shipping.molecules.network_training import Recipe
    from riskmodels.shipping.molecules.ship import ship_compounds
    from riskmodels.shipping.say import Say, to_stdout

    # one thread: faster on products this small, and sums in the same order whatever the number of cores
    torch.set_num_threads(1)
    recipe = None if options.no_network else Recipe()
    ship_compounds(options.shared, options.out, recipe=recipe, device=options.device, say=Say(to_stdout))
    return _card(options) if options.out == MODELS else 0


def _screen(options: argparse.Namespace) -> int:
    require_extra()
    from riskmodels.molecules.screening.command import screen_command

    return screen_command(options, lambda text: print(text, flush=True))


def _card(_: argparse.Namespace) -> int:
    from riskmodels.shipping.molecules.document import PAGE, write_page

    write_page()
    print(f"Written: {PAGE}")
    return 0
