"""What a search for better compounds found: numbers that add up, a figure, proposals as cards, a download."""

from __future__ import annotations

from html import escape

import streamlit as st

from riskmodels.molecules.better.proposal_words import (
    counts_words,
    goal_words,
    notes,
    origin_words,
    proposals_csv,
    why_none,
)
from riskmodels.molecules.better.propose import Proposal, Proposals
from ui.checks import refusal_html
from ui.compound import parts
from ui.compound.pareto import across_and_up, finding, pareto
from ui.inspect.show import draw_figure
from ui.page import theme
from ui.text import plain

#: of the cards, in the style sheet
_KIND = "cr-proposals"
_HEAD = ("Proposal", "On the front", "Profile", "Made by")


def draw_proposals(found: Proposals) -> None:
    """Draw the result of a search."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(counts_words(found), 400), width="stretch")
        if found.ranked or found.outside:
            st.download_button(
                "Download CSV",
                lambda: proposals_csv(found),
                file_name="proposals.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="compound_proposals_csv",
            )
    if found.ranked:
        _draw_figure(found)
        st.html(parts.cards("Proposals, best first", [_card(*each, found) for each in _numbered(found)], _KIND))
    else:
        st.html(refusal_html("No better compound was found", why_none(found)))
    if found.outside:
        with st.expander(f"Outside the domain: {len(found.outside)} without a rank"):
            st.caption("The models have no number for an endpoint of the profile; likest to the start first.")
            st.html(
                parts.cards("Outside the domain, no rank", [_card(0, each, found) for each in found.outside], _KIND)
            )


def _draw_figure(found: Proposals) -> None:
    if across_and_up(found) is None:
        return
    rows = [
        (
            str(place),
            "yes" if each.front else "no",
            "; ".join(goal_words(each, found.estimates, found.profile)),
            " ".join(origin_words(each, found.profile)),
        )
        for place, each in _numbered(found)
    ]
    draw_figure(pareto(found, theme()), finding(found), "Proposals beside the start", _HEAD, rows, "compound_pareto")


def _numbered(found: Proposals) -> list[tuple[int, Proposal]]:
    return list(enumerate(found.ranked, start=1))


def _card(place: int, proposal: Proposal, found: Proposals) -> str:
    smiles = proposal.candidate.structure.smiles
    drawn = parts.picture(proposal.candidate.structure.mol, f"Structure of a proposal, {smiles}")
    front = " · on the front" if proposal.front else ""
    title = f"{place}{front}" if place else "No rank: outside the domain"
    lines = [
        *goal_words(proposal, found.estimates, found.profile),
        *origin_words(proposal, found.profile),
        *notes(proposal),
    ]
    below = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<li>{drawn}<p><b>{escape(title)}</b></p>{below}<p class="cr-smiles">{escape(smiles)}</p></li>'
