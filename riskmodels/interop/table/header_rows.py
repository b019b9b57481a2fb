"""Where the column names of a table stand: titles above them, a row of groups (merged cells), a row of units below.

```
Clinic of the lake, export of 2024            title
id     blood pressure            lipids       groups
       systolic     diastolic    HDL          names
       mmHg         mmHg         mmol/L       units
1      142          86           1.1          data
```
becomes ``id``, ``blood pressure systolic [mmHg]``, ``blood pressure diastolic [mmHg]``, ``lipids HDL [mmol/L]``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

#: the row of the header is told by the content
AUTO = -1
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ].*)?")
_AMOUNT = r"[kmcdµμunp]?(g|mol|l|eq|iu|u|m|katal|kat)"
_UNIT = re.compile(
    rf"%|mm ?\[?hg\]?|k?pa|k?g|c?m|mm|ft|in(ch(es)?)?|lbs?|stone|st|years?|yrs?|y|months?|days?|jahre?|ans|años|bpm"
    rf"|[°º]c|(beats|mal|schläge)?/ ?min|ml/min(/.*)?|kg/(m|qm)[²2^]*"
    rf"|{_AMOUNT} ?(/|per) ?({_AMOUNT}|min|h|day|24 ?h)[²^2]?"
    rf"|m?iu|mmol|10\^?\d+/l|x10.*/l|岁|歳|年|세|毫米汞柱|公斤|厘米|次/分",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r".*[\])]\s*")
_LEAST_UNITS = 2


class HeaderRows(NamedTuple):
    """The rows of a header.

    Args:
        names: row of the column names, 1 the first; 0: none.
        groups: whether the row above holds groups of columns (merged cells).
        units: whether the row below holds units.
    """

    names: int
    groups: bool = False
    units: bool = False


def find_header(records: Sequence[Sequence[str]], names: int = AUTO) -> HeaderRows:
    """Where the header stands among the first rows.

    Args:
        records: the first rows as cells.
        names: row of the names where it is known.
    """
    row = _first_wide(records) if names == AUTO else names
    if not 1 <= row <= len(records):
        return HeaderRows(row)
    if names == AUTO and row < len(records) and _completes(records[row - 1], records[row], records[row + 1 :]):
        return HeaderRows(row + 1, True, _are_units(records, row + 1))
    groups = row > 1 and _are_groups(records[row - 2], records[row - 1])
    return HeaderRows(row, groups, _are_units(records, row))


def compose(records: Sequence[Sequence[str]], rows: HeaderRows) -> list[str]:
    """The column names: group, name and unit of each column.

    Args:
        records: the first rows as cells.
        rows: of the header, not 0.
    """
    names = [cell.strip() for cell in records[rows.names - 1]]
    if rows.groups:
        names = _with_groups([cell.strip() for cell in records[rows.names - 2]], names)
    if rows.units and rows.names < len(records):
        units = [cell.strip() for cell in records[rows.names]][: len(names)]
        names = [_with_unit(name, unit) for name, unit in zip(names, units + [""] * len(names), strict=False)]
    return names


def usual_width(records: Sequence[Sequence[str]]) -> int:
    """How many cells most of the filled rows have; 1 or more."""
    wide = Counter(len(cells) for cells in records if any(cell.strip() for cell in cells))
    return wide.most_common(1)[0][0] if wide else 1


def _first_wide(records: Sequence[Sequence[str]]) -> int:
    """The first row that is as wide as the table below it."""
    widths = [sum(1 for cell in cells if cell.strip()) for cells in records]
    usual = usual_width(records)
    least = max(1, min(usual, max(2, round(0.6 * usual))))
    return next((row for row, filled in enumerate(widths, start=1) if filled >= least), 1)


def _completes(above: Sequence[str], below: Sequence[str], data: Sequence[Sequence[str]]) -> bool:
    """Whether the lower row names what merged cells of the upper one leave open, above columns of numbers."""
    width = max(len(above), len(below))
    upper, lower = _padded(above, width), _padded(below, width)
    last = max(i for i, cell in enumerate(upper) if cell)  # behind the last group its columns may go on
    open_cells = [i for i, cell in enumerate(upper) if not cell and (i < last or lower[i])]
    named = [i for i, cell in enumerate(lower) if cell]
    if not open_cells or not named or any(_is_value(lower[i]) or _UNIT.fullmatch(_bare(lower[i])) for i in named):
        return False
    numbers = [i for i in named if any(i < len(cells) and _NUMBER.fullmatch(cells[i].strip()) for cells in data)]
    spread = [i for i in range(width - 1) if upper[i] and not upper[i + 1]]
    return all(lower[i] for i in (*open_cells, *spread)) and 2 * len(numbers) >= len(named)


def _are_groups(above: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a sparse row above the names holds groups: words only, two or more or not in the first column, each
    above a column that is named or filling a gap of the names."""
    width = len(names)
    upper, lower = _padded(above, width), _padded(names, width)
    filled = [i for i, cell in enumerate(upper) if cell]
    if not filled or len(filled) == width or len(above) > width:
        return False
    if any(_is_value(upper[i]) or not any(map(str.isalpha, upper[i])) for i in filled):
        return False
    gaps = [i for i, cell in enumerate(lower) if not cell]
    spread = any(i + 1 < width and not upper[i + 1] and lower[i + 1] for i in filled)
    return spread and (len(filled) > 1 or filled[0] > 0) and all(upper[i] for i in gaps)


def _are_units(records: Sequence[Sequence[str]], row: int) -> bool:
    """Whether the row below the names holds units and no value."""
    if row >= len(records):
        return False
    filled = [cell.strip() for cell in records[row] if cell.strip() not in ("", "-", "–")]
    units = [cell for cell in filled if _UNIT.fullmatch(_bare(cell))]
    return len(units) >= _LEAST_UNITS and 2 * len(units) >= len(filled) and not any(map(_is_value, filled))


def _with_groups(groups: list[str], names: list[str]) -> list[str]:
    width = max(len(groups), len(names))
    upper, lower = _padded(groups, width), _padded(names, width)
    found, group = [], ""
    for above, name in zip(upper, lower, strict=True):
        if above:
            group = above if name else ""  # a cell merged downwards does not spread
        found.append(" ".join(filter(None, [group if name else above, name])))
    return found


def _with_unit(name: str, unit: str) -> str:
    bare = _bare(unit)
    return f"{name} [{bare}]" if name and _UNIT.fullmatch(bare) and not _BRACKETED.fullmatch(name) else name


def _bare(unit: str) -> str:
    return unit.strip().removeprefix("[").removeprefix("(").removesuffix("]").removesuffix(")").strip()


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell))


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [cell.strip() for cell in cells] + [""] * (width - len(cells))
