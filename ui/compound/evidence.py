"""What matched pairs of measured compounds say of changing this one: the best supported changes, as cards."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from riskmodels.molecules.endpoints import Endpoint
from riskmodels.molecules.pairs.evidence import LEAST_PAIRS, PairEvidence, evidence_for
from riskmodels.molecules.structures.structure import Structure
from ui.compound import parts
from ui.memo import remembered

#: changes that are shown
_SHOWN = 4


def draw_evidence(structure: Structure, endpoint: Endpoint) -> None:
    """Draw the changes that are best supported to lower an unwanted effect, or to raise a wanted one.

    Args:
        structure: the compound.
        endpoint: which effect.
    """
    verb = "lowered" if endpoint.unwanted else "raised"
    st.subheader(f"What {verb} {endpoint.title} in measured pairs", anchor=False)
    key = (structure.smiles, endpoint.name)
    found = remembered("compound_evidence", key, lambda: evidence_for(structure, endpoint))
    sign = -1 if endpoint.unwanted else 1
    clear = _distinct(each for each in found if sign * each.change.supported > 0)[:_SHOWN]
    if not clear:
        st.caption(
            f"{len(found):,} changes that fit this compound were seen in {LEAST_PAIRS} pairs or more; none has clearly "
            f"{verb} it."
        )
        return
    st.html(parts.cards("Matched pairs", list(map(_card, clear))))
    st.caption(
        f"Of {len(found):,} changes that fit, the best supported, each drawn at one place where it fits. In "
        "brackets the 95 % interval of the mean; each compound is another case, and the best of many promises too much."
    )


def _distinct(found: Iterable[PairEvidence]) -> list[PairEvidence]:
    """Each change once, at the first of the places where it fits."""
    by_change: dict[str, PairEvidence] = {}
    for each in found:
        by_change.setdefault(each.change.sentence(), each)
    return list(by_change.values())


def _card(each: PairEvidence) -> str:
    alt = f"The structure with what is changed on grey ground: {each.change.words()}"
    drawn = parts.picture(each.structure.mol, alt, marked=each.atoms)
    return f"<li>{drawn}<p>{escape(each.change.sentence())}</p></li>"
