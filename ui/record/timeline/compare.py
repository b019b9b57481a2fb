"""Two visits side by side, in words and numbers; only what differs, until all is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from riskmodels.records.visits import Visit
from riskmodels.tabular.model import RiskModel
from riskmodels.timeline.course import visit_names
from riskmodels.units import Unit
from ui.memo import remembered
from ui.record.timeline.compare_rows import Row, fact_rows, risk_rows
from ui.tables import STYLE, table
from ui.text import count

_ALL = "compare.all"


def draw_comparison(a: Visit, b: Visit, models: Mapping[str, RiskModel], units: Mapping[str, Unit]) -> None:
    """Field, first, second, change: risks, then facts.

    Args:
        a, b: the visits, of one patient; the earlier one is shown first.
        models: in force, by name.
        units: unit each number is shown in.
    """
    st.html(STYLE)
    # of two visits of one day the one entered first, as everywhere: the names tell them apart by that order
    first, second = in_order(a, b)
    symbols = tuple(unit.symbol for unit in units.values())
    versions = tuple(model.version for model in models.values())
    key = (first.id, first.version, second.id, second.version, versions, symbols)
    risks = remembered("compare.risks", key, lambda: risk_rows(first, second, models, units))
    facts = fact_rows(first, second, units)
    same = sum(not row.differs for row in facts)
    show_all = st.toggle("Show what is the same", key=_ALL, persist_state="session") if same else True
    head = ["", *visit_names([first, second]), "Change"]
    shown = [row for row in (*risks, *facts) if show_all or row.differs]
    if shown:
        st.html(table("Two visits side by side", head, [row.texts for row in shown]))
    st.caption(finding_text(facts, show_all))


def in_order(a: Visit, b: Visit) -> tuple[Visit, Visit]:
    """Two visits, the earlier first; of one day the one entered first, as the list of visits has them."""
    first, second = sorted((a, b), key=lambda visit: (visit.day, visit.created, visit.id))
    return first, second


def finding_text(facts: Sequence[Row], show_all: bool) -> str:
    """How much differs, in a sentence."""
    differing = sum(row.differs for row in facts)
    same = len(facts) - differing
    if not differing:
        return "No fact differs between the two visits."
    verb = "is" if same == 1 else "are"
    others = f"; {same} {verb} the same" if show_all else f"; {same} that {verb} the same {verb} left out"
    rest = others if same else ""
    return f"{count(differing, 'fact differs', 'facts differ')}{rest}. Risks are computed by the models in force."
