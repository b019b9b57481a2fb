"""The table of matched pairs from measured compounds: compounds and values in, changes with their figures out."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from rdkit import Chem

from riskmodels.molecules.endpoints import HERG
from riskmodels.molecules.pairs.cuts import HYDROGEN, capped, cuts_of
from riskmodels.molecules.pairs.evidence import COLUMNS, LEAST_PAIRS, Change

#: heavy atoms of hERG's fragments at most: the licence of that collection is not known, so nothing of it that could
#: tell a compound is shipped
_LARGEST_HERG = 8

#: pairs that a change must be seen in to be shipped: of fewer than LEAST_PAIRS it suggests variants, and is no evidence
_LEAST_SHIPPED = 3

Pair = tuple[int, int]


def changes_of(
    endpoint: str, mols: Sequence[Chem.Mol], values: Sequence[float], least: int = LEAST_PAIRS
) -> list[Change]:
    """All changes that enough pairs show.

    Args:
        endpoint: name of it.
        mols: distinct compounds.
        values: of them, −log10 mol/L.
        least: pairs that a change must be seen in, 2 or more.

    Returns:
        Each in one direction: the fragment whose SMILES sorts first becomes the other.
    """
    measured = np.asarray(values, dtype=float)
    seen = _seen(mols)
    often: dict[str, int] = defaultdict(int)
    for fragments in seen.values():
        for fragment in {name for name, _ in fragments}:
            often[fragment] += 1
    found: dict[tuple[str, str, str], set[Pair]] = defaultdict(set)
    for (_, context), fragments in seen.items():
        told = sorted((name, place) for name, place in fragments if often[name] >= least)
        for (before, first), (after, second) in combinations(told, 2):
            if before != after and first != second:
                found[context, before, after].add((first, second))
    return [_change(endpoint, key, pairs, measured) for key, pairs in sorted(found.items()) if len(pairs) >= least]


def write_table(
    parts: Mapping[str, tuple[Sequence[Chem.Mol], Sequence[float]]], out: Path, say: Callable[[str], None]
) -> None:
    """Find and write the changes of all endpoints.

    Args:
        parts: endpoint name → compounds and values of its training part.
        out: the CSV.
        say: told each endpoint.
    """
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name, (mols, values) in parts.items():
            changes = [change for change in changes_of(name, mols, values, _LEAST_SHIPPED) if _may_be_shipped(change)]
            for change in changes:
                figures = (f"{change.mean:.3f}", f"{change.sd:.3f}")
                writer.writerow([*(getattr(change, column) for column in COLUMNS[:6]), *figures])
            say(f"matched pairs, {name}: {len(changes)} changes in {len(mols):,} compounds")


def _seen(mols: Sequence[Chem.Mol]) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """(rest, context) → fragments seen on it, each with its compound; a hydrogen as well."""
    places = {Chem.MolToSmiles(mol): place for place, mol in enumerate(mols)}
    seen: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
    for place, mol in enumerate(mols):
        for cut in cuts_of(mol):
            seen[cut.rest, cut.context].add((cut.fragment, place))
    for (rest, _), fragments in seen.items():
        bare = capped(rest)
        measured = places.get(Chem.MolToSmiles(bare)) if bare is not None else None
        if measured is not None:
            fragments.add((HYDROGEN, measured))
    return {key: sorted(fragments) for key, fragments in seen.items() if len(fragments) > 1}


def _change(endpoint: str, key: tuple[str, str, str], pairs: set[Pair], values: np.ndarray) -> Change:
    context, before, after = key
    differences = np.array([values[second] - values[first] for first, second in sorted(pairs)])
    compounds = len({place for pair in pairs for place in pair})
    return Change(
        endpoint,
        context,
        before,
        after,
        len(pairs),
        compounds,
        round(float(differences.mean()), 3),
        round(float(differences.std(ddof=1)), 3),
    )


def _may_be_shipped(change: Change) -> bool:
    if change.endpoint != HERG.name:
        return True
    sizes = [Chem.MolFromSmiles(side).GetNumHeavyAtoms() for side in (change.before, change.after)]
    return change.pairs >= LEAST_PAIRS and max(sizes) <= _LARGEST_HERG
