"""Mutated files: whatever comes in, either an InputError with a hint comes out, or every row of the file is counted.

200 examples by default; CARERISK_FUZZ=2000 for the full run.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from dataclasses import replace

import pandas as pd
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from riskmodels.errors import InputError
from riskmodels.interop.columns.apply import Counts, apply
from riskmodels.interop.columns.layouts import Layout, recognise
from riskmodels.interop.columns.mapping import NOT_USABLE, Asks, CohortMapping, Combine, Question, Role
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.recoded import NO_COPY
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.columns.visits import earlier_visits
from riskmodels.interop.table.source import Source, open_source
from riskmodels.vocabulary import VOCABULARY, Kind

EXAMPLES = int(os.environ.get("CARERISK_FUZZ", "200"))
FUZZ = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))

ENGLISH = (
    "patient_id,visit_date,age,sex,SBP (mmHg),DBP,chol,HDL [mmol/L],HbA1c,smoker,dm,note\n"
    'A1,2024-01-03,63,M,148,88,233,1.2,5.9,yes,no,"said ""ok"", then left"\n'
    "A1,2024-05-03,64,M,<90,86,999,1.1,n/a,no,no,\n"
    "A2,2024-02-11,41,F,121,70,4.9,,5.2,never,yes,=1+1\n\n"
    "A3,,,F,-9,0,190,0.9,41,former,?,x\n"
)
GERMAN = (
    "Patientennr;Alter;Geschlecht;Größe (cm);Gewicht;RR syst.;Gesamtcholesterin [mmol/l];Raucher\n"
    "7;63;m;178;82,5;148;5,9;ja\n8;41;w;164;61,0;121;4,7;nein\n9;58;w;1.234,5;70;k.A.;<2,5;Ex-Raucher\n"
)
BASES = [
    ENGLISH.encode(),
    ENGLISH.replace(",", "\t").encode("utf-8-sig"),
    ENGLISH.replace("\n", "\r\n").encode("utf-16"),
    GERMAN.encode("cp1252"),
    GERMAN.encode(),
    gzip.compress(GERMAN.encode()),
    b"sep=;\r\n" + GERMAN.encode(),
    b"Export of 2024-01-01\n\n" + ENGLISH.encode(),
]
BITS = [b",", b";", b"\t", b'"', b'""', b"\n", b"\r", b"\r\n", b"\x00", b"\xff", b"\xe4", b"1e999", b"nan", b"inf"]
BITS += [b"-", b"<5", b"<", b".", b"5,5", b"\xef\xbb\xbf", b"sep=;\n", b"'", b"|", b"9" * 40, b"\xe2\x80\xa8", b"age"]

edits = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "repeat", "swap"]),
        st.integers(0, 1_000),
        st.integers(0, 60),
        st.sampled_from(BITS) | st.binary(max_size=6),
    ),
    max_size=8,
)


def mutated(data: bytes, changes: list[tuple[str, int, int, bytes]]) -> bytes:
    for kind, place, length, bit in changes:
        start = place % (len(data) + 1)
        end = min(len(data), start + length)
        middle = {"insert": bit + data[start:end], "delete": b"", "repeat": data[start:end] * 2, "swap": bit}[kind]
        data = data[:start] + middle + data[end:]
    return data


def answered(mapping: CohortMapping) -> CohortMapping:
    """Every question with its last answer, as a person in a hurry would."""
    for question in mapping.questions():
        mapping = _ANSWERS[question.asks](mapping, question)
    return mapping


def _combined(mapping: CohortMapping, question: Question) -> CohortMapping:
    return replace(mapping, combine=mapping.combine | {question.variable: Combine.FIRST})


def _needed(mapping: CohortMapping, question: Question) -> CohortMapping:
    value = "50" if VOCABULARY[question.variable].kind is Kind.NUMBER else "female"
    return replace(mapping, constants=mapping.constants | {question.variable: value})


def _boxes(mapping: CohortMapping, question: Question) -> CohortMapping:
    for column in mapping.holding(question.variable):
        for code in column.codes:
            mapping = mapping.with_code(column.header, code.text, NOT_USABLE)
    return mapping


_ANSWERS = {
    Asks.UNIT: lambda m, q: m.with_column(q.header, unit=q.choices[-1]),
    Asks.CODE: lambda m, q: m.with_code(q.header, q.code, NOT_USABLE),
    Asks.DATE: lambda m, q: m.with_column(q.header, date_format=q.choices[0]) if q.header else m,
    Asks.MEANING: lambda m, q: m.with_column(q.header, role=Role(q.choices[-1])),
    Asks.COPY: lambda m, q: replace(m, recoding=NO_COPY),
    Asks.COMBINE: _combined,
    Asks.NEEDED: _needed,
    Asks.BOXES: _boxes,
}


def counted(source: Source, mapping: CohortMapping, chunk: int) -> tuple[Counts, list[int]]:
    counts, rows = Counts(), []
    for part in source.chunks(rows=chunk):
        applied = apply(mapping, part)
        counts = counts + applied.counts
        rows += applied.frame.index.tolist()
        assert len(applied.rejects) == applied.counts.refused
        assert set(applied.problems["row"]) <= set(applied.frame.index)
        assert applied.frame.dtypes.eq("float64").all()
    return counts, rows


def whole_way(data: bytes, chunk: int) -> tuple[Source, Counts, list[int]] | None:
    try:
        source = open_source(data)
        sample = take_sample(source)
        mapping = answered(propose(sample).mapping)
        assert mapping.questions() == ()
        again = recognise(source.headers, [Layout.from_json(Layout("x", mapping).to_json())])
        assert again is not None
        counts, rows = counted(source, mapping, chunk)
        assert counts.read == sample.rows
        if mapping.with_role(Role.PATIENT) and mapping.with_role(Role.DATE):
            assert set(earlier_visits(mapping, source)) < set(rows)
    except InputError as refusal:
        error = refusal
    else:
        event("counted")
        return source, counts, rows
    event(f"refused: {error.message[:28]}")
    assert error.message
    assert error.hint
    return None


@FUZZ
@given(st.sampled_from(BASES), edits, st.sampled_from([1, 3, 1_000]))
def test_mutated_text_is_refused_or_every_row_counted(
    base: bytes, changes: list[tuple[str, int, int, bytes]], chunk: int
) -> None:
    data = mutated(base, changes)
    found = whole_way(data, chunk)
    if found is None:
        return
    source, counts, rows = found
    assert counts.read == counts.scored + counts.refused == len(rows)
    assert rows == sorted(set(rows))
    if source.format.compressed:
        data = gzip.decompress(data)
    assert rows == independent_rows(data, source)


def independent_rows(data: bytes, source: Source) -> list[int]:
    """Numbers of the filled rows below the header, as Python's csv module sees them."""
    text = data.decode(source.format.encoding, errors="replace").removeprefix("\ufeff")
    records = csv.reader(io.StringIO(text, newline=""), delimiter=source.format.delimiter)
    return [
        n
        for n, cells in enumerate(records, start=1)
        if n > source.format.header_row and any(cell.strip() for cell in cells)
    ]


def workbook() -> bytes:
    out = io.BytesIO()
    pd.read_csv(io.StringIO(ENGLISH)).to_excel(out, index=False)
    return out.getvalue()


def parquet() -> bytes:
    out = io.BytesIO()
    pd.read_csv(io.StringIO(ENGLISH)).to_parquet(out)
    return out.getvalue()


BINARY = [workbook(), parquet(), gzip.compress(ENGLISH.encode())]


@settings(FUZZ, max_examples=max(20, EXAMPLES // 4))
@given(st.sampled_from(BINARY), st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), max_size=4))
def test_damaged_workbook_parquet_or_gzip_is_refused_or_counted(base: bytes, changes: list[tuple[int, bytes]]) -> None:
    data = base
    for place, bit in changes:
        start = place % len(data)
        data = data[:start] + bit + data[start + len(bit) :]
    found = whole_way(data, 1_000)
    if found is not None:
        _, counts, rows = found
        assert counts.read == counts.scored + counts.refused == len(rows)
