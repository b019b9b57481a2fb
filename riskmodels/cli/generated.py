"""``python -m riskmodels generate …``: invented people and pictures, from the command line."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from riskmodels.runtime.arguments import above_zero

#: of what is drawn, when none is given
_SEED = 1


def add_generate(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``generate``."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_fit(commands.add_parser("fit", help="learn from a file of real people; judge what it invents"))
    _add_sample(commands.add_parser("sample", help="invent people as CSV"))
    _add_write(commands.add_parser("write", help="invent people, or take invented ones, as CSV, FHIR or OMOP"))
    _add_images(commands.add_parser("images", help="invent photos of the retina of one grade, marked"))


def _add_fit(fit: argparse.ArgumentParser) -> None:
    fit.add_argument("--data", type=Path, required=True, metavar="FILE", help="CSV, Excel or Parquet of real people")
    fit.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="of the generator and its cards")
    fit.add_argument("--mapping", type=Path, metavar="JSON", help="what the columns mean, as the page saves it")
    fit.add_argument("--leave-out", action="append", default=[], metavar="NAME", help="column not to learn; repeatable")
    fit.add_argument("--outcome", action="append", default=[], metavar="NAME", help="yes/no to try; repeatable")
    fit.add_argument("--rows", type=above_zero, metavar="N", help="invented people that are judged")
    fit.add_argument("--steps", type=above_zero, metavar="N", help="steps of learning at most")
    fit.add_argument("--seed", type=int, metavar="N", help="of everything drawn")
    fit.add_argument("--epsilon", type=float, metavar="E", help="differential privacy with this ε; needs Opacus")
    fit.add_argument("--device", help="cpu, cuda or mps; the best there is when left out")
    _add_overwrite(fit)
    _set(fit, "fit")


def _add_sample(sample: argparse.ArgumentParser) -> None:
    sample.add_argument("--model", type=Path, required=True, metavar="FOLDER", help="of the generator")
    sample.add_argument("--rows", type=above_zero, required=True, metavar="N", help="how many people")
    sample.add_argument("--out", type=Path, required=True, metavar="FILE", help="CSV to write")
    sample.add_argument("--data", type=Path, metavar="FILE", help="file of the fit: judge these very people against it")
    sample.add_argument("--mapping", type=Path, metavar="JSON", help="of that file")
    _add_drawing(sample)
    _add_overwrite(sample)
    _set(sample, "sample")


def _add_write(write: argparse.ArgumentParser) -> None:
    source = write.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", type=Path, metavar="FOLDER", help="generator to draw from, with --rows")
    source.add_argument(
        "--data", type=Path, metavar="FILE", help="invented people of “sample”, their cards beside them"
    )
    write.add_argument("--as", dest="form", choices=("csv", "fhir", "omop"), required=True, help="in which form")
    write.add_argument("--bundles", action="store_true", help="with --as fhir: a Bundle a person instead of Bulk Data")
    write.add_argument("--rows", type=above_zero, default=1_000, metavar="N", help="with --model: how many (1,000)")
    write.add_argument("--out", type=Path, required=True, metavar="PATH", help="file for CSV, else a new folder")
    write.add_argument("--at", type=_date, metavar="DATE", help="YYYY-MM-DD of everybody's visit (today)")
    _add_drawing(write)
    _add_overwrite(write)
    _set(write, "write")


def _add_images(images: argparse.ArgumentParser) -> None:
    images.add_argument("--grade", type=int, choices=range(5), required=True, help="of retinopathy, 0 none to 4")
    images.add_argument("--count", type=above_zero, default=16, metavar="N", help="how many (16)")
    images.add_argument("--seed", type=int, default=_SEED, metavar="N", help=f"of what is drawn ({_SEED})")
    images.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="of the PNG files")
    images.add_argument("--model", type=Path, metavar="FOLDER", help="of the generator; the shipped one if left out")
    _add_overwrite(images)
    images.set_defaults(command=_generate_images)


def _add_drawing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--given", action="append", default=[], metavar="NAME=VALUE", help="what all have; repeatable")
    parser.add_argument("--seed", type=int, default=_SEED, metavar="N", help=f"of what is drawn ({_SEED})")


def _add_overwrite(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


def _set(parser: argparse.ArgumentParser, step: str) -> None:
    parser.set_defaults(command=_generate, step=step)


def _generate(options: argparse.Namespace) -> int:
    from riskmodels.generated.command import generate_command

    return generate_command(options, lambda text: print(text, flush=True))


def _generate_images(options: argparse.Namespace) -> int:
    from riskmodels.generated.images.command import images_command

    return images_command(options, lambda text: print(text, flush=True))


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date as 2026-01-31") from None
