"""What became of a file of compounds: numbers that add up, a figure, its rows, its problem rows, and the download."""

from __future__ import annotations

from pathlib import PurePath

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from riskmodels.molecules.endpoints import ENDPOINTS, HERG, Endpoint
from riskmodels.molecules.learning.words import concentration, level
from riskmodels.molecules.screening.screen import (
    ALERTS,
    CHANGES,
    HERG_FLAG,
    RULE,
    SAME_AS,
    SMILES,
    SYNTHESIS,
    Screened,
    column,
)
from riskmodels.molecules.structures.rows import RowProblem
from ui.compound import figures, state
from ui.compound.choice import choose_endpoint
from ui.inspect.show import draw_figure
from ui.page import theme
from ui.text import count, plain

PAGE_ROWS = 50
MOST_PROBLEMS = 1_000
FILE_ORDER, STRONGEST, SAFEST, SELECTIVE = (
    "Order of the file",
    "Strongest first",
    "Lowest hERG first",
    "Widest margin first",
)
#: pixels of columns with long texts
_WIDE = {"Alerts": 230, "Changed": 260, "Structure used": 320}
_TARGETS = [endpoint for endpoint in ENDPOINTS if endpoint != HERG]


def draw_result(found: Screened, name: str) -> None:
    """Draw the result of a screening.

    Args:
        found: what became of each row.
        name: of the file.
    """
    _draw_counts(found, name)
    rows, problems = st.tabs(["Compounds", f"Problem rows ({len(found.problems):,})"])
    with rows:
        if found.table.empty:
            st.caption("No row holds a compound that could be screened.")
        else:
            target = choose_endpoint("Target beside hERG", _TARGETS, "compound_target")
            _draw_figure(found, target)
            _draw_rows(found, target)
    with problems:
        _draw_problems(found.problems)


def _draw_counts(found: Screened, name: str) -> None:
    counts = found.counts
    told = [
        f"**{counts['read']:,} read** · {counts['screened']:,} screened · {count(counts['problems'], 'problem row')}",
        f"{counts['changed']:,} changed to standard form",
        f"{count(counts['duplicates'], 'row')} with a compound of an earlier row",
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(" · ".join(told), width="stretch")
        st.download_button(
            "Download CSV",
            found.csv,
            file_name=f"{PurePath(name).stem[:60] or 'compounds'}_screened.csv",
            mime="text/csv",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="compound_csv",
        )
    st.caption(f"{plain(found.file.form, 200)}. The download has every row, problem rows included.")


def _draw_figure(found: Screened, target: Endpoint) -> None:
    table = found.table
    drawn = figures.drawn_points(table, HERG, target)
    both = int((~found.outside(HERG) & ~found.outside(target)).sum())
    if not both:
        st.caption(
            f"No compound has a number for both hERG and {target.title}: outside the domains no number is given."
        )
        return
    left_out = len(table) - both
    told = (
        f"{count(both, 'compound')} inside both domains; right is more hERG (unwanted), up is more {target.title}. "
        f"{count(left_out, 'compound')} outside a domain {'has' if left_out == 1 else 'have'} no place here."
    )
    if len(drawn) < both:
        told += f" Every {-(-both // figures.MOST_POINTS):,}th is drawn."
    shown = drawn.head(PAGE_ROWS)
    both_values = zip(shown.index, shown[column(HERG)], shown[column(target)], strict=True)
    rows = [(f"{row}", level(across), level(up)) for row, across, up in both_values]
    figure = figures.scatter(table, found.file.names, HERG, target, theme())
    head = ("Row", HERG.title, target.title)
    draw_figure(figure, told, f"hERG against {target.title}", head, rows, "compound_scatter")


def _draw_rows(found: Screened, target: Endpoint) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        orders = (FILE_ORDER, STRONGEST, SAFEST, SELECTIVE)
        order = st.selectbox("Order", orders, key="compound_order", width=230, persist_state="session")
        inside = st.toggle(f"Only inside the domains of hERG and {target.title}", key="compound_inside")
    rows = choose_rows(found, target, order, inside)
    if not len(rows):
        st.caption("No row is of this kind.")
        return
    pages = -(-len(rows) // PAGE_ROWS)
    page = st.pagination(pages, key=f"compound_page_{order}_{inside}_{pages}") if pages > 1 else 1
    part = rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    picked = st.dataframe(
        page_table(found, target, part),
        hide_index=True,
        height=35 * (min(len(part), 14) + 1) + 3,
        column_config=_config(),
        alt=f"Screened compounds, {len(part)} of {len(rows):,} rows",
        on_select="rerun",
        selection_mode="single-row",
        key=f"compound_rows_{target.name}_{order}_{inside}_{page}",
    )
    chosen = list(picked["selection"]["rows"])
    first = (page - 1) * PAGE_ROWS
    with st.container(horizontal=True, vertical_alignment="center"):
        if chosen and chosen[0] < len(part):
            row = part[chosen[0]]
            st.button(
                f"Look at row {row}",
                icon=":material/search:",
                on_click=state.open_one,
                args=(str(found.table.at[row, SMILES]),),
                key="compound_open",
            )
        st.caption(
            f"{first + 1:,}–{first + len(part):,} of {count(len(rows), 'row')}, numbered as in the file. Select a "
            "row to look at its compound. Intervals: 90 %. “–”: no number, outside the domain.",
            width="content",
        )


def choose_rows(found: Screened, target: Endpoint, order: str, inside: bool) -> pd.Index:
    """Row numbers that are shown, in the order asked for; rows without a number come last.

    Args:
        found: the screening.
        target: beside hERG.
        order: one of the four.
        inside: only rows with a number for both.
    """
    herg, wanted = found.table[column(HERG)], found.table[column(target)]
    values = {FILE_ORDER: herg * 0, STRONGEST: -wanted, SAFEST: herg, SELECTIVE: herg - wanted}[order]
    if inside:
        values = values[herg.notna() & wanted.notna()]
    if order == FILE_ORDER:
        return values.index
    return values.sort_values(kind="stable", na_position="last").index


def page_table(found: Screened, target: Endpoint, rows: pd.Index) -> pd.DataFrame:
    """Some rows as people read them; columns that are empty in all of them are left out."""
    part = found.table.loc[rows]
    shown = pd.DataFrame({"Row": rows}, index=rows)
    shown["Name"] = found.file.names.reindex(rows).fillna("")
    for endpoint in (HERG, target):
        values, low, high = (part[column(endpoint, end)] for end in ("", "low90", "high90"))
        shown[f"{endpoint.title} {endpoint.quantity}"] = list(map(_interval, values, low, high))
        shown[f"{endpoint.title} µmol/L"] = list(map(_amount, values))
    shown["hERG flag"] = part[HERG_FLAG]
    shown["Alerts"] = part[ALERTS].str.replace("_", " ")
    shown["logP"] = part["logp"].round(1)
    shown["Weight g/mol"] = part["weight_g_mol"].round(1)
    shown["Rule of five broken"] = part[RULE].astype(int)
    shown["To make, 1–10"] = part[SYNTHESIS].round(1)
    shown["Changed"] = part[CHANGES]
    shown["Same as row"] = part[SAME_AS].map(lambda row: "" if row != row else f"{row:.0f}")
    for endpoint in (HERG, target):
        shown[f"Domain of {endpoint.title}"] = part[column(endpoint, "domain")]
    shown["Structure used"] = part[SMILES]
    return shown.loc[:, (shown != "").any()]


def _config() -> dict[str, ColumnConfig]:
    number = st.column_config.NumberColumn
    wide = {name: st.column_config.TextColumn(width=width) for name, width in _WIDE.items()}
    return wide | {
        "To make, 1–10": number(help="Synthetic accessibility: 1 easy, 10 very hard", format="%.1f"),
        "logP": number(format="%.1f"),
        "Weight g/mol": number(format="%.1f"),
    }


def _interval(value: float, low: float, high: float) -> str:
    return "–" if value != value else f"{level(value)} ({level(low)}–{level(high)})"


def _amount(value: float) -> str:
    return "–" if value != value else concentration(value).removesuffix(" µmol/L")


def _draw_problems(problems: tuple[RowProblem, ...]) -> None:
    if not problems:
        st.caption("Every row holds a compound that could be screened.")
        return
    shown = problems[:MOST_PROBLEMS]
    table = pd.DataFrame(
        {
            "Row": [each.row for each in shown],
            "Given": [each.given for each in shown],
            "Problem": [each.reason for each in shown],
            "What to do": [each.hint for each in shown],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height=min(35 * (len(table) + 1) + 3, 388),
        column_config={
            "Row": st.column_config.NumberColumn(width=60, format="%d"),
            "Given": st.column_config.TextColumn(width=200),
            "Problem": st.column_config.TextColumn(width=420),
            "What to do": st.column_config.TextColumn(width=420),
        },
        alt="Rows of the file that could not be screened",
    )
    more = (
        f"The first {MOST_PROBLEMS:,} of {len(problems):,}; the download has all. "
        if len(problems) > len(shown)
        else ""
    )
    st.caption(f"{more}Rows are numbered as in the file.")
