"""How good the network and its peers are on the same people, and how far apart: answers in, figures out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

from riskmodels.evaluation.bootstrap import Compared, Plan, bootstrap_scores
from riskmodels.shipping.accuracy.fits import Answers
from riskmodels.shipping.accuracy.rows import Row
from riskmodels.shipping.chest_pain import SEED

NETWORK = "network"
METRICS = ("auroc", "brier")
REPLICATES = 500
_DIGITS = 5


class Peer(TypedDict):
    """A peer's figures; a difference is network − peer: value, standard error, low and high of 95 %.

    ``settings`` are those of the first fold.
    """

    auroc: float
    brier: float
    auroc_difference: list[float]
    brier_difference: list[float]
    seconds: float
    settings: dict[str, float | int | str]


class Comparison(TypedDict):
    """One row of the results; ``hidden`` is the share of inputs hidden at the test."""

    data: str
    outcome: str
    inputs: str
    known: list[str]
    hidden: float
    n: int
    events: int
    auroc: float
    brier: float
    peers: dict[str, Peer]


def compare(row: Row, network: Answers, peers: Mapping[str, Answers]) -> list[Comparison]:
    """The row's comparisons, one a share of inputs hidden.

    Args:
        row: what is compared.
        network: its answers.
        peers: theirs, by name.
    """
    return [_compare(row, share, network, peers) for share in row.shares]


def _compare(row: Row, share: float, network: Answers, peers: Mapping[str, Answers]) -> Comparison:
    label, weight = (series.to_numpy(float)[row.tested] for series in (row.label, row.weight))
    scores = {NETWORK: network.risk[share], **{name: found.risk[share] for name, found in peers.items()}}
    found = bootstrap_scores(label, scores, METRICS, weight, Plan(REPLICATES, SEED))
    return Comparison(
        data=row.data,
        outcome=row.outcome,
        inputs=row.inputs,
        known=list(row.names),
        hidden=share,
        n=len(label),
        events=int(label.sum()),
        auroc=round(found.points[NETWORK]["auroc"], _DIGITS),
        brier=round(found.points[NETWORK]["brier"], _DIGITS),
        peers={name: _peer(found, name, answers) for name, answers in peers.items()},
    )


def _peer(found: Compared, name: str, answers: Answers) -> Peer:
    differences = {metric: _difference(found, name, metric) for metric in METRICS}
    return Peer(
        auroc=round(found.points[name]["auroc"], _DIGITS),
        brier=round(found.points[name]["brier"], _DIGITS),
        auroc_difference=differences["auroc"],
        brier_difference=differences["brier"],
        seconds=answers.seconds,
        settings=answers.settings[0] if answers.settings else {},
    )


def _difference(found: Compared, name: str, metric: str) -> list[float]:
    estimate = found.difference(NETWORK, name)[metric]
    draws = found.draws[NETWORK][metric] - found.draws[name][metric]
    error = float(np.nanstd(draws, ddof=1))
    return [round(value, _DIGITS) for value in (estimate.value, error, estimate.low, estimate.high)]


def best_peer(row: Comparison, metric: str = "auroc") -> str:
    """The peer that is best on these people, which favours the peers: it is chosen among several afterwards."""
    sign = 1 if metric == "auroc" else -1
    return max(row["peers"], key=lambda name: sign * _figure(row["peers"][name], metric))


def _figure(peer: Peer, metric: str) -> float:
    return peer["auroc"] if metric == "auroc" else peer["brier"]


def standing(row: Comparison, metric: str = "auroc") -> str:
    """``first``, ``level`` (the interval of the difference to the best peer holds 0) or ``behind``."""
    best: dict[str, Any] = dict(row["peers"][best_peer(row, metric)])
    value, _, low, high = best[f"{metric}_difference"]
    gain = value if metric == "auroc" else -value
    if gain >= 0:
        return "first"
    return "level" if low <= 0 <= high else "behind"
