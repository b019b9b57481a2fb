"""Several rows a patient: the latest visit or all of them, and nobody lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.dates import formats_of, read_dates
from riskmodels.interop.columns.mapping import CohortMapping, Visits
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.columns.visits import earlier_visits
from riskmodels.interop.table.source import Source, open_source

DATA = (
    b"patient_id,visit_date,age,sex\n"
    b"B,2024-05-01,64,f\n"  # 2: latest of B
    b"A,2023-01-01,50,m\n"  # 3
    b"B,2022-05-01,62,f\n"  # 4
    b"A,2024-01-01,51,m\n"  # 5
    b"A,2024-01-01,51,m\n"  # 6: same day, last in the file
    b",2020-01-01,70,f\n"  # 7: nobody's number
    b",2021-01-01,71,f\n"  # 8
    b"C,unclear,40,m\n"  # 9: only row of C
    b"B,unclear,65,f\n"  # 10: not the latest
)


def opened() -> tuple[Source, CohortMapping]:
    source = open_source(DATA)
    mapping = propose(take_sample(source)).mapping
    mapping = mapping.with_column("visit_date", role="date", date_format="ISO")
    return source, replace(mapping, visits=Visits.LATEST)


def test_earlier_rows_are_found() -> None:
    source, mapping = opened()
    assert earlier_visits(mapping, source).tolist() == [3, 4, 5, 10]


def test_latest_visits_are_kept_and_the_others_counted() -> None:
    source, mapping = opened()
    (chunk,) = source.chunks()
    applied = apply(mapping, chunk, earlier_visits(mapping, source))
    assert applied.frame.index.tolist() == [2, 6, 7, 8, 9]
    counts = applied.counts
    assert (counts.read, counts.scored, counts.refused, counts.earlier_visits) == (9, 5, 0, 4)


def test_all_visits_are_kept_by_default() -> None:
    source, mapping = opened()
    (chunk,) = source.chunks()
    assert apply(replace(mapping, visits=Visits.ALL), chunk).counts.scored == 9


def test_chunks_do_not_matter() -> None:
    source, mapping = opened()
    whole = earlier_visits(mapping, source)
    kept = [r for c in source.chunks(rows=2) for r in apply(mapping, c, whole).frame.index]
    assert kept == [2, 6, 7, 8, 9]


def test_without_a_date_it_is_refused() -> None:
    source, mapping = opened()
    with pytest.raises(InputError, match="needs a column of patients and one of dates"):
        earlier_visits(mapping.with_column("visit_date", role="carried"), source)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2024-01-31"], ("ISO",)),
        (["2024-01-31T08:15:00Z"], ("ISO",)),
        (["31.01.2024"], ("%d.%m.%Y",)),
        (["31/01/2024"], ("%d/%m/%Y",)),
        (["01/31/2024"], ("%m/%d/%Y",)),
        (["01/02/2024"], ("%d/%m/%Y", "%m/%d/%Y")),
        (["20240131"], ("%Y%m%d",)),
        (["soon"], ()),
        ([], ()),
    ],
)
def test_formats_of_dates(cells: list[str], expected: tuple[str, ...]) -> None:

    assert formats_of(pd.Series(cells, dtype="str")) == expected


def test_dates_that_are_none_are_unknown() -> None:

    found = read_dates(pd.Series(["2024-02-30", "", "0001-01-01", "2024-02-29"], dtype="str"), "ISO")
    assert np.isnat(found).tolist() == [True, True, True, False]
