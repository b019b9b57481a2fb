"""evidence.json beside a model: what was measured of it, sealed; it is read again only for the very weights it is of.

``python -m riskmodels evaluate`` writes it; the page "Inspect the models" and docs/model_card.md show it. Numbers have
four significant digits; one that could not be estimated is None. An estimate is ``[value, low, high]`` with a 95 %
bootstrap interval; shares and risks are fractions of 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, cast

import numpy as np

from riskmodels.errors import ModelFileError
from riskmodels.model_files.card_values import require_finite
from riskmodels.model_files.folder import read_card, understood

FILE = "evidence.json"
FORMAT = 1
LARGEST = 5_000_000
DIGITS = 4
SEAL = "evidence_sha256"
HINT = "Run python -m riskmodels evaluate."
_NEEDED = {"format": int, "model": str, "version": str, "weights_sha256": str, "quick": bool, "outcomes": dict}

#: value, low, high
Interval = list[float | None]


class LeftOut(TypedDict):
    """People who go no further, and why."""

    reason: str
    n: int


class Part(TypedDict):
    """Where the people went who stayed.

    ``part`` is "fit", "tune" or "test"; ``label`` says it in words; ``events`` are None where labels are probabilities.
    """

    part: str
    label: str
    n: int
    events: int | None


class Flow(TypedDict):
    """The people of a cohort, from all to those in the parts: ``people`` − all ``left_out`` = all ``parts``."""

    source: str
    people: int
    left_out: list[LeftOut]
    parts: list[Part]


class Decile(TypedDict):
    """One group of a calibration plot: people, events, mean estimate, share with the event and its interval."""

    n: int
    events: int
    predicted: float
    observed: float
    low: float
    high: float


class CurvePoint(TypedDict):
    """One point of the smooth calibration curve with its band; None where too few replicates had one."""

    predicted: float
    observed: float
    low: float | None
    high: float | None


class Decision(TypedDict):
    """Net benefit at each threshold.

    ``scores``: by score (the model first, as "this model", then published ones) one [value, low, high] a threshold, of
    ``n`` people for whom all can be computed; ``notes``: by published score, what was done to make it a risk.
    """

    n: int
    thresholds: list[float]
    treat_all: list[float | None]
    scores: dict[str, list[Interval]]
    notes: dict[str, str]


class Validation(TypedDict):
    """One outcome, judged with some inputs known.

    ``metrics``: by name of :data:`riskmodels.evaluation.metrics.METRICS`; ``roc``: [1 − specificity, sensitivity];
    ``pr``: [sensitivity, positive predictive value]; at most 100 points each.
    """

    label: str
    inputs: list[str]
    n: int
    events: int
    metrics: dict[str, Interval]
    roc: list[list[float]]
    pr: list[list[float]]
    deciles: list[Decile]
    curve: list[CurvePoint]
    decision: Decision | None


class Share(TypedDict):
    """Observed against expected: mean outcome, mean estimate, their ratio, and calibration in the large (log-odds)."""

    observed: float | None
    expected: float | None
    ratio: Interval
    in_the_large: Interval


class Group(TypedDict):
    """Calibration of one group.

    ``by``: "all", "cycle", "sex", "age", "sex × age", "origin" or "hospital"; ``part`` says whether the model had seen
    them; ``weighted`` is None where there is no survey weight; ``n_weighted`` people have one. ``events`` are None
    where labels are probabilities.
    """

    by: str
    level: str
    part: str
    n: int
    events: int | None
    n_weighted: int
    unweighted: Share
    weighted: Share | None


class ShareKnown(TypedDict):
    """People with some share of the inputs known: AUROC; how often the estimate with all their inputs lies in the 90 %
    interval without them, and how often that of a model fitted to a bootstrap sample does, which is what the interval
    is to hold; mean width of the interval (probability)."""

    known: str
    n: int
    inside: Interval
    inside_refitted: Interval
    width: Interval
    auroc: Interval


class OneMore(TypedDict):
    """Mean change of the interval's width when one more input is told, of the same people: below 0 it narrows."""

    n: int
    change: Interval
    narrower: Interval


class SubsetResult(TypedDict):
    """One set of inputs known, as real files have them: AUROC and Brier score, None where labels are probabilities, and
    how far the estimate is from that with all inputs (mean distance, probability)."""

    name: str
    inputs: list[str]
    n: int
    auroc: Interval
    brier: Interval
    moved: Interval


class Missing(TypedDict):
    """What hidden inputs do to the estimate and to its interval."""

    by_share: list[ShareKnown]
    one_more: OneMore | None
    subsets: list[SubsetResult]


class Narrowing(TypedDict):
    """Telling the input named as the most telling, against one drawn by chance: by how much the estimate comes nearer
    (mean, probability) to that with all inputs, and how far it moves."""

    n: int
    named: Interval
    random: Interval
    difference: Interval
    named_moves: Interval
    random_moves: Interval
    most_named: dict[str, float]


class Cell(TypedDict):
    """One clinical cell: the share observed, the interval of calibration (mean estimate's), and whether it holds it."""

    name: str
    n: int
    events: int
    observed: float
    expected: float
    low: float
    high: float
    noise_low: float
    noise_high: float
    within: bool


class Cells(TypedDict):
    """Share of the clinical cells whose observed frequency lies in the interval of calibration after binomial noise."""

    interval: str
    within: float | None
    cells: list[Cell]


class OutcomeEvidence(TypedDict):
    """All of one outcome.

    ``validation`` is by subset of inputs, "all inputs" first, empty where labels are probabilities; ``agreement`` is
    there instead (see docs/model_card.md); ``held`` and ``peers`` are None where they were not measured.
    """

    sentence: str
    people: str
    weights: str
    flow: Flow
    validation: dict[str, Validation]
    groups: list[Group]
    agreement: dict[str, Any] | None
    missing: Missing | None
    narrowing: Narrowing | None
    cells: Cells | None
    held: dict[str, Any] | None
    peers: dict[str, Any] | None


class Evidence(TypedDict):
    """All of one model; ``quick`` says that people and replicates were sampled, to try the command."""

    format: int
    model: str
    version: str
    weights_sha256: str
    command: str
    quick: bool
    notes: list[str]
    outcomes: dict[str, OutcomeEvidence]


def write_evidence(folder: Path, evidence: Evidence) -> Path:
    """Write the file, rounded and sealed.

    Args:
        folder: of the model.
        evidence: as measured; numbers of any kind, NaN where not estimable.

    Returns:
        The file.
    """
    plain = json.loads(json.dumps(_plain(evidence), ensure_ascii=False, allow_nan=False))
    path = folder / FILE
    text = json.dumps(plain | {SEAL: _seal(plain)}, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read_evidence(folder: Path) -> Evidence | None:
    """The evidence of the model in a folder.

    Args:
        folder: of the model.

    Returns:
        The evidence; None where there is no file.

    Raises:
        ModelFileError: when the file is not one, was changed, or is of another model than the one beside it.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    with understood(folder, HINT):
        if path.stat().st_size > LARGEST:
            raise ModelFileError(f"The evidence of {folder.name} is too large to be one.", hint=HINT)
        found: dict[str, Any] = {**json.loads(path.read_text(encoding="utf-8"))}
        _require(found, folder)
        require_finite(found)
        if found["weights_sha256"] != read_card(folder, HINT)["weights_sha256"]:
            raise ModelFileError(f"The evidence of {folder.name} is that of another model.", hint=HINT)
        return cast(Evidence, found)


def _require(found: dict[str, Any], folder: Path) -> None:
    """The seal is the file's, and what stands at its top is of the kind it should be."""
    if found.pop(SEAL, None) != _seal(found):
        raise ModelFileError(f"The evidence of {folder.name} was changed after it was written.", hint=HINT)
    if any(type(found.get(name)) is not kind for name, kind in _NEEDED.items()) or found["format"] != FORMAT:
        raise ModelFileError(f"The evidence of {folder.name} is not of this version.", hint=HINT)
    wanted = OutcomeEvidence.__required_keys__
    if any(not isinstance(told, dict) or not wanted <= set(told) for told in found["outcomes"].values()):
        raise ModelFileError(f"The evidence of {folder.name} is not whole.", hint=HINT)


def _plain(value: Any) -> Any:
    """What JSON knows: numbers of four significant digits, None for those that are none."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.{DIGITS}g}") if np.isfinite(value) else None
    return value


def _seal(plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
