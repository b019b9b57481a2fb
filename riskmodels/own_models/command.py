"""``python -m riskmodels train --data FILE``, ``score … --own MODEL`` and ``own``: arguments in, words out."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.errors import FileError, InputError
from riskmodels.runtime.arguments import Say
from riskmodels.runtime.hashes import file_hash
from riskmodels.runtime.progress import Tell

if TYPE_CHECKING:
    from riskmodels.interop.columns.mapping import CohortMapping
    from riskmodels.interop.table.chunks import Source
    from riskmodels.own_models.people import OwnData
    from riskmodels.own_models.request import TrainingRequest
    from riskmodels.tabular.model import RiskModel

#: metrics that are told when a model is trained
_TOLD = {"auroc": "AUROC", "brier": "Brier score", "calibration_slope": "calibration slope"}


def add_training(train: argparse.ArgumentParser) -> None:
    """The arguments of ``train`` for a file of one's own."""
    own = train.add_argument_group("a model of your own instead (docs/own_models.md)")
    own.add_argument("--data", type=Path, help="CSV, Excel or Parquet with an outcome column")
    own.add_argument(
        "--outcome", help="header of the outcome: 1/0 or yes/no; with --time 0 censored, 1 event, 2 other death"
    )
    own.add_argument("--event", default="", metavar="CELL", help="the cell that says that it happened, of two others")
    own.add_argument("--time", default="", help="header of the follow-up time")
    own.add_argument("--horizon", type=float, help="within which time, in the unit of that column")
    own.add_argument("--mapping", type=Path, metavar="JSON", help="what the columns mean, as the page saves it")
    own.add_argument("--keep-others", action="store_true", help="keep every other column that can be an input")
    _repeated(own, "--keep", "HEADER", "column to keep as an input of your own")
    _repeated(own, "--leave-out", "NAME", "variable or column not to use")
    _repeated(own, "--label", "HEADER=NAME", "what an own input is called")
    _repeated(own, "--unit", "HEADER=UNIT", "unit of an own input, in words")
    _repeated(own, "--category", "HEADER", "own input whose numbers are names of categories")
    _repeated(own, "--modifiable", "HEADER", "own input that care can change")
    _repeated(own, "--missing", "HEADER=CELL", "cell that means not measured")
    _repeated(own, "--measured", "HEADER=NUMBER", "number that is a measurement, though it looks like a code")
    _repeated(own, "--allow", "HEADER", "column to use though it looks like the outcome or an identifier")


def _repeated(group: argparse._ArgumentGroup, name: str, metavar: str, text: str) -> None:
    group.add_argument(name, action="append", default=[], metavar=metavar, help=f"{text}; repeatable")


def train_command(options: argparse.Namespace, say: Say, shipped: Path) -> int:
    """Train a model on a file, say how it is judged, and keep it.

    Args:
        options: as :func:`add_training` names them, with ``out``, ``device`` and ``no_peers``.
        say: told line by line.
        shipped: folder of the shipped models, where none of one's own is written.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    import torch

    from riskmodels.own_models.audit import keep
    from riskmodels.own_models.people import read_people
    from riskmodels.own_models.training import train_own
    from riskmodels.records import LOCAL, open_database

    if not options.outcome:
        raise InputError("--data needs --outcome.", hint="Name the outcome column.")
    torch.set_num_threads(1)  # faster on products this small, and the same sums whatever the number of cores
    start = time.monotonic()
    source, mapping = opened(options.data, options.mapping)
    own = read_people(source, mapping, request_of(options), options.data.name, file_hash(options.data))
    for line in _read_lines(own):
        say(line)
    model = train_own(own, own.outcome, peers=not options.no_peers, device=options.device, tell=_teller(say, start))
    for line in judged(model):
        say(line)
    if options.out == shipped:
        with closing(open_database()) as database:
            kept = keep(model, database, LOCAL)
        say(f"Kept as {kept.name}. Score with: python -m riskmodels score FILE OUT --own {kept.name}")
    else:
        model.save(options.out)
        say(f"Written: {options.out}. Score with: python -m riskmodels score FILE OUT --own {options.out}")
    return 0


def request_of(options: argparse.Namespace) -> TrainingRequest:
    """The request that the arguments make."""
    from riskmodels.own_models.request import TrainingRequest

    missing, measured = (_several(pairs) for pairs in (options.missing, options.measured))
    return TrainingRequest(
        options.outcome,
        options.event,
        options.time,
        options.horizon,
        tuple(options.keep),
        options.keep_others,
        tuple(options.leave_out),
        {header: cells[-1] for header, cells in _several(options.label).items()},
        {header: cells[-1] for header, cells in _several(options.unit).items()},
        tuple(options.category),
        tuple(options.modifiable),
        missing,
        measured,
        tuple(options.allow),
    )


def _several(pairs: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        header, equals, value = pair.rpartition("=")
        if not equals or not header:
            raise InputError(f"“{pair}” is no HEADER=VALUE.", hint="Write the header, an equals sign and the value.")
        found[header] = (*found.get(header, ()), value)
    return found


def opened(path: Path, saved: Path | None) -> tuple[Source, CohortMapping]:
    """A file, and what its columns mean: as saved, or as proposed."""
    from riskmodels.interop.columns.reading import look_at
    from riskmodels.interop.table.source import open_source

    if not path.is_file():
        raise FileError(f"There is no file {path}.", hint="Check its name.")
    reading = look_at(open_source(path), saved)
    return reading.source, reading.mapping


def _read_lines(own: OwnData) -> list[str]:
    """What is learnt from which columns, and what is left out."""
    from riskmodels.interop.columns.layouts import Layout
    from riskmodels.own_models.columns import OwnColumn
    from riskmodels.own_models.people import COLUMNS, LAYOUT
    from riskmodels.own_models.scoring import read_as

    facts, left_out = own.facts, own.facts["left_out"]
    columns = tuple(OwnColumn(c["header"], own.variables[c["name"]], tuple(c["missing"])) for c in facts[COLUMNS])
    lines = [f"Outcome: {facts['outcome_definition']}.", "Read as:"]
    lines += read_as(Layout.from_json(facts[LAYOUT]).mapping, columns, own.inputs)
    lines += [f"Not an input: “{name}”: {why}" for name, why in left_out["columns"].items()]
    counted = {name: n for name, n in left_out.items() if name != "columns" and n}
    return lines + [f"Left out: {n:,} {name}." for name, n in counted.items()]


def _teller(say: Say, start: float) -> Tell:
    told = ""

    def tell(share: float, words: str) -> None:
        nonlocal told
        stage = words.split(", epoch")[0]
        if stage != told:
            told = stage
            say(f"[{time.monotonic() - start:4.0f} s] {stage}")

    return tell


def judged(model: RiskModel) -> list[str]:
    """How a model is judged, beside its peers, a line each.

    Args:
        model: as trained, with its card.
    """
    (outcome,) = model.outcomes
    report, parts = model.card["evaluation"][outcome], model.card["parts"][outcome]
    lines = [
        f"{parts['fit']['n']:,} rows, {parts['fit']['events']:,} with the outcome; {model.card['split']}.",
        *(f"{name}: {_metrics(found)}" for name, found in report["metrics"].items()),
        *(f"{name}: {told}" for name, told in model.card["peers"].items() if name not in report["metrics"]),
        f"It holds for {model.card['holds_for']}.",
    ]
    return lines + list(model.card["limits"])


def _metrics(found: dict[str, list[float | None]]) -> str:
    told = []
    for name, words in _TOLD.items():
        value, low, high = found[name]
        told.append(
            f"{words} not estimable"
            if value is None or low is None or high is None
            else f"{words} {value:.3f} ({low:.3f} to {high:.3f})"
        )
    return ", ".join(told)


def score_command(options: argparse.Namespace, say: Say) -> int:
    """Score a file with a model of one's own.

    Args:
        options: those of ``score``, with ``own``: the name of a kept model, or its folder.
        say: told line by line.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    from riskmodels.interop.table.source import open_source
    from riskmodels.own_models.scoring import read_as, score_file
    from riskmodels.own_models.store import OwnModels, read_own_model

    if options.engine == "ray" or options.models or options.outcome:
        raise InputError("--own goes without --engine ray, --models and --outcome.", hint="Leave them out.")
    folder = Path(options.own)
    kept = read_own_model(folder) if (folder / "card.json").is_file() else OwnModels().find(options.own)
    path = Path(options.source)
    if not path.is_file():
        raise FileError(f"There is no file {path}.", hint="Check its name.")
    source, start = open_source(path), time.monotonic()
    say(f"{kept.label}: {kept.card['outcome_definition']}")
    for line in read_as(*kept.layout_of(source.headers), kept.card["inputs"]):
        say(line)
    counts = score_file(kept, source, Path(options.target), reasons=options.reasons)
    say(
        f"{counts.read:,} rows read in {time.monotonic() - start:.1f} s: {counts.scored:,} scored, "
        f"{counts.not_scored:,} refused; {counts.with_problems:,} with problems"
    )
    say(f"Written: {options.target}")
    return 0


def add_own(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``own``."""
    parser.add_argument("--columns-of", type=Path, metavar="FILE", help="only models that this file can be scored with")
    parser.add_argument("--delete", metavar="MODEL", help="remove a model for good")


def own_command(options: argparse.Namespace, say: Say) -> int:
    """List the kept models, or delete one.

    Args:
        options: as :func:`add_own` names them.
        say: told line by line.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    from riskmodels.interop.table.source import open_source
    from riskmodels.own_models.audit import delete
    from riskmodels.own_models.store import OwnModels
    from riskmodels.records import LOCAL, open_database

    store = OwnModels()
    if options.delete:
        with closing(open_database()) as database:
            delete(options.delete, database, LOCAL)
        say(f"Deleted: {options.delete}")
        return 0
    found = store.fitting(open_source(options.columns_of).headers) if options.columns_of else store.all()
    for kept in found:
        part = kept.card["parts"][kept.outcome]["fit"]
        say(f"{kept.name}: {kept.label}, {part['n']:,} rows, {part['events']:,} with the outcome")
    if not found:
        say("There is no model of your own" + (" for a file of these columns." if options.columns_of else "."))
    return 0
