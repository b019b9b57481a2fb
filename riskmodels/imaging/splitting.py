"""Labelled pictures into train, validation and test: by class, and nobody in two parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from riskmodels.errors import TrainingError
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.imaging.folder import LabelledImages
from riskmodels.imaging.labels_csv import TEST, TRAIN, VAL

Parts = npt.NDArray[np.str_]
Codes = npt.NDArray[np.int64]

SHARES = (0.7, 0.15, 0.15)
NO_PATIENTS = (
    "There are no patient ids: photos of one person may stand in both parts, so the figures may be optimistic."
)


def split(labelled: LabelledImages, seed: int, shares: Sequence[float] = SHARES) -> Parts:
    """Which part each picture belongs to.

    A split that came with the pictures is kept; what it lacks of validation or test is taken from its train part.
    Otherwise every class is divided by the shares, as near as whole patients allow, with every class in every part.
    Pictures of one patient, and byte-identical files, stay together. See :func:`cautions` for what to say with it.

    Args:
        labelled: the pictures.
        seed: the same pictures and seed give the same parts.
        shares: of train, validation and test; together 1. A share of 0 leaves that part out.

    Returns:
        (n,) ``train``, ``val`` or ``test``.

    Raises:
        TrainingError: when a class is too small for that, or the given split puts one patient in two parts.
    """
    wanted = _wanted(shares)
    groups = _groups(labelled)
    if labelled.split is None:
        return _divided(labelled, groups, np.arange(len(labelled)), wanted, seed)
    given = labelled.split.astype("<U5")
    _refuse_shared(labelled, groups, given)
    absent = {part: share for part, share in wanted.items() if part == TRAIN or part not in given}
    if len(absent) > 1:
        rows = np.flatnonzero(given == TRAIN)
        given[rows] = _divided(labelled, groups, rows, absent, seed)
    _refuse_untrained(labelled, given)
    return given


def cautions(labelled: LabelledImages, parts: Parts) -> tuple[str, ...]:
    """What must be said with figures measured on these parts.

    Args:
        labelled: the pictures.
        parts: what :func:`split` returned.

    Returns:
        Sentences; none when there is nothing to say.
    """
    found = [NO_PATIENTS] if labelled.patients is None else []
    for part in (VAL, TEST):
        inside = set(labelled.labels[parts == part].tolist())
        absent = [name for i, name in enumerate(labelled.classes) if i not in inside]
        if inside and absent:
            found.append(f"The {part} part has no picture of {', '.join(absent)}: there it is not measured.")
    return tuple(found)


def _wanted(shares: Sequence[float]) -> dict[str, float]:
    values = np.asarray(shares, dtype=np.float64)
    if values.shape != (3,) or not (values >= 0).all() or values[0] == 0 or abs(values.sum() - 1) > 1e-6:
        raise TrainingError(
            f"The shares {tuple(shares)} cannot be used.",
            hint="Give three for train, validation and test, adding to 1.",
        )
    return {part: float(share) for part, share in zip((TRAIN, VAL, TEST), values, strict=True) if share > 0}


def _groups(labelled: LabelledImages) -> Codes:
    """(n,) number of what must stay together: patients, and identical files with their patients."""
    n = len(labelled)
    together = coo_array((n, n))
    for column in (labelled.patients, labelled.digests):
        if column is not None and len(column):
            _, first, key = np.unique(np.asarray(column, dtype=str), return_index=True, return_inverse=True)
            together += coo_array((np.ones(n), (np.arange(n), first[key])), shape=(n, n))
    groups: Codes = connected_components(together, directed=False)[1].astype(np.int64)
    return groups


def _divided(labelled: LabelledImages, groups: Codes, rows: Codes, shares: Mapping[str, float], seed: int) -> Parts:
    """Parts of some of the pictures.

    Large groups first, each to the part that lacks most of its classes; rare classes weigh as much as common ones.
    """
    names, codes = list(shares), np.unique(groups[rows], return_inverse=True)[1]
    table = np.zeros((codes.max(initial=-1) + 1, len(labelled.classes)))
    np.add.at(table, (codes, labelled.labels[rows]), 1)
    _refuse_small(labelled, table, len(names))
    target = _targets(table, np.array([shares[name] for name in names]))
    order = np.random.default_rng(seed).permutation(len(table))
    order = order[np.argsort(-table[order].sum(axis=1), kind="stable")]
    weight = 1 / np.maximum(table.sum(axis=0), 1)
    chosen = np.zeros(len(table), dtype=np.int64)
    held = np.zeros_like(target)
    for group in order:
        part = int(np.argmin((held - target) @ (table[group] * weight)))
        chosen[group] = part
        held[part] += table[group]
    _fill(labelled, table, chosen, len(names))
    return np.array(names, dtype="<U5")[chosen[codes]]


def _targets(table: FloatArray, shares: FloatArray) -> FloatArray:
    """(parts, classes) pictures wanted: by the shares, but one at least; train takes the rest."""
    total = table.sum(axis=0)
    target: FloatArray = (shares / shares.sum())[:, None] * total
    target[1:] = np.maximum(target[1:], np.minimum(total, 1))
    target[0] = total - target[1:].sum(axis=0)
    return target


def _fill(labelled: LabelledImages, table: FloatArray, chosen: Codes, parts: int) -> None:
    """Move the smallest group that can be spared to where a class is missing; changes ``chosen``."""
    for label, part in np.ndindex(table.shape[1], parts):
        with_class = table[:, label] > 0
        if not with_class.any() or (with_class & (chosen == part)).any():
            continue
        spare = [g for g in np.flatnonzero(with_class).tolist() if _can_go(table, chosen, g)]
        if not spare:
            raise TrainingError(
                f"The patients cannot be divided so that every part shows “{labelled.classes[label]}”.",
                hint="Add pictures of other patients, or give the parts in a column split.",
            )
        chosen[min(spare, key=lambda g: table[g].sum())] = part


def _can_go(table: FloatArray, chosen: Codes, group: int) -> bool:
    """Whether its part shows all its classes without it."""
    left = table[chosen == chosen[group]].sum(axis=0) - table[group]
    return bool((left[table[group] > 0] > 0).all())


def _refuse_small(labelled: LabelledImages, table: FloatArray, parts: int) -> None:
    """A class that is there must be in as many groups as there are parts."""
    of = "pictures" if labelled.patients is None else "patients"
    for name, n in zip(labelled.classes, (table > 0).sum(axis=0), strict=True):
        if n < parts and (n > 0 or labelled.split is None):
            raise TrainingError(
                f"The class “{name}” has {n} different {of}; {parts} parts need {parts} at least.",
                hint="Add pictures, or merge the class with another one.",
            )


def _refuse_shared(labelled: LabelledImages, groups: Codes, given: Parts) -> None:
    """Nobody may stand in two of the given parts."""
    first: dict[int, int] = {}
    for i, group in enumerate(groups):
        other = first.setdefault(int(group), i)
        if given[other] != given[i]:
            who = labelled.files[i].name if labelled.patients is None else f"patient “{labelled.patients[i]}”"
            raise TrainingError(
                f"Pictures of {who} stand in {given[other]} and in {given[i]}.",
                hint="Keep each patient in one part, or leave the parts out: then they are made here.",
            )


def _refuse_untrained(labelled: LabelledImages, given: Parts) -> None:
    trained = set(labelled.labels[given == TRAIN].tolist())
    for i, name in enumerate(labelled.classes):
        if i not in trained:
            raise TrainingError(f"The train part has no picture of “{name}”.", hint="Move some of them there.")
