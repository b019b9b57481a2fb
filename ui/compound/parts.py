"""Pieces of the page as HTML: a structure in its frame, the legend of its colours, compounds and alerts as cards."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Sequence
from html import escape

from rdkit.Chem import Mol

from riskmodels.molecules.described.alerts import MEANING, Alert
from riskmodels.molecules.described.drawing import Colouring, draw
from riskmodels.molecules.endpoints import ENDPOINTS, Endpoint
from riskmodels.molecules.learning.answers import AtomReasons, Estimate, Neighbour
from riskmodels.molecules.learning.words import measured_words
from riskmodels.molecules.structures.structure import Structure, StructureError, standardise
from riskmodels.signed import signed
from ui.charts import INK
from ui.page import theme
from ui.tables import table

#: similarity from which the counts are the same
_SAME = 0.9999


def picture(mol: Mol, alt: str, colouring: Colouring | None = None, marked: Collection[int] = ()) -> str:
    """A structure in its frame, in the ink of the theme.

    Args:
        mol: to be drawn.
        alt: what it shows.
        colouring, marked: see :func:`riskmodels.molecules.described.drawing.draw`.
    """
    # as an image: Streamlit takes SVG out of HTML, and an image runs nothing
    svg = draw(mol, alt, colouring, marked).replace("currentColor", INK[theme()])
    data = b64encode(svg.encode()).decode()
    return f'<div class="cr-drawn"><img src="data:image/svg+xml;base64,{data}" alt="{escape(alt, quote=True)}"></div>'


def legend(endpoint: Endpoint, scale: float) -> str:
    """What the colours of atoms mean.

    Args:
        endpoint: whose number the atoms contribute to.
        scale: contribution of the strongest colour, log units.
    """
    quantity = f"{escape(endpoint.title)} {escape(endpoint.quantity)}"
    return (
        f'<p class="cr-atom-legend"><span>lowers {quantity}<br>{signed(-scale, 1)}</span>'
        f'<i aria-hidden="true"></i><span>raises it<br>{signed(scale, 1)}</span></p>'
    )


def atoms_table(structure: Structure, reasons: AtomReasons) -> str:
    """Each atom's contribution, for those who do not see the colours."""
    rows = [
        (f"{atom.GetSymbol()} {atom.GetIdx() + 1}", signed(amount))
        for atom, amount in zip(structure.mol.GetAtoms(), reasons.atoms, strict=True)
    ]
    whole = table(f"Contribution of each atom to {reasons.endpoint.title}", ("Atom", "Log units"), rows)
    return f'<div class="sr-only">{whole}</div>'


def outside(estimate: Estimate) -> str:
    """Why no number is given."""
    return (
        f'<section class="cr-refusal" role="status"><h3>No number for {escape(estimate.endpoint.title)}</h3>'
        f"<p>{escape(estimate.reason)} The nearest measured compounds stand below.</p></section>"
    )


def meanings() -> str:
    """What a high value of each endpoint means; one click away."""
    items = "".join(
        f"<dt>{escape(each.label)}</dt>"
        f"<dd>A high value: {escape(each.effect)}. Between laboratories: standard deviation {each.noise:.2f}, "
        f"{escape(each.noise_source)}.</dd>"
        for each in ENDPOINTS
    )
    return (
        '<section class="cr-checks cr-meanings"><details><summary>What each number means, and how well laboratories '
        f"agree</summary><dl>{items}</dl></details></section>"
    )


def neighbours(endpoint: Endpoint, found: Sequence[Neighbour]) -> str:
    """Measured compounds as cards: structure, similarity, value."""
    return cards(
        f"Nearest measured compounds, {endpoint.title}",
        [
            _card(
                _known(each.smiles, f"Structure of a measured compound, {each.smiles}"),
                measured_words(endpoint, each.value),
                (_similarity(each.similarity), each.source),
            )
            for each in found
        ],
    )


def _similarity(value: float) -> str:
    same = ": this compound, or one that differs in its stereochemistry alone" if value > _SAME else ""
    return f"similarity {value:.2f}{same}"


def alerts(structure: Structure, found: Sequence[Alert]) -> str:
    """Alerts as cards: the part on the structure, its name, what it means."""
    return cards(
        "Structural alerts",
        [
            _card(
                picture(structure.mol, f"The structure with {each.name} on grey ground", marked=each.atoms),
                f"{each.catalogue}: {each.name.replace('_', ' ')}",
                (MEANING[each.catalogue],),
            )
            for each in found
        ],
    )


def _known(smiles: str | None, alt: str) -> str:
    if smiles is None:  # the source says why
        return ""
    try:
        return picture(standardise(smiles).mol, alt)
    except StructureError:  # published in a form that is not drawn here
        return f'<div class="cr-drawn"><p>{escape(smiles)}</p></div>'


def _card(drawn: str, title: str, lines: Sequence[str]) -> str:
    below = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<li>{drawn}<p><b>{escape(title)}</b></p>{below}</li>"


def cards(label: str, items: Sequence[str], kind: str = "") -> str:
    """A list of cards.

    Args:
        label: of the list, for those who do not see it.
        items: each an ``li`` element.
        kind: a class of the style sheet beside that of all cards.
    """
    classes = f"cr-cards {kind}".strip()
    return f'<ul class="{classes}" aria-label="{escape(label)}">{"".join(items)}</ul>'
