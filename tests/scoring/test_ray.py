"""A real local Ray cluster of two workers: the result is that of one machine, also when a worker is killed midway."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import threading
from dataclasses import replace
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from riskmodels.cohorts.nhanes import read_demo
from riskmodels.errors import FileError, InputError
from riskmodels.interop.columns.header import read_headers
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import CohortMapping, ColumnMapping, Visits
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import open_source
from riskmodels.scoring import ray_engine
from riskmodels.scoring.ray_engine import Cluster, Job, Meaning, list_pieces, score_on_ray, score_piece
from riskmodels.scoring.sinks import open_sink
from riskmodels.scoring.sources import open_cohort
from riskmodels.scoring.stream import Plan, StreamCounts, score_stream
from riskmodels.tabular.model import load_shipped
from riskmodels.vocabulary import VOCABULARY
from tests.waiting import until

COLUMNS = "age sex bmi systolic_bp total_cholesterol hdl_cholesterol glucose smoking diabetes bp_medication".split()
ROWS = 24_000

needs_ray = [
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason="Ray is not installed: pip install --no-deps --require-hashes -r locks/scale.txt",
    ),
    pytest.mark.filterwarnings("ignore"),  # Ray's own: deprecations, and sockets and files it closes at exit
]


def in_words(people: pd.DataFrame) -> pd.DataFrame:
    """Answers as the app's own files have them."""
    words = {name: {c.code: c.word for c in VOCABULARY[name].choices} for name in people if VOCABULARY[name].choices}
    return people.assign(**{name: people[name].map(of) for name, of in words.items()})


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """24,000 people in three files of several row groups."""
    folder = tmp_path_factory.mktemp("cohort")
    people = read_demo()[COLUMNS].sample(ROWS, replace=True, random_state=0).reset_index(drop=True)
    people.loc[::500, "age"] = np.nan
    people = in_words(people)
    people.insert(0, "patient", [f"P{i:06d}" for i in range(ROWS)])
    for i, part in enumerate(np.array_split(np.arange(ROWS), 3)):
        people.iloc[part].to_parquet(folder / f"{i}.parquet", row_group_size=2_000, index=False)
    return folder


@pytest.fixture(scope="module")
def single(source, tmp_path_factory) -> tuple[pd.DataFrame, StreamCounts]:
    """Table and counts of the single-machine engine."""
    target = tmp_path_factory.mktemp("single") / "out.parquet"
    cohort = open_cohort(source)
    plan = Plan(inputs=cohort.inputs, units=cohort.units)
    counts = score_stream(cohort, open_sink(target), load_shipped(), plan)
    return pd.read_parquet(target), counts


@pytest.fixture
def small_pieces(monkeypatch) -> None:
    """Pieces of 2,000 rows, so that a worker has many."""
    monkeypatch.setattr(ray_engine, "PIECE_ROWS", 2_000)


def result(target: Path) -> pd.DataFrame:
    """The parts, in the order of their names."""
    return pd.concat([pd.read_parquet(p) for p in sorted(target.glob("part-*.parquet"))], ignore_index=True)


def kill_first_writer(target: Path, killed: list[int]) -> None:
    """SIGKILL for the process that is writing a part: its temporary file has its id in its name."""
    found: list[Path] = []
    until(lambda: found.extend(target.glob(".part-*.part")) or found, every=0.002)
    pid = int(found[0].name.split(".")[-2])
    os.kill(pid, signal.SIGKILL)
    killed.append(pid)


@pytest.mark.parametrize("kill", [False, True], ids=["undisturbed", "one worker killed"])
@pytest.mark.usefixtures("small_pieces")
class TestCluster:
    pytestmark = needs_ray

    def test_result_is_complete_and_identical_to_one_machine(self, source, single, tmp_path, kill):
        target, told, killed = tmp_path / "out", [], []
        target.mkdir()
        killer = threading.Thread(target=kill_first_writer, args=(target, killed))
        if kill:
            killer.start()
        plan = Plan(progress=lambda done, total: told.append((done, total)))
        counts = score_on_ray(str(source), str(target), plan, Cluster(actors=2))
        if kill:
            killer.join()
            assert len(killed) == 1
        table, expected = single
        assert counts == expected
        pd.testing.assert_frame_equal(result(target), table)
        assert told[-1] == (ROWS, ROWS)
        assert sorted(p.name for p in target.iterdir()) == ["_SUCCESS", *(f"part-{i:05d}.parquet" for i in range(12))]
        assert json.loads((target / "_SUCCESS").read_text())["read"] == ROWS


class TestFailure:
    pytestmark = needs_ray

    def test_run_that_fails_leaves_no_part(self, source, tmp_path):
        target = tmp_path / "out"
        with pytest.raises(Exception, match="No model estimates"):
            score_on_ray(str(source), str(target), Plan(outcomes=("gout",)), Cluster(actors=1))
        assert list(target.iterdir()) == []


class TestMeaning:
    """What is checked before a cluster starts."""

    def test_numbers_for_sex_are_refused_with_the_way_to_a_mapping(self, source, tmp_path):
        (tmp_path / "in").mkdir()
        people = pd.read_parquet(source / "0.parquet").assign(sex=lambda f: (f["sex"] == "male").astype(float))
        people.to_parquet(tmp_path / "in" / "a.parquet", index=False)
        with pytest.raises(InputError, match=r"leave questions open.*--mapping mapping\.json"):
            score_on_ray(str(tmp_path / "in"), str(tmp_path / "out"), Plan(), Cluster(actors=1))

    def test_mapping_with_an_open_question_is_refused(self, source, tmp_path):
        headers = pq.read_schema(source / "0.parquet").names
        columns = tuple(ColumnMapping(header) for header in headers)
        with pytest.raises(InputError, match="Which column holds age"):
            score_on_ray(str(source), str(tmp_path / "out"), Plan(), Cluster(), Layout("", CohortMapping(columns)))

    def test_latest_visits_are_refused(self, source, tmp_path):
        columns = tuple(ColumnMapping(header) for header in pq.read_schema(source / "0.parquet").names)
        layout = Layout("", CohortMapping(columns, visits=Visits.LATEST))
        with pytest.raises(InputError, match="--engine stream"):
            score_on_ray(str(source), str(tmp_path / "out"), Plan(), Cluster(), layout)

    def test_piece_is_read_by_its_mapping_as_by_the_own_columns(self, source, tmp_path):
        schema, pieces = list_pieces(str(source), 4_000)
        own = Job(str(source), str(tmp_path / "own"), Plan(outcomes=("cvd_10y",)), Meaning(read_headers(schema.names)))
        mapping = propose(take_sample(open_source(source / "0.parquet"))).mapping.with_column("glucose", unit="mg/dL")
        mapped = replace(own, target=str(tmp_path / "mapped"), meaning=Meaning(mapping=mapping))
        for job in (own, mapped):
            Path(job.target).mkdir()
            score_piece(pieces[0], job, load_shipped())
        found, expected = (pd.read_parquet(Path(job.target) / pieces[0].name) for job in (mapped, own))
        np.testing.assert_allclose(found["cvd_10y_risk"], expected["cvd_10y_risk"])


class TestPieces:
    def test_pieces_cover_all_rows_in_order(self, source):
        _, pieces = list_pieces(str(source), 4_000)
        assert [p.rows for p in pieces] == [4_000] * 6
        assert [p.first for p in pieces] == list(range(0, ROWS, 4_000))
        assert [p.name for p in pieces][-1] == "part-00005.parquet"

    def test_row_group_larger_than_a_piece_is_one_piece(self, source):
        _, pieces = list_pieces(str(source), 1)
        assert {p.rows for p in pieces} == {2_000}

    def test_folder_without_parquet_is_refused(self, tmp_path):
        with pytest.raises(FileError, match="no Parquet file"):
            list_pieces(str(tmp_path))

    def test_file_that_is_no_parquet_is_refused(self, tmp_path):
        (tmp_path / "a.parquet").write_text("age,sex\n")
        with pytest.raises(FileError, match="is no Parquet file"):
            list_pieces(str(tmp_path))

    def test_target_that_holds_something_is_refused_before_anything_starts(self, source, tmp_path):
        (tmp_path / "old.parquet").write_bytes(b"")
        with pytest.raises(InputError, match="is not empty"):
            score_on_ray(str(source), str(tmp_path), Plan(), Cluster(actors=1))

    def test_piece_goes_to_and_comes_from_an_object_store(self, source, tmp_path):
        """fsspec's memory store: no paths, no renames."""
        store = fsspec.filesystem("memory")
        store.put(str(source / "0.parquet"), "/cohort/0.parquet")
        schema, pieces = list_pieces("memory://cohort", 4_000)
        meaning = Meaning(read_headers(schema.names))
        job = Job("memory://cohort", "memory://result", Plan(inputs=meaning.inputs), meaning)
        counts = score_piece(pieces[1], job, load_shipped())
        store.get("/result/part-00001.parquet", str(tmp_path / "part.parquet"))
        assert counts.read == 4_000
        assert pq.read_table(tmp_path / "part.parquet")["patient"].to_pylist()[0] == "P004000"

    def test_piece_started_again_gives_the_same_file(self, source, tmp_path):
        schema, pieces = list_pieces(str(source), 4_000)
        job = Job(str(source), str(tmp_path), Plan(), Meaning(read_headers(schema.names)))
        first = score_piece(pieces[0], job, load_shipped())
        earlier = pd.read_parquet(tmp_path / pieces[0].name)
        assert score_piece(pieces[0], replace(job), load_shipped()) == first
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / pieces[0].name), earlier)
