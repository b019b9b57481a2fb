"""What the models say of one compound: six estimates, the atoms that decide, the compounds they lean on, properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from riskmodels.molecules.described.alerts import alerts
from riskmodels.molecules.described.drawing import Colouring
from riskmodels.molecules.described.properties import PROPERTIES, formula, properties, rule_of_five_violations
from riskmodels.molecules.described.synthesis import HARD, synthetic_accessibility
from riskmodels.molecules.endpoints import ENDPOINTS, Endpoint
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.learning.words import estimate_words, sum_words
from riskmodels.molecules.structures.structure import Structure
from ui.charts import LOWERS, RAISES
from ui.compound import figures, parts, state
from ui.compound.choice import choose_endpoint
from ui.compound.evidence import draw_evidence
from ui.inspect.show import draw_figure
from ui.memo import remembered
from ui.page import theme
from ui.tables import table
from ui.text import plain

if TYPE_CHECKING:
    from riskmodels.molecules.learning.model import CompoundModels

#: training compounds that are shown
NEIGHBOURS = 4
#: the least amount that has the strongest colour, log units: small contributions stay pale
_LEAST_SCALE = 0.3


def draw_answer(structure: Structure, models: CompoundModels) -> None:
    """Draw the answer to one compound.

    Args:
        structure: in its standard form.
        models: that answer.
    """
    estimates = remembered("compound_estimates", structure.smiles, lambda: models.estimate([structure])[0])
    left, right = st.columns([9, 11], gap="large")
    with left:
        endpoint = choose_endpoint("Atoms that decide on", ENDPOINTS, state.ENDPOINT)
        _draw_reasons(structure, models, next(each for each in estimates if each.endpoint == endpoint))
        _draw_changes(structure)
    with right:
        _draw_estimates(estimates)
    draw_evidence(structure, endpoint)
    _draw_neighbours(structure, models, endpoint)
    left, right = st.columns(2, gap="large")
    with left:
        _draw_properties(structure)
    with right:
        _draw_alerts(structure)
    st.caption(f"Models of compounds, version {plain(models.version)}.")


def _draw_reasons(structure: Structure, models: CompoundModels, estimate: Estimate) -> None:
    endpoint = estimate.endpoint
    if not estimate.inside:
        st.html(parts.picture(structure.mol, f"Structure of {formula(structure.mol)}, {structure.smiles}"))
        st.html(parts.outside(estimate))
        return
    key = (structure.smiles, endpoint.name)
    reasons = remembered("compound_reasons", key, lambda: models.reasons(structure, endpoint))
    scale = max(_LEAST_SCALE, *(abs(value) for value in reasons.atoms))
    alt = (
        f"Structure of {formula(structure.mol)}, {structure.smiles}; atoms that raise {endpoint.title} are orange, "
        "those that lower it blue. The table that follows has each atom."
    )
    drawn = parts.picture(structure.mol, alt, Colouring(reasons.atoms, scale, RAISES, LOWERS))
    st.html(drawn + parts.legend(endpoint, scale) + parts.atoms_table(structure, reasons))
    st.caption(f"{sum_words(reasons)}. Numbers are log units; those of the stronger atoms stand beside them.")


def _draw_changes(structure: Structure) -> None:
    told = "; ".join(structure.changes)
    changed = f"Changed to the form that the models know: {plain(told, 400)}." if told else "Used as it was written."
    st.caption(f"{formula(structure.mol)}. {changed}")
    if told:
        st.caption(f"Structure used: {plain(structure.smiles, 300)}")


def _draw_estimates(estimates: list[Estimate]) -> None:
    rows = [
        (each.endpoint.title, estimate_words(each), each.reason or "inside the domain", f"{each.similarity:.2f}")
        for each in estimates
    ]
    draw_figure(
        figures.estimates(estimates, theme()),
        figures.finding(estimates),
        "Estimates of six endpoints",
        ("Endpoint", "Estimate with 90 % interval", "Domain", "Similarity to the nearest compound"),
        rows,
        "compound_estimates_chart",
    )
    st.html(parts.meanings())


def _draw_neighbours(structure: Structure, models: CompoundModels, endpoint: Endpoint) -> None:
    st.subheader(f"Nearest measured compounds, {endpoint.title}", anchor=False)
    key = (structure.smiles, endpoint.name)
    found = remembered("compound_neighbours", key, lambda: models.neighbours(structure, endpoint, NEIGHBOURS))
    st.html(parts.neighbours(endpoint, found))
    st.caption("Similarity is that of counts of atom surroundings (min–max), 0 to 1; 1 is the same counts.")


def _draw_properties(structure: Structure) -> None:
    st.subheader("Properties", anchor=False)
    values = properties(structure.mol)
    rows = [(each.label, each.format(values[each.name]), each.meaning) for each in PROPERTIES]
    score = synthetic_accessibility(structure.mol)
    border = f"1 easy to 10 hard to make; above {HARD:.0f} hard (Ertl and Schuffenhauer, 2009)"
    rows.append(("Synthetic accessibility", f"{score:.1f}", border))
    broken = rule_of_five_violations(values)
    told = ", ".join(f"{each.label} above {each.format(each.most or 0)}" for each in broken) or "none broken"
    rows.append(("Rule of five", f"{len(broken)} of 4 broken" if broken else "0 broken", told))
    st.html(table("Properties", ("Property", "Value", "What it is"), rows, kind="cr-properties"))


def _draw_alerts(structure: Structure) -> None:
    st.subheader("Structural alerts", anchor=False)
    found = alerts(structure.mol)
    if not found:
        st.caption("None of the 480 parts of PAINS and the 105 of Brenk et al. is in it.")
        return
    st.html(parts.alerts(structure, found))
