"""A structure as SVG: lines in the colour of the text around it, atoms coloured by what they contribute.

The background is transparent and the ink ``currentColor``, so that one picture is read in a light and a dark theme.
No text of anybody's gets into it: labels that a structure brought along are taken off before it is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from rdkit.Chem import Mol
from rdkit.Chem.Draw import rdMolDraw2D

#: opacity of the weakest and the strongest colour: the ink on it has a contrast of at least 4.5 in both themes
_WEAKEST, _STRONGEST = 0.2, 0.75
#: shares of the strongest below which an atom is left uncoloured, and its number is not written
_UNCOLOURED, _UNWRITTEN = 0.04, 0.4
_GREY, _GREY_OPACITY = "#8A949E", 0.45
#: pixels of a bond; radius of an atom's colour, in bonds
_BOND, _RADIUS = 30, 0.42
#: properties of atoms, bonds and molecules that are drawn as text
_LABELS = ("_displayLabel", "_displayLabelW", "atomLabel", "atomNote", "bondNote", "molNote", "_Name", "dummyLabel")
_BLACK = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Colouring:
    """What each atom contributes, and the colours of its direction.

    Args:
        values: one for each atom, in the structure's order.
        scale: the amount that has the strongest colour, above 0; larger ones have it, too.
        raises: hexadecimal colour of positive values.
        lowers: of negative ones.
    """

    values: Sequence[float]
    scale: float
    raises: str
    lowers: str

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError(f"scale is {self.scale}, not above 0")

    def share(self, atom: int) -> float:
        """−1 (strongest that lowers) to 1 (strongest that raises)."""
        return max(-1.0, min(1.0, self.values[atom] / self.scale))


def draw(mol: Mol, alt: str, colouring: Colouring | None = None, marked: Collection[int] = ()) -> str:
    """Draw a structure.

    Args:
        mol: a sanitised structure.
        alt: what the picture shows, for those who do not see it.
        colouring: of the atoms; the larger contributions are written beside them.
        marked: atoms with a grey ground, e.g. those of an alert.

    Returns:
        An ``svg`` element that can stand in HTML; as wide as it needs, at most as wide as its place.
    """
    bare = _bare(mol)
    colours = {atom: _rgba(_GREY, _GREY_OPACITY) for atom in marked}
    if colouring is not None:
        colours |= _colours(bare, colouring)
    drawer = rdMolDraw2D.MolDraw2DSVG(-1, -1)
    _set(drawer.drawOptions())
    drawer.DrawMolecule(
        rdMolDraw2D.PrepareMolForDrawing(bare, kekulize=True, addChiralHs=False),
        highlightAtoms=list(colours),
        highlightAtomColors=colours,
        highlightBonds=[],
        highlightBondColors={},
        highlightAtomRadii=dict.fromkeys(colours, _RADIUS),
    )
    drawer.FinishDrawing()
    return _embedded(drawer.GetDrawingText(), alt)


def _bare(mol: Mol) -> Mol:
    """The structure without whatever it would bring as text."""
    bare = Mol(mol)
    parts: list[Any] = [bare, *bare.GetAtoms(), *bare.GetBonds()]
    for part in parts:
        for label in _LABELS:
            part.ClearProp(label)
    return bare


def _colours(mol: Mol, colouring: Colouring) -> dict[int, tuple[float, float, float, float]]:
    """Colour of each atom that contributes visibly; numbers of the larger ones are noted on the structure."""
    if len(colouring.values) != mol.GetNumAtoms():
        raise ValueError(f"{len(colouring.values)} contributions for {mol.GetNumAtoms()} atoms")
    found = {}
    for atom in mol.GetAtoms():
        share = colouring.share(atom.GetIdx())
        if abs(share) >= _UNCOLOURED:
            colour = colouring.raises if share > 0 else colouring.lowers
            found[atom.GetIdx()] = _rgba(colour, _WEAKEST + (_STRONGEST - _WEAKEST) * abs(share))
        if abs(share) >= _UNWRITTEN:
            atom.SetProp("atomNote", f"{colouring.values[atom.GetIdx()]:+.1f}")  # RDKit's font has no −
    return found


def _set(options: Any) -> None:  # RDKit's stubs take its numbers for objects
    options.clearBackground = False
    options.setAtomPalette({-1: _BLACK})
    options.setAnnotationColour(_BLACK)
    options.setAtomNoteColour(_BLACK)
    options.setBondNoteColour(_BLACK)
    options.fixedBondLength = _BOND
    options.padding = 0.03
    options.bondLineWidth = 2
    options.annotationFontScale = 0.8
    options.addStereoAnnotation = False
    options.unspecifiedStereoIsUnknown = False


def _rgba(colour: str, opacity: float) -> tuple[float, float, float, float]:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue, opacity


def _embedded(svg: str, alt: str) -> str:
    """RDKit's document as an element: no prologue, no fixed size, black as the colour of the text around it."""
    body = svg.partition("<!-- END OF HEADER -->")[2].rpartition("</svg>")[0]
    box = re.search(r"viewBox='0 0 (\d+) (\d+)'", svg)
    if box is None:
        raise ValueError("RDKit drew no picture")
    width, height = box.groups()
    body = re.sub(r" class='[^']*'", "", body).replace("#000000", "currentColor")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" class="cr-structure" '
        f'role="img" aria-label="{escape(alt, quote=True)}">{body.strip()}</svg>'
    )
