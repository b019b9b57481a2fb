"""Several pictures: counts that add up, a table, one of them to see in full, and a CSV of all results."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pandas as pd
import streamlit as st

from riskmodels.imaging.reading import Item
from riskmodels.imaging.registry import Found
from riskmodels.imaging.results import ABOVE, Reading
from riskmodels.interop.table.safe_csv import to_csv
from ui.image.state import Batch
from ui.record import image_text
from ui.text import count

_TABLE, _CHOSEN = "image.table", "image.chosen"
#: pixels of the table when it has more rows than that
_HEIGHT, _MOST_ROWS = 320, 8


def draw_batch(made: Batch, found: Found) -> Item:
    """Counts, table and download; returns the picture chosen."""
    st.markdown(counts_text(made, found.has_finding))
    st.dataframe(
        shown_table(made, found.has_finding),
        hide_index=True,
        height=_HEIGHT if len(made.items) > _MOST_ROWS else "auto",
        key=_TABLE,
        on_select=lambda: _choose_row(made),
        selection_mode="single-row",
        column_config={
            "No.": st.column_config.NumberColumn(width=50),
            "Picture": st.column_config.ImageColumn(width=70),
            "Note": st.column_config.TextColumn(width="large"),
        },
        alt=f"Results of {count(len(made.items), 'picture')}, one a row",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        item = _draw_choice(made)
        st.download_button(
            "Download the results",
            lambda: to_csv(result_table(made, found)),
            file_name=f"carerisk_images_{found.card['name']}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="image.csv",
        )
    return item


def counts_text(made: Batch, has_finding: bool = True) -> str:
    """How many were read, refused, left out, and, where one class is the finding, at the threshold."""
    refused = sum(item.refused for item in made.items)
    reached = sum(_reached(item.reading) is True for item in made.items)
    total = len(made.items)
    parts = [f"**{total}** checked = **{total - refused}** with a reading + **{refused}** refused"]
    if has_finding:
        parts.append(f"**{reached}** reach the main finding's threshold for screening")
    if made.stopped:
        parts.append(f"stopped: **{made.stopped}** not looked at")
    if made.left_out:
        parts.append(f"**{made.left_out}** above the limit of 100 left out")
    return " · ".join(parts)


def _reached(reading: Reading) -> bool | None:
    if reading.heart_size is not None:
        return reading.heart_size.enlarged
    main = reading.findings[0] if reading.findings else None
    return main.present if main is not None and main.calibrated else None


def _main(reading: Reading) -> tuple[str, str, str]:
    """Label, number and interval of what stands first in a reading."""
    heart = reading.heart_size
    if heart is not None:
        return "Heart width by chest width", f"{heart.ratio:.2f}", f"{heart.low:.2f}–{heart.high:.2f}"
    if not reading.findings:
        return "", "", ""
    first = reading.findings[0]
    if not first.calibrated:
        return first.label, image_text.rank(first.rank), ""
    return first.label, image_text.percent(first.probability), image_text.interval(first.low, first.high)


def shown_table(made: Batch, has_finding: bool = True) -> pd.DataFrame:
    """The table on the page: one row a picture, as words; the likeliest class where none is the finding."""
    label = next((_main(item.reading)[0] for item in made.items if not item.refused), "Result")
    rows = []
    for item in made.items:
        rows.append(
            {
                "No.": item.number,
                "Picture": _data_url(item.thumbnail),
                "File": item.name,
                **(_cells(item.reading, label) if has_finding else _likeliest(item.reading)),
                "Note": item.reading.refused or item.reading.caution or item.reading.calibration,
            }
        )
    return pd.DataFrame(rows)


def _cells(reading: Reading, label: str) -> dict[str, str]:
    _, number, spread = _main(reading)
    return {label: number or "–", "Interval": spread, "Threshold": _threshold_words(reading)}


def _likeliest(reading: Reading) -> dict[str, str]:
    most = max(reading.scale, key=lambda share: share.probability, default=None)
    return {"Most likely": "–" if most is None else f"{most.label} {image_text.percent(most.probability)}"}


def _threshold_words(reading: Reading) -> str:
    """Which threshold the main result reaches."""
    if reading.heart_size is not None:
        return "reached" if reading.heart_size.enlarged else "not reached"
    if not reading.findings:
        return ""
    first = reading.findings[0]
    if not first.calibrated:
        return "not calibrated"
    if first.threshold is None and first.confirmation is None:
        return "none"
    return "confirmation reached" if first.band == ABOVE else "screening reached" if first.present else "not reached"


def _data_url(thumbnail: bytes) -> str:
    return f"data:image/jpeg;base64,{b64encode(thumbnail).decode()}" if thumbnail else ""


def _choose_row(made: Batch) -> None:
    """Callback: a clicked row is the picture to see in full."""
    rows = st.session_state[_TABLE]["selection"]["rows"]
    if rows and rows[0] < len(made.items):
        st.session_state[_CHOSEN] = made.items[rows[0]].number


def _draw_choice(made: Batch) -> Item:
    items = {item.number: item for item in made.items}
    if st.session_state.get(_CHOSEN) not in items:
        st.session_state[_CHOSEN] = next(iter(items))
    number = st.selectbox(
        "In full (or click its row)",
        list(items),
        format_func=lambda n: f"{n} · {items[n].name}",
        key=_CHOSEN,
        persist_state="session",
        width=420,
    )
    return items[number]


def result_table(made: Batch, found: Found) -> pd.DataFrame:
    """All results for the download: one row a picture, numbers as numbers, one column a finding's number."""
    return pd.DataFrame([_result_row(item, found) for item in made.items])


def _yes(answer: bool, known: bool) -> str:
    return "" if not known else "yes" if answer else "no"


def _result_row(item: Item, found: Found) -> dict[str, Any]:
    row: dict[str, Any] = {
        "number": item.number,
        "file": item.name,
        "model": found.card["name"],
        "version": str(found.card.get("version", "")),
        "refused": item.reading.refused,
        "caution": item.reading.caution,
        "calibration": item.reading.calibration,
    }
    for finding in item.reading.findings:
        row |= {
            finding.name: finding.probability,
            f"{finding.name}_low": finding.low,
            f"{finding.name}_high": finding.high,
            f"{finding.name}_threshold": finding.threshold,
            f"{finding.name}_reached": _yes(finding.present, finding.threshold is not None),
            f"{finding.name}_confirmation": finding.confirmation,
            f"{finding.name}_confirmed": _yes(finding.band == ABOVE, finding.confirmation is not None),
            f"{finding.name}_rank": finding.rank,
        }
    row |= {f"share: {share.label}": share.probability for share in item.reading.scale}
    heart = item.reading.heart_size
    if heart is not None:
        row |= {
            "ratio": heart.ratio,
            "ratio_low": heart.low,
            "ratio_high": heart.high,
            "ratio_threshold": heart.threshold,
            "enlarged": "yes" if heart.enlarged else "no",
        }
    return row
