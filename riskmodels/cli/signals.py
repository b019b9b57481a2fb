"""``python -m riskmodels signals …``: read a batch of signal files; train, ship and document the models of signals."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodels import ROOT, SAMPLES
from riskmodels.errors import InputError

if TYPE_CHECKING:
    from riskmodels.signals.batch import Entry

MODELS = ROOT / "data" / "signal_models"
SHARED = ROOT.parent / "shared"
_KINDS = ("glucose", "rhythm", "pressure")


def add_signals(parser: argparse.ArgumentParser, device: Callable[[str], str]) -> None:
    """Declare the commands.

    Args:
        parser: of ``signals``.
        device: reads a device's name.
    """
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_read(commands.add_parser("read", help="read files of glucose sensors, ECGs and blood pressures"))
    ship = commands.add_parser("ship", help="train and evaluate the shipped models of signals")
    ship.add_argument("--only", choices=list(_SHIPPED), help="one of them only; rhythm: the figures of beats found")
    ship.add_argument("--shared", type=Path, default=SHARED, help="folder of shared data")
    ship.add_argument("--out", type=Path, default=MODELS, help="folder of the models")
    ship.add_argument("--device", type=device, help="cpu, cuda or mps; the best there is when left out")
    ship.add_argument("--checkpoints", type=Path, help="folder for the forecast to go on from and to save to")
    ship.set_defaults(command=_ship)
    judge = commands.add_parser("judge", help="judge the shipped model of ventricular beats again, without a fit")
    judge.add_argument("--shared", type=Path, default=SHARED, help="folder of shared data")
    judge.set_defaults(command=_judge)
    commands.add_parser("card", help="write docs/signals_card.md again from the cards").set_defaults(command=_card)
    sample = commands.add_parser("sample", help="extract or make a sample file")
    sample.add_argument("kind", choices=_KINDS)
    sample.add_argument("--shared", type=Path, default=SHARED, help="folder of shared data")
    sample.add_argument("--out", type=Path, default=SAMPLES, help="folder of the file")
    sample.set_defaults(command=_sample)


def _add_read(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "A line a file; one that cannot be read is told in its line and does not stop the rest. A WFDB header (.hea) "
        "is read with the files beside it that it names. Exit code 0 when every file gave figures, 1 when one did not."
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--kind", choices=_KINDS, help="what the files are; told by their content when left out")
    parser.add_argument(
        "--answer", action="append", default=[], type=_answer, metavar="NAME=VALUE",
        help="to what files leave open, e.g. unit=mmol/L; repeatable",
    )  # fmt: skip
    parser.add_argument("--target", default="diabetes", help="kind of patient of the glucose report, e.g. older")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON object a file, one a line")
    form.add_argument("--csv", type=Path, metavar="OUT", help="write a row a file, a column a figure")
    parser.set_defaults(command=_read)


def _answer(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"“{text}” is not NAME=VALUE")
    return name, value


def _read(options: argparse.Namespace) -> int:
    from riskmodels.signals.batch import read_batch
    from riskmodels.signals.glucose.targets import find_target
    from riskmodels.signals.kinds import Kind

    find_target(options.target)
    kind = Kind(options.kind) if options.kind else None
    if options.csv and not options.csv.parent.is_dir():
        raise InputError(f"There is no folder {options.csv.parent}.", hint="Make it first.")
    found = []
    for entry in read_batch(options.files, dict(options.answer), kind, options.target):
        found.append(entry)
        if not options.csv:
            print(json.dumps(entry.plain(), ensure_ascii=False) if options.json else _line(entry), flush=True)
    if options.csv:
        _write_csv(found, options.csv)
    failed = sum(not entry.answered for entry in found)
    if failed:
        sys.stderr.write(f"carerisk: {failed} of {len(found)} gave no figures.\n")
    return int(failed > 0)


def _line(entry: Entry) -> str:
    state = "ok  " if entry.answered else "FAIL"
    return f"{state} {entry.file}: {f'{entry.kind}, ' if entry.kind else ''}{entry.words}"


def _write_csv(entries: Sequence[Entry], path: Path) -> None:
    import pandas as pd

    from riskmodels.interop.table.safe_csv import to_csv

    path.write_bytes(to_csv(pd.DataFrame([entry.row() for entry in entries])))
    print(f"Written: {path}")


def _ship(options: argparse.Namespace) -> int:
    import torch

    from riskmodels.shipping.say import Say, to_stdout

    # one thread: faster on products this small, and sums in the same order whatever the number of cores
    torch.set_num_threads(1)
    say = Say(to_stdout)
    for name, ship in _SHIPPED.items():
        if options.only in (None, name):
            ship(options, say.within(name))
    return _card(options) if options.out == MODELS else 0


def _ship_forecast(options: argparse.Namespace, say: Any) -> None:
    from riskmodels.shipping.signals.forecast import ship_forecast

    if options.checkpoints:
        options.checkpoints.mkdir(parents=True, exist_ok=True)
    out, checkpoints = options.out / "glucose_forecast", options.checkpoints
    ship_forecast(options.shared, out, say=say, device=options.device, checkpoints=checkpoints)


def _ship_ventricular(options: argparse.Namespace, say: Any) -> None:
    from riskmodels.shipping.signals.ventricular import ship_ventricular

    ship_ventricular(options.shared, options.out / "ventricular", device=options.device, say=say)


def _measure_rhythm(options: argparse.Namespace, say: Any) -> None:
    from riskmodels.shipping.signals import rhythm

    out = rhythm.OUT if options.out == MODELS else options.out / rhythm.OUT.name
    say.line(f"written: {rhythm.write(rhythm.measure(options.shared), out)}")


_SHIPPED: dict[str, Callable[[argparse.Namespace, Any], None]] = {
    "forecast": _ship_forecast,
    "ventricular": _ship_ventricular,
    "rhythm": _measure_rhythm,
}


def _judge(options: argparse.Namespace) -> int:
    from riskmodels.shipping.say import Say, to_stdout
    from riskmodels.shipping.signals.ventricular import judge_ventricular

    judge_ventricular(options.shared, MODELS / "ventricular", Say(to_stdout))
    return _card(options)


def _card(_: argparse.Namespace) -> int:
    from riskmodels.shipping.signals.document import PAGE, write_page

    write_page()
    print(f"Written: {PAGE}")
    return 0


def _sample(options: argparse.Namespace) -> int:
    if options.kind == "glucose":
        from riskmodels.shipping.signals.glucose_sample import extract_fortnight

        path = extract_fortnight(options.shared, options.out)
    elif options.kind == "rhythm":
        from riskmodels.shipping.signals.rhythm_sample import extract_strip

        path = extract_strip(options.shared, options.out)
    else:
        from riskmodels.shipping.signals.pressure_sample import write_pressure

        path = write_pressure(options.out)
    print(f"Written: {path}")
    return 0
