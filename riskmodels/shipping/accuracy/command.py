"""``python -m riskmodels.shipping.accuracy``: peers fitted or taken from disk, the network computed, both compared.

It can be stopped at any time: each peer of each row is kept on disk when it is ready, and only what is lacking, or was
made of other people, is fitted by the next run. The network's answers are computed at each run. Rows that earlier runs
compared with the same models stay in the results.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from riskmodels import ROOT
from riskmodels.cohorts import read_uci_heart
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.cohorts.pima import read_pima
from riskmodels.errors import InputError, SourceDataError
from riskmodels.evaluation.accuracy import RESULTS
from riskmodels.evaluation.peers import ALL_PEERS
from riskmodels.own_models.people import OwnData
from riskmodels.own_models.training import fit_own
from riskmodels.shipping.accuracy.compare import Comparison, compare
from riskmodels.shipping.accuracy.fits import Chosen, Floats, Kept, Network, answer, of_network
from riskmodels.shipping.accuracy.page import page
from riskmodels.shipping.accuracy.rows import (
    NHANES,
    PIMA,
    Fold,
    Row,
    chest_pain_rows,
    nhanes_rows,
    pima_row,
    subset_rows,
)
from riskmodels.shipping.chest_pain import SOURCE as UCI_FILE
from riskmodels.shipping.chest_pain import fits_of
from riskmodels.shipping.population import COHORT, risk_of
from riskmodels.tabular.model import SHIPPED, RiskModel, load_shipped, today
from riskmodels.tabular.recipes import Labelled, label_chest_pain, label_population

PAGE = ROOT / "docs" / "accuracy.md"
CACHE = "CARERISK_BENCH_CACHE"
Say = Callable[[str], None]


def main(arguments: Sequence[str] | None = None, say: Say | None = None) -> int:
    """Run the command.

    Args:
        arguments: those of the process when None.
        say: told of each fit; nobody when None.

    Returns:
        0.

    Raises:
        SourceDataError: when a cohort is not where it should be.
    """
    options = _parser().parse_args(arguments)
    tell = say or (lambda text: None)
    kept = Kept(options.cache)
    rows = read_rows(options.shared, options.cache, options.subsets, tell)
    wanted = [row for row in rows.values() if not options.only or row.key.startswith(tuple(options.only))]
    if not wanted:
        raise InputError("There is no such row.", hint=f"Use {', '.join(rows)}.")
    if options.ready:
        wanted = [row for row in wanted if all(kept.read(row, peer) for peer in options.peers)]
    chosen = read_settings(options.settings) if options.settings else {}
    for row in wanted:
        for peer in options.peers:
            start = time.perf_counter()
            answer(row, peer, kept, rows, chosen)
            tell(f"{row.key}: {peer} {time.perf_counter() - start:.1f} s")
    if not options.peers_only:
        _write(wanted, rows, kept, options, tell)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.accuracy", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    cache = Path(os.environ.get(CACHE, ROOT / "build" / "accuracy"))
    parser.add_argument("--cache", type=Path, default=cache, help=f"folder of what is ready; or {CACHE}")
    parser.add_argument("--models", type=Path, default=SHIPPED, help="folder of the models compared")
    parser.add_argument("--results", type=Path, default=RESULTS, help="JSON to write")
    parser.add_argument("--out", type=Path, default=PAGE, help="Markdown to write")
    parser.add_argument("--only", action="append", metavar="KEY", help="rows whose key begins so; repeatable")
    parser.add_argument("--peers", nargs="+", choices=ALL_PEERS, default=list(ALL_PEERS), help="all nine when left out")
    parser.add_argument("--subsets", type=int, default=20, help="random subsets of inputs an outcome")
    parser.add_argument("--ready", action="store_true", help="only rows whose peers are on disk: nothing is fitted")
    parser.add_argument(
        "--settings", type=Path, metavar="JSON", help="earlier results, whose settings are taken instead of chosen anew"
    )
    parser.add_argument("--peers-only", action="store_true", help="fit peers, compare nothing")
    return parser


def read_rows(shared: Path, cache: Path, subsets: int, say: Say) -> dict[str, Row]:
    """All comparisons by key, in the order in which they are made. Pima is left out where it cannot be had."""
    data = label_population(read_nhanes(shared / COHORT))
    rows = [*nhanes_rows(data), *chest_pain_rows(_chest_pain())]
    try:
        rows.append(pima_row(_pima(cache)))
    except SourceDataError as error:
        say(f"Pima Indians are left out: {error}")
    return {row.key: row for row in [*rows, *subset_rows(data, subsets)]}


def read_settings(path: Path) -> Chosen:
    """The settings that earlier results name, for rows with one fold, by data, outcome, inputs and peer."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return {
        (row["data"], row["outcome"], row["inputs"], peer): found["settings"]
        for row in rows
        for peer, found in row["peers"].items()
    }


def _chest_pain() -> Labelled:
    return label_chest_pain(read_uci_heart(UCI_FILE))


def _pima(cache: Path) -> pd.DataFrame:
    """From the cache, else from the registry."""
    path = cache / "pima.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        read_pima().to_parquet(path)
    return pd.read_parquet(path)


def network_of(models: dict[str, RiskModel]) -> Network:
    """The network's answer by row: the shipped model of the population, the shipped recipes fitted on other cohorts.

    Args:
        models: shipped ones, by name.
    """
    chest_pain = _chest_pain()

    def network(row: Row, fold: Fold) -> Callable[[pd.DataFrame], Floats]:
        if row.data == NHANES:
            model, outcome = models["population"], row.outcome
        elif row.data == PIMA:
            model, outcome = _own(row, fold), row.outcome
        else:
            model, outcome = fits_of(chest_pain, [(fold.train, fold.test)], None)[0][0], row.outcome
        return lambda people: risk_of(model, people, outcome, row.names)

    return network


def _own(row: Row, fold: Fold) -> RiskModel:
    own = OwnData(row.frame, row.label, row.weight, pd.Series(row.frame.index), row.names, row.outcome, {})
    return fit_own(own, np.asarray(fold.train, np.int64), "own", None)


def _write(wanted: Sequence[Row], rows: dict[str, Row], kept: Kept, options: argparse.Namespace, say: Say) -> None:
    models = load_shipped(options.models)
    network, found = network_of(models), list[Comparison]()
    for row in wanted:
        found += compare(row, of_network(row, network), {p: answer(row, p, kept, rows) for p in options.peers})
        say(f"{row.key}: compared")
    versions = {name: str(model.version) for name, model in models.items()}
    found = joined(found, read_results(options.results, versions), list(rows.values()))
    write_results(options.results, found, versions)
    words = ", ".join(f"{name} {version}" for name, version in versions.items())
    options.out.write_text(page(found, today(), words), encoding="utf-8")
    say(f"Written: {options.results}, {options.out}")


def read_results(path: Path, models: dict[str, str]) -> list[Comparison]:
    """The rows of earlier results of these models; none where there are none, or they are of others."""
    if not path.exists():
        return []
    held = json.loads(path.read_text(encoding="utf-8"))
    rows: list[Comparison] = held["rows"] if held["models"] == models else []
    return rows


def joined(found: Sequence[Comparison], earlier: Sequence[Comparison], rows: Sequence[Row]) -> list[Comparison]:
    """Rows compared now, and those of earlier runs beside them, in the order of all rows.

    Args:
        found: compared now; they go before earlier ones of the same comparison.
        earlier: of the same models.
        rows: all that there are.
    """
    order = {(row.data, row.outcome, row.inputs): place for place, row in enumerate(rows)}
    by_key = {(*_key(row), row["hidden"]): row for row in [*earlier, *found] if _key(row) in order}
    return sorted(by_key.values(), key=lambda row: (order[_key(row)], row["hidden"]))


def _key(row: Comparison) -> tuple[str, str, str]:
    return row["data"], row["outcome"], row["inputs"]


def write_results(path: Path, rows: Sequence[Comparison], models: dict[str, Any]) -> None:
    """The figures as JSON, one row a line."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    head = json.dumps({"command": "make bench-accuracy", "date": today(), "models": models})[:-1]
    path.write_text(f'{head}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")
