"""The measuring of docs/scaling.md: the cohort it makes and one run in a process of its own."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq

from riskmodels.scoring.sources import open_cohort
from riskmodels.shipping.bench.scale import COLUMNS, measure_scale, run_apart, write_cohort


def test_cohort_has_an_id_and_nineteen_usable_variables(tmp_path):
    write_cohort(tmp_path / "a.csv", 1_000)
    table = pd.read_csv(tmp_path / "a.csv")
    assert list(table.columns) == ["patient", *COLUMNS]
    assert len(table) == table["patient"].nunique() == 1_000
    assert sum(len(chunk.problems) for chunk in open_cohort(tmp_path / "a.csv")) < 10


def test_csv_and_parquet_hold_the_same_people(tmp_path):
    for kind in ("csv", "parquet"):
        write_cohort(tmp_path / f"a.{kind}", 500)
    text, typed = pd.read_csv(tmp_path / "a.csv"), pd.read_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(text.astype(object).fillna(""), typed.astype(object).fillna(""), check_dtype=False)


def test_run_in_a_process_of_its_own_scores_the_file_and_tells_its_memory(tmp_path):
    found = run_apart(tmp_path, 1_000, "csv", "parquet", True, 1)
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 1_000
    assert found.memory > 100
    assert found.whole > found.seconds > 0


def test_table_has_a_line_for_each_size_and_kind_of_file():
    said = []
    table = measure_scale([200], said.append, 1)
    assert table.count("| 200 |") == 4
    assert table.splitlines() == "\n".join(said).splitlines()
