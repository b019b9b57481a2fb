"""Rows of the measurement table → the newest usable value of each variable, and a count of what could not be used.

Rows are streamed and reduced as they come, so that memory grows with people, not with measurements.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from riskmodels.checks.columns import Severity, check_column
from riskmodels.cohorts.omop.concepts import Concepts
from riskmodels.cohorts.omop.entries import in_window, people_of
from riskmodels.cohorts.omop.meanings import Meaning
from riskmodels.cohorts.omop.tables import Cdm
from riskmodels.criteria import HOURS_FASTING
from riskmodels.errors import UnitError
from riskmodels.interop.fhir.codes import FASTING, measurements
from riskmodels.units import Unit, find_unit
from riskmodels.vocabulary import VOCABULARY

#: rows fetched at a time
ROWS = 50_000
#: UCUM: what stands in braces is an annotation and changes nothing
_ANNOTATION = re.compile(r"\{[^}]*\}")
_ORDER = ["entry", "variable", "date", "time", "id"]

#: why a value is not used, or is used and looked at again
NO_NUMBER, OPERATOR, NO_UNIT, UNKNOWN_UNIT = "no number", "operator", "no unit", "unknown unit"
IMPLAUSIBLE, SUSPECT = "implausible", "unusual, used"
#: a molar unit under a code of mass, or the other way about: the unit decides, unless the number is unusual in it
OTHER_UNIT, CONTRADICTED = "unit of another code, used", "unit of another code, and unusual in it"


@dataclass
class Usage:
    """How many values in the windows were read, and how many could not be used, by variable, reason and unit."""

    read: Counter[str] = field(default_factory=Counter)
    odd: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def table(self) -> pd.DataFrame:
        """``variable``, ``reason``, ``unit`` (UCUM code), ``values``."""
        rows = [(*key, number) for key, number in sorted(self.odd.items())]
        return pd.DataFrame(rows, columns=["variable", "reason", "unit", "values"])


def newest_values(
    connection: Connection, cdm: Cdm, concepts: Concepts, entries: pd.DataFrame, look_back: int, usage: Usage
) -> pd.DataFrame:
    """The newest usable value of every variable in the look-back of each entry.

    Args:
        connection: to the database.
        cdm: its tables.
        concepts: of the database.
        entries: ``person_id``, ``index_date``; labelled from 0.
        look_back: days before the index date; both ends count.
        usage: counts are added to it.

    Returns:
        ``entry`` (label), ``variable``, ``value`` (canonical unit), ``date``; one row a pair.
    """
    meant = {id_: found[0] for id_, found in concepts.of_kind("measurement").items()}
    best = pd.DataFrame({name: [] for name in (*_ORDER, "value", "fasting")})
    if entries.empty or not meant:
        return best[["entry", "variable", "value", "date"]]
    for part in _stream(connection, _query(cdm, list(meant), entries, look_back)):
        rows = _of_entries(part, entries, look_back)
        used = _usable(rows, meant, concepts, usage)
        best = _newest(used if best.empty else pd.concat([best, used], ignore_index=True))
    return pd.concat([best, _fasting(best)], ignore_index=True)[["entry", "variable", "value", "date"]]


def _query(cdm: Cdm, ids: list[int], entries: pd.DataFrame, look_back: int) -> sa.Select[tuple[object, ...]]:
    of = cdm.measurement.c
    first = (entries["index_date"].min() - pd.Timedelta(days=look_back)).date()
    return sa.select(
        of.person_id,
        of.measurement_id.label("id"),
        of.measurement_concept_id.label("concept"),
        of.measurement_date.label("date"),
        of.measurement_datetime.label("time"),
        of.operator_concept_id.label("operator"),
        of.value_as_number.label("number"),
        of.unit_concept_id.label("unit"),
    ).where(
        of.measurement_concept_id.in_(ids),
        of.person_id.in_(people_of(entries)),
        of.measurement_date.between(first, entries["index_date"].max().date()),
    )


def _stream(connection: Connection, query: sa.Select[tuple[object, ...]]) -> Iterator[pd.DataFrame]:
    with connection.execution_options(yield_per=ROWS).execute(query) as result:
        names = list(result.keys())
        for rows in result.partitions():
            yield pd.DataFrame(rows, columns=names)


def _of_entries(rows: pd.DataFrame, entries: pd.DataFrame, look_back: int) -> pd.DataFrame:
    """Rows beside the entries in whose window they are."""
    rows = rows.assign(date=pd.to_datetime(rows["date"]), time=pd.to_datetime(rows["time"]))
    both = rows.merge(entries[["person_id", "index_date"]].rename_axis("entry").reset_index(), on="person_id")
    return both[in_window(both["date"], both["index_date"], look_back)]


def _usable(rows: pd.DataFrame, meant: dict[int, Meaning], concepts: Concepts, usage: Usage) -> pd.DataFrame:
    """Rows whose value is a number in a known unit and plausible, in the canonical unit; the others are counted."""
    pairs = rows.assign(unit=rows["unit"].fillna(0).astype("int64"))
    parts = [pd.DataFrame(columns=[*_ORDER, "value", "fasting"])]
    for concept, unit_id in pairs[["concept", "unit"]].drop_duplicates().itertuples(index=False, name=None):
        group = pairs[(pairs["concept"] == concept) & (pairs["unit"] == unit_id)]
        used = _in_one_unit(group, meant[concept], unit_id, concepts, usage)
        if not used.empty:
            parts.append(used)
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _in_one_unit(group: pd.DataFrame, meaning: Meaning, unit_id: int, concepts: Concepts, usage: Usage) -> pd.DataFrame:
    """The usable rows of one concept and unit."""
    name, ucum = meaning.variable, concepts.units.get(unit_id, "")
    usage.read[name] += len(group)
    group, unit = _numbers(group, concepts, name, ucum, usage), _unit(name, ucum)
    if unit is None:
        _count(usage, name, UNKNOWN_UNIT if unit_id else NO_UNIT, ucum, len(group))
        return group[:0]
    values = _plausible(group["number"].astype(float), meaning, unit, usage)
    used = group.assign(value=values, variable=name, fasting=meaning.code[1] in FASTING)[values.notna()]
    return used[[*_ORDER, "value", "fasting"]]


def _numbers(group: pd.DataFrame, concepts: Concepts, variable: str, ucum: str, usage: Usage) -> pd.DataFrame:
    absent = group["number"].isna()
    bounded = ~absent & ~group["operator"].fillna(0).isin(concepts.equals)
    _count(usage, variable, NO_NUMBER, ucum, int(absent.sum()))
    _count(usage, variable, OPERATOR, ucum, int(bounded.sum()))
    return group[~absent & ~bounded]


def _unit(variable: str, ucum: str) -> Unit | None:
    """The unit of a UCUM code, with or without its annotations; None when the variable does not accept it."""
    for code in (ucum, _ANNOTATION.sub("", ucum)):
        if code:
            try:
                return find_unit(VOCABULARY[variable].units, code)
            except UnitError:
                continue
    return None


def _plausible(numbers: pd.Series, meaning: Meaning, unit: Unit, usage: Usage) -> pd.Series:
    """Canonical values; NaN where implausible, or unusual in a unit that its code does not have."""
    fits, name = measurements()[meaning.code[1]].accepts(unit), meaning.variable
    values, problems = check_column(numbers, VOCABULARY[name], unit.symbol)
    flagged = {p.row for p in problems if p.severity is Severity.FLAGGED}
    _count(usage, name, IMPLAUSIBLE, unit.ucum, len(problems) - len(flagged))
    _count(usage, name, SUSPECT if fits else CONTRADICTED, unit.ucum, len(flagged))
    if fits:
        return values
    values = values.mask(values.index.isin(flagged))
    _count(usage, name, OTHER_UNIT, unit.ucum, int(values.notna().sum()))
    return values


def _count(usage: Usage, variable: str, reason: str, ucum: str, number: int) -> None:
    if number:
        usage.odd[variable, reason, ucum] += number


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    """The last of each entry and variable by date, time of day (unknown first) and id."""
    ordered = rows.sort_values(_ORDER, na_position="first")
    return ordered.drop_duplicates(["entry", "variable"], keep="last", ignore_index=True)


def _fasting(best: pd.DataFrame) -> pd.DataFrame:
    """Hours fasted where the newest glucose is a fasting one: at least so many, by the meaning of its code."""
    fasted = best[(best["variable"] == "glucose") & (best["fasting"] == True)]  # noqa: E712  an object column
    return fasted.assign(variable="fasting_hours", value=np.full(len(fasted), HOURS_FASTING))
