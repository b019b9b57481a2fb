"""A row's answers: of a peer, tuned and fitted on its people and kept on disk; of the network, computed anew."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from riskmodels.evaluation.peer_models import KINDS
from riskmodels.evaluation.peer_parts import Settings
from riskmodels.evaluation.peers import Dataset, Peer, fit_peers
from riskmodels.shipping.accuracy.rows import Fold, Row, Rows, mean_over_folds
from riskmodels.shipping.chest_pain import SEED

Floats = npt.NDArray[np.float64]
#: where a peer is the mean of several fits: settings are chosen on so many of them
CHOSEN_ON = 2
#: of the people of a fold → risk of other people, of whom a frame of inputs is given
Network = Callable[[Row, Fold], Callable[[pd.DataFrame], Floats]]


@dataclass(frozen=True)
class Answers:
    """What one model says of the tested people of a row.

    Args:
        risk: by share of inputs hidden, one a tested person.
        settings: chosen in each fold.
        seconds: of fitting and choosing, all folds.
    """

    risk: dict[float, Floats]
    settings: tuple[Settings, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Kept:
    """Answers of peers on disk, one file a row and peer; one of other people, inputs or settings is not read.

    What a kind of peer is built with beside its settings (number of trees, bags, epochs) is not in the hash: who
    changes it removes the files.


    Args:
        folder: where; made when something is kept.
    """

    folder: Path

    def read(self, row: Row, peer: str) -> Answers | None:
        """The answers; None where there are none of this row as it is now."""
        path = self._path(row, peer)
        if not path.exists():
            return None
        with np.load(path) as held:
            facts = json.loads(str(held["facts"]))
            risk = {share: held[f"risk_{share:g}"] for share in row.shares if f"risk_{share:g}" in held}
        if facts["made_of"] != made_of(row, peer):
            return None
        return Answers(risk, tuple(facts["settings"]), facts["seconds"])

    def keep(self, row: Row, peer: str, answers: Answers) -> None:
        """Write them; a file is there whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        facts = {"made_of": made_of(row, peer), "settings": answers.settings, "seconds": answers.seconds}
        path = self._path(row, peer)
        draft = path.with_suffix(".part.npz")
        arrays: dict[str, Any] = {f"risk_{share:g}": risk for share, risk in answers.risk.items()}
        np.savez(draft, facts=np.array(json.dumps(facts)), **arrays)
        os.replace(draft, path)

    def _path(self, row: Row, peer: str) -> Path:
        return self.folder / f"{row.key}.{peer}.npz"


def made_of(row: Row, peer: str) -> str:
    """Hash of the row and of what the peer can be set to."""
    text = f"{row.signature} {peer} {list(KINDS[peer].choices(SEED))}"
    return hashlib.sha256(text.encode()).hexdigest()


#: settings chosen before, by data, outcome, inputs and peer
Chosen = Mapping[tuple[str, str, str, str], Settings]
_NOTHING: Chosen = MappingProxyType({})


def answer(row: Row, peer: str, kept: Kept, rows: dict[str, Row], chosen: Chosen = _NOTHING) -> Answers:
    """The answers of a peer, from disk or fitted now.

    Args:
        row: the comparison.
        peer: of :data:`~riskmodels.evaluation.peers.ALL_PEERS`.
        kept: where answers are kept.
        rows: by key, to find the one whose settings are used.
        chosen: settings that need not be chosen again, for rows of one fold: the same people choose the same.
    """
    found = kept.read(row, peer)
    if found is None:
        before = chosen.get((row.data, row.outcome, row.inputs, peer)) if len(row.folds) == 1 else None
        given: tuple[Settings, ...] | None = (before,) if before else None
        if row.settings_of:
            given = answer(rows[row.settings_of], peer, kept, rows, chosen).settings
        found = _fitted(row, peer, given)
        kept.keep(row, peer, found)
    return found


def _fitted(row: Row, peer: str, given: tuple[Settings, ...] | None) -> Answers:
    start, chosen = time.perf_counter(), []

    def answers() -> Iterator[tuple[Rows, dict[float, Any]]]:
        for number, fold in enumerate(row.folds):
            settings, models = tuned(row, fold, peer, given[number] if given else None)
            chosen.append(settings)
            yield fold.test, {share: _risk(models, row.people(fold.test, share)) for share in row.shares}

    risk = mean_over_folds(row, answers())
    return Answers(risk, tuple(chosen), round(time.perf_counter() - start, 1))


def tuned(row: Row, fold: Fold, peer: str, given: Settings | None = None) -> tuple[Settings, list[Peer]]:
    """Settings with the least mean log loss on the first tuning parts, and the peers fitted so, one a part."""

    def fitted(part: tuple[Rows, Rows], settings: Settings) -> Peer:
        train, tune = (Dataset(row.frame.iloc[r], row.label.iloc[r], row.weight.iloc[r]) for r in part)
        one = {peer: settings}
        return fit_peers(train, tune, row.names, names=[peer], seed=SEED, threads=1, settings=one)[peer]

    first, others = fold.parts[:CHOSEN_ON], fold.parts[CHOSEN_ON:]
    choices = [given] if given else KINDS[peer].choices(SEED)
    tried = [(settings, [fitted(part, settings) for part in first]) for settings in choices]
    settings, peers = min(tried, key=lambda one: float(np.mean([p.tune_log_loss for p in one[1]])))
    return settings, [*peers, *(fitted(part, settings) for part in others)]


def _risk(peers: list[Peer], people: pd.DataFrame) -> Floats:
    return np.asarray(expit(np.mean([peer.log_odds(people) for peer in peers], axis=0)))


def of_network(row: Row, network: Network) -> Answers:
    """The network's answers for the same people."""

    def answers() -> Iterator[tuple[Rows, dict[float, Any]]]:
        for fold in row.folds:
            risk = network(row, fold)
            yield fold.test, {share: risk(row.people(fold.test, share)) for share in row.shares}

    return Answers(mean_over_folds(row, answers()))
