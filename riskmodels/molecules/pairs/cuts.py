"""A compound cut at one bond: the small side, the large side, and where they met. Pairs are found and changed by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rdkit import Chem

#: heavy atoms of the small side at most; it is the smaller one
LARGEST = 12
#: the small side that is no more than a hydrogen atom
HYDROGEN = "*[H]"
#: single bonds outside rings that medicinal chemists change: at a carbon, not beside an amide's or ester's C=O
#: (the pattern of RDKit's rdMMPA, Hussain & Rea, J Chem Inf Model 2010;50:339)
_BONDS = "[#6+0;!$(*=,#[!#6])]!@!=!#[*]"


@dataclass(frozen=True)
class Cut:
    """One way to see a compound as a fragment on a rest.

    Args:
        fragment: SMILES of the small side, its end written ``*``; ``*[H]`` for a hydrogen.
        rest: SMILES of the large side, its end written ``*``.
        context: kind of the rest's atom at the end, see :func:`context_of`.
        atoms: of the fragment, as indices of the compound; for a hydrogen the atom that bears it.
    """

    fragment: str
    rest: str
    context: str
    atoms: tuple[int, ...]


def cuts_of(mol: Chem.Mol, hydrogens: bool = False) -> Iterator[Cut]:
    """Every cut of a compound, in the order of its bonds.

    Args:
        mol: sanitised, without hydrogen atoms of its own.
        hydrogens: also cut off one hydrogen of each atom that bears some.
    """
    bonds = {mol.GetBondBetweenAtoms(a, b).GetIdx() for a, b in mol.GetSubstructMatches(_bonds())}
    for bond in sorted(bonds):
        yield from _at_bond(mol, bond)
    if hydrogens:
        for atom in mol.GetAtoms():
            if atom.GetTotalNumHs():
                yield _at_hydrogen(mol, atom.GetIdx())


def joined(fragment: str, rest: str) -> Chem.Mol | None:
    """The compound of a fragment on a rest, both as :class:`Cut` writes them; None where there is none."""
    if fragment == HYDROGEN:
        return capped(rest)
    mol = Chem.MolFromSmiles(f"{_marked(fragment)}.{_marked(rest)}")
    if mol is None:
        return None
    whole = Chem.molzip(mol)
    return whole if Chem.SanitizeMol(whole, catchErrors=True) == Chem.SANITIZE_NONE else None


def capped(rest: str) -> Chem.Mol | None:
    """A rest whose end is a hydrogen."""
    mol = Chem.MolFromSmiles(_marked(rest))
    if mol is None:
        return None
    hydrogen = Chem.RWMol(mol)
    for atom in hydrogen.GetAtoms():
        if not atom.GetAtomicNum():
            atom.SetAtomMapNum(0)
            atom.SetIsotope(0)
            atom.SetAtomicNum(1)
    failed = Chem.SanitizeMol(hydrogen, catchErrors=True) != Chem.SANITIZE_NONE
    return None if failed else Chem.RemoveHs(hydrogen.GetMol())


def context_of(atom: Chem.Atom) -> str:
    """Kind of an atom: its symbol, lower case if aromatic, and ``=O`` or ``=*`` where it has a double bond."""
    symbol = str(atom.GetSymbol())
    if atom.GetIsAromatic():
        return symbol.lower()
    partners = [bond.GetOtherAtom(atom) for bond in atom.GetBonds() if bond.GetBondTypeAsDouble() >= 2]
    if not partners:
        return symbol
    return f"{symbol}=O" if any(partner.GetSymbol() == "O" for partner in partners) else f"{symbol}=*"


def _at_bond(mol: Chem.Mol, bond: int) -> Iterator[Cut]:
    ends = mol.GetBondWithIdx(bond)
    cut = Chem.FragmentOnBonds(mol, [bond], dummyLabels=[(0, 0)])
    atoms: list[tuple[int, ...]] = []
    sides = Chem.GetMolFrags(cut, asMols=True, sanitizeFrags=False, fragsMolAtomMapping=atoms)
    sizes = [len(side) - 1 for side in atoms]  # without the end
    small = 0 if sizes[0] <= sizes[1] else 1
    if sizes[small] > LARGEST:
        return
    kept = ends.GetBeginAtom() if ends.GetBeginAtomIdx() in atoms[1 - small] else ends.GetEndAtom()
    own = tuple(sorted(atom for atom in atoms[small] if atom < mol.GetNumAtoms()))
    yield Cut(Chem.MolToSmiles(sides[small]), Chem.MolToSmiles(sides[1 - small]), context_of(kept), own)


def _at_hydrogen(mol: Chem.Mol, place: int) -> Cut:
    grown = Chem.RWMol(Chem.AddHs(mol, onlyOnAtoms=[place]))  # keeps the hand of a stereocentre
    grown.GetAtomWithIdx(mol.GetNumAtoms()).SetAtomicNum(0)
    rest = Chem.MolToSmiles(Chem.RemoveHs(grown.GetMol()))
    return Cut(HYDROGEN, rest, context_of(mol.GetAtomWithIdx(place)), (place,))


def _marked(smiles: str) -> str:
    """The end of a side marked, so that both ends are found."""
    return smiles.replace("*", "[*:1]", 1)


@cache
def _bonds() -> Chem.Mol:
    return Chem.MolFromSmarts(_BONDS)
