"""Matched pairs: what changing one fragment for another did to an endpoint, in compounds that were measured.

Two compounds that differ in one fragment on the same rest are a pair; the same change on several rests tells what it
does on average. Evidence is what at least five pairs show. The shipped table (data/reference/molecule_pairs.csv) holds
fragments and figures, no compound: :mod:`riskmodels.molecules.pairs.table` makes it.

Source: Hussain & Rea, J Chem Inf Model 2010;50:339; Dalke et al., J Chem Inf Model 2018;58:902 (mmpdb).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from scipy.stats import t as student

from riskmodels import ROOT
from riskmodels.errors import ModelFileError
from riskmodels.molecules.endpoints import BY_NAME, Endpoint
from riskmodels.molecules.pairs.cuts import HYDROGEN, Cut, cuts_of
from riskmodels.molecules.structures.structure import Structure
from riskmodels.signed import signed

SHIPPED = ROOT / "data" / "reference" / "molecule_pairs.csv"
#: pairs that a change must be seen in to be said as evidence
LEAST_PAIRS = 5
_LEVEL = 0.95
COLUMNS = ("endpoint", "context", "before", "after", "pairs", "compounds", "mean", "sd")
#: what an end of a rest is called
_CONTEXTS = {
    "c": "an aromatic carbon",
    "n": "an aromatic nitrogen",
    "C": "a saturated carbon",
    "C=O": "a carbonyl carbon",
    "C=*": "an unsaturated carbon",
    "N": "a nitrogen",
    "O": "an oxygen",
    "S": "a sulfur",
    "S=O": "a sulfonyl sulfur",
}


@dataclass(frozen=True)
class Change:
    """One fragment for another, and what it did to one endpoint.

    Args:
        endpoint: name of it.
        context: kind of the atom that bears the fragment, see :func:`riskmodels.molecules.pairs.cuts.context_of`.
        before, after: SMILES of the fragments, their end written ``*``.
        pairs: of compounds in which it was seen, each on another rest.
        compounds: distinct ones among them.
        mean: of the differences after less before, log units.
        sd: their standard deviation, log units; the noise of two measurements is in it.
    """

    endpoint: str
    context: str
    before: str
    after: str
    pairs: int
    compounds: int
    mean: float
    sd: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean (Student's t), log units."""
        half = float(student.ppf((1 + _LEVEL) / 2, self.pairs - 1)) * self.sd / self.pairs**0.5
        return self.mean - half, self.mean + half

    @property
    def supported(self) -> float:
        """The end of the interval that is nearer to no change, log units; 0 where the interval holds 0."""
        low, high = self.interval
        return max(low, 0.0) + min(high, 0.0)

    @property
    def smirks(self) -> str:
        """The change as it is written between chemists' programs: ``[*:1]C>>[*:1]Cl``."""
        return ">>".join(side.replace("*", "[*:1]", 1) for side in (self.before, self.after))

    def reverse(self) -> Change:
        """The change back."""
        return replace(self, before=self.after, after=self.before, mean=-self.mean)

    def sentence(self) -> str:
        """What was seen, in words."""
        title, (low, high) = BY_NAME[self.endpoint].title, sorted(map(abs, self.interval))
        seen = f"in {self.pairs} pairs of {self.compounds} measured compounds"
        if not self.supported:
            low, high = self.interval
            return (
                f"{self.words()}: no clear change of {title} ({signed(low, 1)} to {signed(high, 1)} log units) {seen}."
            )
        verb = "lowers" if self.mean < 0 else "raises"
        return f"{self.words()} {verb} {title} by {abs(self.mean):.1f} ({low:.1f} to {high:.1f}) log units {seen}."

    def words(self) -> str:
        """The change in words."""
        where = f"on {_CONTEXTS.get(self.context, f'an atom {self.context}')}"
        if self.after == HYDROGEN:
            return f"Losing {_shown(self.before)} {where}"
        if self.before == HYDROGEN:
            return f"Adding {_shown(self.after)} {where}"
        return f"Replacing {_shown(self.before)} {where} by {_shown(self.after)}"


@dataclass(frozen=True)
class PairEvidence:
    """A change that can be made to a compound.

    Args:
        structure: the compound.
        change: with its figures.
        atoms: that it replaces, as indices of the structure; for an added fragment the atom that would bear it.
        rest: SMILES of what stays, its end written ``*``.
    """

    structure: Structure
    change: Change
    atoms: tuple[int, ...]
    rest: str


class PairTable:
    """Changes by what they replace, in both directions.

    Args:
        changes: each in one direction.
    """

    def __init__(self, changes: Iterable[Change]) -> None:
        self._by_fragment: dict[tuple[str, str], list[Change]] = defaultdict(list)
        for change in changes:
            for each in (change, change.reverse()):
                self._by_fragment[each.context, each.before].append(each)

    def of(self, cut: Cut) -> list[Change]:
        """All changes of the fragment of a cut."""
        return self._by_fragment.get((cut.context, cut.fragment), [])

    def for_compound(self, structure: Structure) -> Iterator[PairEvidence]:
        """All changes that can be made to a compound, at every place."""
        for cut in cuts_of(structure.mol, hydrogens=True):
            for change in self.of(cut):
                yield PairEvidence(structure, change, cut.atoms, cut.rest)


def evidence_for(structure: Structure, endpoint: Endpoint, table: PairTable | None = None) -> list[PairEvidence]:
    """What measured pairs say of changing this compound.

    Args:
        structure: the compound.
        endpoint: of which changes are wanted.
        table: the shipped one when None.

    Returns:
        Changes with at least LEAST_PAIRS pairs, the best supported first: the end of the 95 % interval nearer to no
        change is largest in the direction that is wanted (down for an unwanted effect, up for another).
    """
    sign = -1 if endpoint.unwanted else 1
    found: dict[tuple[str, Change], PairEvidence] = {}
    for each in (table or shipped_pairs()).for_compound(structure):
        if each.change.endpoint == endpoint.name and each.change.pairs >= LEAST_PAIRS:
            found.setdefault((each.rest, each.change), each)  # of places that are the same by symmetry the first
    return sorted(
        found.values(), key=lambda each: (-sign * each.change.supported, -sign * each.change.mean, each.atoms)
    )


def read_table(path: Path = SHIPPED) -> list[Change]:
    """The changes of a table.

    Raises:
        ModelFileError: when it is missing or damaged.
    """
    hint = "Get it from the project again, or make it: python -m riskmodels molecules pairs."
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [_read(row) for row in csv.DictReader(file)]
    except (OSError, LookupError, ValueError, TypeError) as error:
        raise ModelFileError(f"The table of matched pairs {path.name} cannot be read.", hint=hint) from error


@cache
def shipped_pairs() -> PairTable:
    """The shipped table."""
    return PairTable(read_table())


def _read(row: dict[str, str]) -> Change:
    texts = {name: row[name] for name in COLUMNS[:4]}
    if texts["endpoint"] not in BY_NAME:
        raise ValueError("an endpoint that is none")
    return Change(**texts, pairs=int(row["pairs"]), compounds=int(row["compounds"]), mean=float(row["mean"]),
                  sd=float(row["sd"]))  # fmt: skip


def _shown(fragment: str) -> str:
    """A fragment as it stands in a sentence."""
    return "–H" if fragment == HYDROGEN else f"–{fragment[1:]}" if fragment.startswith("*") else fragment
