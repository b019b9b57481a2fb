"""A table with one row an observation (patient, code or name, value, unit, date) → one a patient, or patient and day.

What was observed becomes a column, named as its rows name it with the unit they write, so that it is read by the same
tables and asked by the same questions as any header: ``Glucose 2345-7 [mg/dL]``. Rows carry the number of the first row
of the file that they are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from riskmodels.checks import Severity
from riskmodels.errors import FileError
from riskmodels.interop.columns import dates
from riskmodels.interop.columns.mapping import is_unknown_word
from riskmodels.interop.columns.names import match_name
from riskmodels.interop.columns.numbers import is_numeric
from riskmodels.interop.columns.spelling import compact
from riskmodels.interop.table.chunks import CHUNK_ROWS, Chunk, Source, distinct_headers
from riskmodels.interop.table.csv_source import TEXT
from riskmodels.interop.table.row_shape import LongShape

_LOOK = 20_000
#: names of other observations that become columns, the most frequent ones
_MOST_OTHERS = 200
#: names that are looked up, the most frequent ones: to tell that a table is long, and to make its columns
_MOST_TRIED, _MOST_LOOKED_UP = 60, 500
_SURE = 0.8
#: of the observations of a group: the last one is the latest
_ORDER = ["group", "day", "moment", "place"]
_LOINC = re.compile(r"\d{1,5}-\d")
_LETTER = re.compile(r"[^\W\d_]")
_ROLES = {
    "patient": "patientid patient subject subjectid person personid pid ptid mrn recordid seqn patientnr "
    "patientennummer patientennr fallnummer participantid studyid usubjid subjid personsourcevalue nhc idpaciente "
    "paciente idpatient numpatient patientenid patnr patid 患者编号 病人编号 住院号 患者番号 患者id id",
    "value": "value val result results resultvalue resultnumeric valuenum valuenumeric valueasnumber valuequantity "
    "numericvalue measurement measuredvalue obsvalue observationvalue testresult labvalue lbstresn lborres lbstresc "
    "vsstresn vsorres wert messwert ergebnis resultat valeur valor resultado risultato valore 结果 检验结果 "
    "检测值 数值 結果 検査値 検査結果 値",
    "name": "name test testname labtest analyte item label parameter component measure variable observation "
    "observationname description display obstype type concept conceptname measurementname lbtest vstest bezeichnung "
    "untersuchung analyse examen parametre prueba analito 项目 检验项目 项目名称 指标 検査項目 検査名 項目",
    "code": "code loinc loinccode testcode itemid observationcode measurementcode concept conceptcode conceptid "
    "measurementsourcevalue lbtestcd vstestcd lbloinc paramcd analysecode codigo",
    "unit": "unit units uom valueuom unitofmeasure valueunit resultunit resultunits unitsourcevalue lbstresu lborresu "
    "vsstresu vsorresu einheit unite unidad unidades unita 单位 單位 単位",
    "specimen": "specimen specimentype material matrix sampletype system fluid lbspec probenmaterial",
    "date": "date datetime time charttime effectivedate effectivedatetime observationdate measurementdate "
    "measurementdatetime resultdate testdate labdate collectiondate collected visitdate lbdtc vsdtc datum zeitpunkt "
    "entnahmedatum fecha data timestamp 日期 检验日期 检查日期 検査日 採取日 日付",
}


@dataclass(frozen=True)
class LongCounts:
    """Rows of a long table by what became of them: ``rows`` is the sum of the others.

    Args:
        rows: of the file.
        kept: whose value stands in the table.
        older: there is a later one of the same patient (and day) and name.
        without_value: whose value is empty.
        without_patient: that name no patient.
        unreadable: with more cells than the header has columns.
        other_names: of observations that are too rare to become columns.
    """

    rows: int
    kept: int
    older: int
    without_value: int
    without_patient: int
    unreadable: int
    other_names: int

    def words(self, made: int, by: str) -> str:
        """One sentence."""
        left_out = {
            "older ones": self.older,
            "without a value": self.without_value,
            "without a patient's number": self.without_patient,
            "with too many cells": self.unreadable,
            "of rare names": self.other_names,
        }
        parts = ", ".join(f"{count:,} {what}" for what, count in left_out.items() if count)
        text = f"{self.rows:,} observations become {made:,} rows, one a {by}: {self.kept:,} latest values are kept"
        return f"{text}; left out are {parts}." if parts else f"{text}."


def may_be_long(headers: Iterable[str]) -> bool:
    """Whether the column names are those of a table with one row an observation; its cells decide."""
    roles = _roles(tuple(headers))
    return {"patient", "value"} <= roles.keys() and bool({"name", "code"} & roles.keys())


def find_long_shape(source: Source) -> LongShape | None:
    """What the columns of a table with one row an observation are; None where it is another table.

    It is one when patients come again, one column holds values, and another names two variables or more.

    Args:
        source: the file.
    """
    chunk = next(iter(source.chunks(_LOOK)), None) if may_be_long(source.headers) else None
    if chunk is None:
        return None
    cells, roles = chunk.cells, _roles(source.headers)
    name, code, unit, specimen, date = (roles.get(role, "") for role in ("name", "code", "unit", "specimen", "date"))
    shape = _with_names(LongShape(roles["patient"], roles["value"], name, code, unit, specimen, date), cells)
    frequent = _labels(cells, shape).value_counts().index[:_MOST_TRIED]
    variables = {match_name(str(label)).variable for label in frequent} - {""}
    if len(variables) < 2 or not cells[shape.patient].duplicated().any():
        return None
    formats = dates.formats_of(cells[shape.date]) if shape.date else ()
    return replace(shape, date=shape.date if formats else "", date_format=formats[0] if formats else "")


def _roles(headers: tuple[str, ...]) -> dict[str, str]:
    """Header by role; each is given once, the word that stands first in the role's list first."""
    found: dict[str, str] = {}
    for role, words in _ROLES.items():
        by_word = {_key(header): header for header in reversed(headers) if header not in found.values()}
        word = next((word for word in words.split() if word in by_word), "")
        if word:
            found[role] = by_word[word]
    return found


def _key(header: str) -> str:
    return compact(header) or header.strip().lower()


def _with_names(shape: LongShape, cells: pd.DataFrame) -> LongShape:
    """A column of codes alone may have been taken for names, and the other way round."""
    if shape.name and not shape.code and _share(cells[shape.name], _LOINC) > 0.5:
        return replace(shape, name="", code=shape.name)
    return shape


def _share(column: pd.Series, pattern: re.Pattern[str]) -> float:
    texts = column.dropna().astype(str).str.strip()
    return float(texts.map(lambda text: pattern.fullmatch(text) is not None).mean()) if len(texts) else 0.0


def _labels(cells: pd.DataFrame, shape: LongShape) -> pd.Series:
    """What each row observes: its name; with its code where that is of LOINC, or where the name has several codes."""
    name, code = (
        _texts(cells[header]) if header else pd.Series("", cells.index) for header in (shape.name, shape.code)
    )
    pairs = pd.DataFrame({"name": name, "code": code})
    distinct = pairs.drop_duplicates()
    several = distinct["name"].duplicated(keep=False) | (distinct["name"] == "")
    loinc = distinct["code"].map(lambda text: _LOINC.fullmatch(text) is not None)
    words = distinct["name"].where(~(several | loinc), distinct["name"] + " " + distinct["code"]).str.strip()
    labels = pd.Series(words.to_numpy(), pd.MultiIndex.from_frame(distinct))
    found = pd.Series(labels.reindex(pd.MultiIndex.from_frame(pairs)).to_numpy(), cells.index)
    if shape.specimen:
        found = (found + " " + _texts(cells[shape.specimen])).str.strip()
    return found


def _texts(column: pd.Series) -> pd.Series:
    return column.astype("string").fillna("").str.strip().astype(object)


class LongSource:
    """A long table as a table of patients. See :class:`riskmodels.interop.table.chunks.Source`.

    Args:
        base: reads the observations.
        shape: what its columns are.

    Raises:
        FileError: when a column of the shape is not there, or no row has patient, name and value.
    """

    def __init__(self, base: Source, shape: LongShape) -> None:
        named = [h for h in (shape.patient, shape.value, shape.name, shape.code, shape.unit, shape.date) if h]
        absent = [header for header in named if header not in base.headers]
        if absent:
            raise FileError(f"The column “{absent[0]}” is not in the file.", hint="Read it as one row a patient.")
        self._base, self._shape = base, shape
        self.format = replace(base.format, long=shape)
        #: in which the dates may be written: several where day and month cannot be told apart
        self.date_formats: tuple[str, ...] = ()
        self.headers = tuple(str(name) for name in self._table.columns)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What became of the observations, and what the latest means."""
        date = f"the latest by “{self._shape.date}” ({dates.in_words(self._shape.date_format)})"
        latest = date if self._shape.date else "the last one in the file, for it has no dates"
        by = "patient and day" if self._shape.by == "day" else "patient"
        text = self.counts.words(len(self._table), by)
        return (text, f"Of several values of one {by} {latest} counts; the values of a row may be of different days.")

    def chunks(self, rows: int = CHUNK_ROWS, columns: list[str] | None = None) -> Iterator[Chunk]:
        """Its rows in the order of each one's first observation."""
        table = self._table if columns is None else self._table[columns]
        for start in range(0, len(table), rows):
            yield Chunk(table.iloc[start : start + rows], [], self.format.decimal)

    @property
    def counts(self) -> LongCounts:
        """Rows of the file by what became of them."""
        return self._made[1]

    @property
    def _table(self) -> pd.DataFrame:
        return self._made[0]

    @cached_property
    def _made(self) -> tuple[pd.DataFrame, LongCounts]:
        chunks = list(self._base.chunks())
        if not chunks:
            raise FileError("The file has a header but no rows.", hint="Add the observations below the header.")
        cells = pd.concat([chunk.cells for chunk in chunks])
        cut = {note.row for chunk in chunks for note in chunk.notes if note.severity is Severity.ROW}
        observed = _observed(cells, self._shape)
        unreadable = observed.index.isin(list(cut))
        without_patient = ~unreadable & (observed["patient"] == "").to_numpy()
        without_value = ~unreadable & ~without_patient & (observed["value_text"] == "").to_numpy()
        usable = observed[~(unreadable | without_patient | without_value)]
        if usable.empty:
            raise FileError("No row has a patient, a name and a value.", hint="Read it as one row a patient.")
        wanted = usable[usable["column"].isin(_most_wanted(usable))]
        latest = wanted.sort_values(_ORDER).drop_duplicates(["group", "label"], keep="last")
        self.date_formats = dates.formats_of(cells[self._shape.date]) if self._shape.date else ()
        counts = LongCounts(
            len(cells),
            len(latest),
            len(wanted) - len(latest),
            int(without_value.sum()),
            int(without_patient.sum()),
            int(unreadable.sum()),
            len(usable) - len(wanted),
        )
        return _wide(cells, observed[~(unreadable | without_patient)], latest, self._shape), counts


def _observed(cells: pd.DataFrame, shape: LongShape) -> pd.DataFrame:
    """One row an observation: patient, label with unit, value, day, and the group it belongs to."""
    label = _labels(cells, shape)
    unit = _texts(cells[shape.unit]) if shape.unit else pd.Series("", cells.index)
    unit = unit.where(unit.str.contains(_LETTER.pattern, regex=True) | unit.isin(["%", "/min"]), "")
    value = cells[shape.value]
    found = pd.DataFrame({"patient": _known(_texts(cells[shape.patient])), "label": label, "value": value})
    found["value_text"] = _known(_texts(value))
    found["column"] = label.where(unit == "", label + " [" + unit + "]")
    found["place"] = np.arange(len(cells))
    day = dates.read_dates(cells[shape.date], shape.date_format) if shape.date else np.full(len(cells), "NaT", "M8[D]")
    found["day"] = day.astype("M8[s]").astype("int64")
    iso = shape.date and shape.date_format == "ISO"
    found["moment"] = _texts(cells[shape.date]) if iso else ""
    by_day = shape.by == "day"
    found["group"] = found["patient"] + ("\n" + found["day"].astype(str) if by_day else "")
    return found


def _known(texts: pd.Series) -> pd.Series:
    return texts.where(~texts.map(is_unknown_word).astype(bool), "")


def _most_wanted(usable: pd.DataFrame) -> list[str]:
    """Columns to make: what is read as a variable, and the most frequent of the others."""
    frequent = [str(name) for name in usable["column"].value_counts().index]
    sure = [name for name in frequent[:_MOST_LOOKED_UP] if match_name(name).confidence >= _SURE]
    others = [name for name in frequent if name not in set(sure)]
    return sure + others[:_MOST_OTHERS]


def _wide(cells: pd.DataFrame, rows: pd.DataFrame, latest: pd.DataFrame, shape: LongShape) -> pd.DataFrame:
    """One row a group: patient, day, what else the file tells of it, then a column an observation."""
    taken = {shape.value, shape.name, shape.code, shape.unit, shape.specimen} - {""}
    ordered = rows.sort_values(_ORDER)
    told = cells.drop(columns=[c for c in cells if c in taken]).loc[ordered.index]
    told = told.replace(r"^\s*$", np.nan, regex=True).groupby(ordered["group"].to_numpy()).last()
    order = [str(name) for name in latest.sort_values("place")["column"].drop_duplicates()]
    values = latest.pivot(index="group", columns="column", values="value")[order]
    first = rows.groupby("group")["place"].min()
    both = pd.concat([told, values.reindex(told.index)], axis=1).loc[first.sort_values().index]
    both.columns = pd.Index(distinct_headers([str(name) for name in both.columns]))
    both.index = pd.Index(cells.index.to_numpy()[first.sort_values().to_numpy()], name="row")
    return pd.DataFrame({name: _plain(both[name]) for name in both.columns}, index=both.index)


def _plain(column: pd.Series) -> pd.Series:
    return column if is_numeric(column) else column.astype(TEXT).fillna("")
