"""The scored rows on the page: fifty at a time, sorted and filtered over the whole cohort."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from riskmodels.scoring.cohort import MEASURED as MEASURED_PART
from riskmodels.scoring.cohort import PROBLEMS as PROBLEMS_PART
from riskmodels.tabular.support import AT_LEAST, AT_MOST
from riskmodels.vocabulary import VOCABULARY
from ui.cohort.scored import Result
from ui.text import count, interval
from ui.text import risk as risk_text

PAGE_ROWS = 50
_SHOWN = ("risk", "low", "high", "validity", "held", "note", "reasons")
HIGHEST, LOWEST, FILE_ORDER, OLDEST = "Highest risk first", "Lowest risk first", "Order of the file", "Oldest first"
ORDERS = (HIGHEST, LOWEST, FILE_ORDER, OLDEST)
ALL, FLAGGED, PROBLEMS, MISSING, MEASURED = "All", "Flagged", "With problems", "Not estimated", "Measured"
FILTERS = (ALL, FLAGGED, PROBLEMS, MISSING, MEASURED)


def draw_table(scored: Result, outcome: str, flagged: pd.Series) -> None:
    """Draw filter, order, one page of rows and the way to the others."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = st.segmented_control(
            "Rows", FILTERS, default=ALL, required=True, key="cohort_filter", persist_state="session"
        )
        order = st.selectbox("Order", ORDERS, key="cohort_order", width=210, persist_state="session")
    rows = choose_rows(scored, outcome, flagged, shown, order)
    if not len(rows):
        st.caption("No row is of this kind.")
        return
    pages = -(-len(rows) // PAGE_ROWS)
    page = st.pagination(pages, key=f"cohort_page_{outcome}_{shown}_{order}_{pages}") if pages > 1 else 1
    first = (page - 1) * PAGE_ROWS
    part = rows[first : first + PAGE_ROWS]
    st.dataframe(
        page_table(scored, outcome, flagged, part),
        hide_index=True,
        height=35 * (min(len(part), 14) + 1) + 3,
        column_config=_config(scored),
        alt=f"Scored rows {first + 1} to {first + len(part)}",
    )
    st.caption(f"{first + 1:,}–{first + len(part):,} of {count(len(rows), 'row')}. Row numbers are those of the file.")


def choose_rows(scored: Result, outcome: str, flagged: pd.Series, shown: str, order: str) -> pd.Index:
    """Row numbers of the cohort that are shown, in the order asked for; rows without a value come last."""
    risk = scored.column(outcome, "risk")
    told = scored.measured(outcome) != ""
    wanted: dict[str, Callable[[], pd.Series]] = {
        FLAGGED: lambda: flagged,
        PROBLEMS: lambda: scored.problems != "",
        MISSING: lambda: risk.isna() & ~told,
        MEASURED: lambda: told,
    }
    keep = wanted[shown]() if shown in wanted else None
    values = scored.input("age") if order == OLDEST else risk
    values = values if keep is None else values[keep]
    if order == FILE_ORDER:
        return values.index
    return values.sort_values(ascending=order == LOWEST, na_position="last", kind="stable").index


def page_table(scored: Result, outcome: str, flagged: pd.Series, rows: pd.Index) -> pd.DataFrame:
    """Some rows as people read them; columns that are empty in all of them are left out."""
    frame = scored.inputs(rows, ["age", "sex"])
    names = {part: scored.columns[outcome, part] for part in _SHOWN if (outcome, part) in scored.columns}
    problems_column = scored.columns["", PROBLEMS_PART]
    patient = [scored.id_header] if scored.id_header else []
    part = scored.rows(rows, [*patient, *names.values(), problems_column])
    risk, low, high, validity, note, reasons = (part[names[p]] for p in _SHOWN if p != "held")
    held = part[names["held"]] if "held" in names else [""] * len(part)  # not in results of earlier versions
    table = pd.DataFrame({"Row": rows}, index=rows)
    if patient:
        table["Id"] = part[scored.id_header].astype("str")
    if (outcome, MEASURED_PART) in scored.columns:
        told = scored.columns[outcome, MEASURED_PART]
        table["Measured"] = scored.rows(rows, [told])[told]
    bounds = validity.astype("str").where(validity.isin((AT_LEAST, AT_MOST)), "")
    table["Risk"] = ["–" if p != p else risk_text(p, bound) for p, bound in zip(risk, bounds, strict=True)]
    table["90 % interval"] = [interval(*pair) for pair in zip(low, high, strict=True)]
    table["Age"] = frame["age"].map(lambda years: "" if years != years else f"{years:.0f}")
    table["Sex"] = frame["sex"].map(lambda code: "" if code != code else VOCABULARY["sex"].format(code))
    table["Flagged"] = flagged.loc[rows].map({True: "yes", False: ""})
    table["Reasons"] = reasons
    table["Note"] = [" · ".join(filter(None, texts)) for texts in zip(held, note, part[problems_column], strict=True)]
    return table.loc[:, (table != "").any()]


def _config(scored: Result) -> dict[str, ColumnConfig]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "Row": number(width=65, format="%d"),
        "Id": text(width=85, help=scored.id_header),
        "Age": text(width=55, alignment="right"),
        "Sex": text(width=70),
        "Measured": text(width=420),
        "Risk": text(width=105, alignment="right"),
        "90 % interval": text(width=105, alignment="right"),
        "Flagged": text(width=75),
        "Reasons": text(width=540),
        "Note": text(width=420),
    }
