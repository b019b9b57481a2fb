"""A cohort in chunks: the same answers as at once, counts that add up, no half file, formulas made harmless."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskmodels.checks import check
from riskmodels.cohorts.nhanes import read_demo
from riskmodels.errors import FileError, InputError
from riskmodels.interop.columns.apply import apply
from riskmodels.interop.columns.propose import propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import open_source
from riskmodels.scoring import score_cohort
from riskmodels.scoring.command import add_arguments, score_command
from riskmodels.scoring.sinks import CsvSink, ParquetSink, csv_column, open_sink
from riskmodels.scoring.sources import open_cohort
from riskmodels.scoring.stream import CancelledError, Chunk, Plan, score_stream
from riskmodels.tabular.model import load_shipped
from riskmodels.vocabulary import VOCABULARY

MODELS = load_shipped()
COLUMNS = "age sex bmi systolic_bp total_cholesterol hdl_cholesterol glucose smoking diabetes bp_medication".split()


@pytest.fixture(scope="module")
def cohort() -> pd.DataFrame:
    """600 people with an id, three without a usable age, three with an impossible glucose."""
    people = read_demo()[COLUMNS].head(600).reset_index(drop=True)
    people.loc[[3, 77], "age"] = np.nan
    people.loc[5, "age"] = 12.0
    people.loc[[9, 10, 590], "glucose"] = 99_999.0
    for name in people:
        if VOCABULARY[name].choices:
            people[name] = people[name].map({c.code: c.word for c in VOCABULARY[name].choices})
    people.insert(0, "patient", [f"P{i:04d}" for i in range(len(people))])
    return people


@pytest.fixture(params=["csv", "parquet"])
def source(request, cohort, tmp_path) -> Path:
    path = tmp_path / f"cohort.{request.param}"
    cohort.to_csv(path, index=False) if request.param == "csv" else cohort.to_parquet(path, index=False)
    return path


def run(path: Path, target: Path, chunk: int = 128, **options):
    source = open_cohort(path, chunk)
    return score_stream(
        source, open_sink(target), MODELS, Plan(inputs=source.inputs, units=source.units, total=source.rows, **options)
    )


# --- the same answers ------------------------------------------------------------------------------------------------


def test_file_in_chunks_gives_what_the_whole_frame_gives(source, cohort, tmp_path):
    run(source, tmp_path / "out.parquet")
    found = pd.read_parquet(tmp_path / "out.parquet")
    whole = score_cohort(check(cohort), MODELS)
    assert found["patient"].tolist() == cohort["patient"].tolist()
    for outcome in ("diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"):
        for part in ("risk", "low", "high"):
            expected = whole.column(outcome, part).to_numpy(float)
            np.testing.assert_allclose(found[f"{outcome}_{part}"].to_numpy(float), expected, rtol=1e-9, equal_nan=True)
        for part in ("note", "reasons"):
            assert found[f"{outcome}_{part}"].tolist() == whole.column(outcome, part).tolist()
    assert found["problems"].tolist() == whole.problems.tolist()


def test_what_is_measured_has_a_column_a_validity_and_a_count_of_its_own(cohort, tmp_path):
    path, people = tmp_path / "measured.csv", cohort.assign(hba1c=np.nan)
    people.loc[20:29, "hba1c"], people.loc[20:29, "diabetes"] = 5.4, "no"
    people.loc[[3, 77], "hba1c"], people.loc[[3, 77], "diabetes"] = 9.0, "no"  # without an age nothing is estimated
    people.to_csv(path, index=False)
    counts = run(path, tmp_path / "out.parquet")
    found = pd.read_parquet(tmp_path / "out.parquet")
    measured = found["diabetes_measured"] != ""
    assert measured.sum() == counts.by_measurement["diabetes"] == 12
    assert found.loc[measured, "diabetes_risk"].isna().all()
    assert set(found.loc[measured, "diabetes_validity"]) == {"measured"}
    assert not (found.loc[~measured, "diabetes_validity"] == "measured").any()
    nothing = found[[f"{outcome}_risk" for outcome in counts.by_outcome]].isna().all(axis=1)
    assert counts.measured == (measured & nothing).sum() >= 2
    assert counts.read == counts.scored + counts.measured + counts.not_scored


@pytest.mark.parametrize("options", [{"workers": 3}, {"chunk": 50}, {"chunk": 10_000}])
def test_threads_and_size_of_chunks_change_nothing(source, tmp_path, options):
    run(source, tmp_path / "a.parquet")
    run(source, tmp_path / "b.parquet", **options)
    first, second = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in "ab")
    pd.testing.assert_frame_equal(first, second, rtol=1e-9)


def test_frames_with_problems_as_the_other_reader_yields_them_fit(cohort, tmp_path):
    checked = check(cohort)
    counts = score_stream([(checked.frame, checked.problems)], open_sink(tmp_path / "o.parquet"), MODELS, Plan())
    assert counts.read == 600
    assert pd.read_parquet(tmp_path / "o.parquet")["problems"].ne("").sum() == counts.with_problems == 6


def test_piece_larger_than_a_chunk_is_scored_in_parts_with_their_problems(cohort, tmp_path, monkeypatch):
    monkeypatch.setattr("riskmodels.scoring.stream.CHUNK_ROWS", 64)
    checked, told = check(cohort), []
    chunk = Chunk(checked.frame, checked.problems, cohort)
    plan = Plan(progress=lambda done, total: told.append(done))
    assert score_stream([chunk], open_sink(tmp_path / "o.parquet"), MODELS, plan).with_problems == 6
    found = pd.read_parquet(tmp_path / "o.parquet")
    assert told == [*range(64, 600, 64), 600]
    assert found["patient"].tolist() == cohort["patient"].tolist()
    assert found["problems"].tolist() == score_cohort(checked, {}).problems.tolist()


def test_file_of_another_layout_is_scored_by_its_mapping(cohort, tmp_path):
    names = {"age": "Alter", "sex": "Geschlecht", "systolic_bp": "SBP (mmHg)", "total_cholesterol": "Chol [mg/dL]"}
    foreign = cohort[["patient", *names]].rename(columns=names)
    foreign["Geschlecht"] = cohort["sex"].map({"female": "F", "male": "M"})
    foreign.to_csv(tmp_path / "in.csv", index=False, sep=";")
    source = open_source(tmp_path / "in.csv")
    mapping = propose(take_sample(source)).mapping
    assert mapping.questions() == ()
    mapped = (apply(mapping, part) for part in source.chunks(128))
    chunks = (Chunk(part.frame, part.checked.problems, part.cells) for part in mapped)
    counts = score_stream(chunks, open_sink(tmp_path / "o.parquet"), MODELS, Plan())
    found, expected = pd.read_parquet(tmp_path / "o.parquet"), score_cohort(check(cohort[list(names)]), MODELS)
    assert counts.read == 600
    assert list(found.columns[:5]) == list(foreign.columns)
    np.testing.assert_allclose(found["cvd_10y_risk"].to_numpy(float), expected.column("cvd_10y", "risk"), rtol=1e-9)
    assert found["cvd_10y_reasons"].tolist() == expected.column("cvd_10y", "reasons").tolist()


def test_original_may_be_a_frame_of_texts(cohort, tmp_path):
    checked = check(cohort)
    original = pd.DataFrame({"Sex": cohort["sex"].map({"female": "F", "male": "M"}), "n": cohort["age"]})
    score_stream([Chunk(checked.frame, original=original)], open_sink(tmp_path / "o.parquet"), MODELS, Plan())
    found = pd.read_parquet(tmp_path / "o.parquet")
    assert list(found.columns[:3]) == ["Sex", "n", "diabetes_risk"]
    assert found["Sex"].tolist() == original["Sex"].tolist()


def test_original_of_other_rows_is_refused(cohort, tmp_path):
    chunk = Chunk(check(cohort).frame, original=cohort.head(3))
    with pytest.raises(InputError, match="other rows"):
        score_stream([chunk], open_sink(tmp_path / "o.parquet"), MODELS, Plan())


def test_prediction_alone_has_no_column_of_reasons(source, tmp_path):
    run(source, tmp_path / "out.parquet", reasons=0)
    names = pq.read_schema(tmp_path / "out.parquet").names
    assert "diabetes_risk" in names
    assert "diabetes_reasons" not in names


def test_outcome_whose_required_input_the_file_has_not_is_left_out(source, tmp_path):
    counts = run(source, tmp_path / "out.parquet")
    assert set(counts.by_outcome) == {"diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"}


def test_outcome_that_no_model_estimates_is_refused(source, tmp_path):
    with pytest.raises(InputError, match="No model estimates “gout”"):
        run(source, tmp_path / "out.parquet", outcomes=("gout",))


def test_column_of_the_file_is_not_overwritten(cohort, tmp_path):
    cohort.assign(diabetes_risk="mine").to_csv(tmp_path / "in.csv", index=False)
    run(tmp_path / "in.csv", tmp_path / "out.parquet")
    found = pd.read_parquet(tmp_path / "out.parquet")
    assert (found["diabetes_risk"] == "mine").all()
    assert found["diabetes_risk_2"].notna().any()


def test_unit_of_the_header_is_used_and_said(cohort, tmp_path):
    table = cohort.assign(**{"hdl_cholesterol [mmol/L]": cohort["hdl_cholesterol"] / 38.67}).drop(
        columns="hdl_cholesterol"
    )
    table.to_csv(tmp_path / "in.csv", index=False)
    run(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert pd.read_parquet(tmp_path / "out.parquet")["diabetes_reasons"].str.contains("mmol/L").any()


def test_text_among_numbers_in_a_late_block_is_a_problem_of_its_row(cohort, tmp_path):
    table = cohort.astype({"glucose": object})
    table.loc[599, "glucose"] = "n.d."
    table.to_csv(tmp_path / "in.csv", index=False)
    run(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert "Glucose is not a number" in pd.read_parquet(tmp_path / "out.parquet")["problems"].iloc[-1]


# --- counts ----------------------------------------------------------------------------------------------------------


def test_counts_add_up_and_are_those_of_the_file(source, tmp_path):
    counts = run(source, tmp_path / "out.parquet")
    found = pd.read_parquet(tmp_path / "out.parquet")
    risks = found[[f"{o}_risk" for o in counts.by_outcome]]
    assert counts.read == counts.scored + counts.not_scored == len(found) == 600
    assert counts.scored == risks.notna().any(axis=1).sum() < 600
    assert counts.with_problems == (found["problems"] != "").sum() == 6
    assert counts.by_outcome == {o: found[f"{o}_risk"].notna().sum() for o in counts.by_outcome}


def test_validity_says_estimated_held_caution_or_refused_as_held_and_note_do(source, tmp_path):
    counts = run(source, tmp_path / "out.parquet")
    found = pd.read_parquet(tmp_path / "out.parquet")
    refused, note, held = found["diabetes_risk"].isna(), found["diabetes_note"], found["diabetes_held"] != ""
    assert (found["diabetes_validity"][refused] == "refused").all()
    assert (found["diabetes_validity"][~refused & ~held & (note != "")] == "caution").all()
    assert (found["diabetes_validity"][~refused & ~held & (note == "")] == "estimated").all()
    assert found["diabetes_validity"][held].isin(["held", "at least", "at most"]).all()
    assert not (refused & held).any()
    assert (note[refused] != "").all()
    careful = [found[f"{o}_risk"].notna() & (found[f"{o}_note"] != "") for o in counts.by_outcome]
    assert counts.cautions == np.logical_or.reduce(careful).sum() > 0
    at_an_edge = [found[f"{o}_held"] != "" for o in counts.by_outcome]
    assert counts.held == np.logical_or.reduce(at_an_edge).sum() > 0


def test_progress_tells_rows_written_and_in_all(source, tmp_path):
    told = []
    run(source, tmp_path / "out.parquet", chunk=256, progress=lambda done, total: told.append((done, total)))
    total = 600 if source.suffix == ".parquet" else 0
    assert told == [(256, total), (512, total), (600, total)]


# --- whole or not at all ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_cancelled_between_chunks_leaves_nothing(source, tmp_path, name, workers):
    done = []
    folder = tmp_path / "result"
    folder.mkdir()
    with pytest.raises(CancelledError):
        run(
            source,
            folder / name,
            workers=workers,
            progress=lambda rows, _: done.append(rows),
            cancelled=lambda: len(done) == 2,
        )
    assert done == [128, 256]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_interrupt_leaves_the_earlier_result_as_it_was(source, tmp_path, name):
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / name).write_bytes(b"earlier")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(source, folder / name, progress=interrupt)
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() == b"earlier"


def test_nothing_stands_under_the_final_name_before_the_last_chunk(source, tmp_path):
    seen = []
    target = tmp_path / "out.parquet"
    run(source, target, progress=lambda done, total: seen.append(target.exists()))
    assert not any(seen)
    assert target.exists()


def test_only_some_chunks_are_ever_in_memory(cohort, tmp_path):
    """The source is asked for the next chunk only when an earlier one has been written."""
    frame, asked, written = check(cohort).frame.head(10), [], []

    def chunks():
        for i in range(50):
            asked.append(i)
            assert len(asked) - len(written) <= 4
            yield frame, []

    plan = Plan(workers=2, progress=lambda done, total: written.append(done))
    assert score_stream(chunks(), open_sink(tmp_path / "o.parquet"), MODELS, plan).read == 500


def test_long_result_is_written_in_row_groups(cohort, tmp_path, monkeypatch):
    monkeypatch.setattr("riskmodels.scoring.sinks.GROUP_ROWS", 200)
    cohort.to_parquet(tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.parquet", chunk=100)
    metadata = pq.read_metadata(tmp_path / "out.parquet")
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [200, 200, 200]


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_formula_in_a_cell_or_header_is_made_harmless(cohort, tmp_path):
    table = cohort.assign(**{"=cmd": "x", "note": "ok"})
    table.loc[7, "note"] = "=1+1"
    table.loc[8, "note"] = "-5"
    table.loc[9, "note"] = "\u00a0=2"
    table.to_csv(tmp_path / "in.csv", index=False)
    run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    found = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert "'=cmd" in found
    assert found.loc[[6, 7, 8, 9], "note"].tolist() == ["ok", "'=1+1", "-5", "'\u00a0=2"]


def test_csv_and_parquet_hold_the_same(source, tmp_path):
    run(source, tmp_path / "out.csv")
    run(source, tmp_path / "out.parquet")
    text, table = pd.read_csv(tmp_path / "out.csv"), pd.read_parquet(tmp_path / "out.parquet")
    assert list(text.columns) == list(table.columns)
    np.testing.assert_allclose(text["diabetes_risk"], table["diabetes_risk"], rtol=1e-6)
    assert text["diabetes_reasons"].fillna("").tolist() == table["diabetes_reasons"].tolist()


def test_null_text_stays_null_beside_a_formula():
    column = csv_column(pa.chunked_array([["=1", None], ["a", "@x"]]))
    assert column.to_pylist() == ["'=1", None, "a", "'@x"]


def test_delimiter_of_the_source_is_kept(cohort, tmp_path):
    cohort.to_csv(tmp_path / "in.csv", index=False, sep=";")
    options = arguments(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"))
    assert score_command(options, lambda line: None) == 0
    assert (tmp_path / "out.csv").read_text("utf-8-sig").startswith('"patient";"age"')


# --- files that are not as they should be ----------------------------------------------------------------------------


def test_folder_of_parquet_files_is_one_cohort_in_the_order_of_names(cohort, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    cohort.iloc[:350].to_parquet(folder / "a.parquet")
    cohort.iloc[350:].to_parquet(folder / "b.parquet")
    assert run(folder, tmp_path / "out.parquet").read == 600
    assert pd.read_parquet(tmp_path / "out.parquet")["patient"].tolist() == cohort["patient"].tolist()


def test_cohort_of_no_rows_gives_the_columns(cohort, tmp_path):
    checked = check(cohort.head(0))
    counts = score_stream([(checked.frame, [])], open_sink(tmp_path / "o.parquet"), MODELS, Plan())
    assert (counts.read, counts.scored, counts.not_scored) == (0, 0, 0)
    assert "coronary_disease_reasons" in pq.read_schema(tmp_path / "o.parquet").names


def test_source_without_a_chunk_is_refused(tmp_path):
    with pytest.raises(InputError, match="no rows"):
        score_stream([], open_sink(tmp_path / "o.parquet"), MODELS, Plan())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["absent.csv", "empty"])
def test_absent_file_and_empty_folder_are_said(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError, match="There is no"):
        open_cohort(tmp_path / name)


def test_damaged_parquet_is_said(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(FileError, match="damaged"):
        open_cohort(tmp_path / "a.parquet")


def test_row_with_too_many_cells_is_said_and_leaves_nothing(cohort, tmp_path):
    cohort.to_csv(tmp_path / "in.csv", index=False)
    with (tmp_path / "in.csv").open("a") as file:
        file.write(",".join("1" * 30) + "\n")
    with pytest.raises(FileError, match="cannot be read"):
        run(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


@pytest.mark.parametrize("name", ["out.xlsx", "nowhere/out.csv"])
def test_target_of_another_kind_or_in_no_folder_is_refused(tmp_path, name):
    with pytest.raises(InputError):
        open_sink(tmp_path / name)


@pytest.mark.parametrize("kind", [ParquetSink, CsvSink])
def test_sink_that_took_nothing_can_be_aborted(tmp_path, kind):
    kind(tmp_path / "x").abort()
    assert list(tmp_path.iterdir()) == []


# --- the command -----------------------------------------------------------------------------------------------------


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_command_scores_a_file_and_says_the_counts(source, tmp_path):
    said = []
    options = arguments(str(source), str(tmp_path / "out.parquet"), "--outcome", "diabetes", "--workers", "2")
    assert score_command(options, said.append) == 0
    assert "600 rows read" in said[-3]
    assert said[-2].startswith("Undiagnosed diabetes now: ")
    assert "cvd_10y_risk" not in pq.read_schema(tmp_path / "out.parquet").names


def test_address_without_ray_is_refused(source, tmp_path):
    with pytest.raises(InputError, match="--address"):
        score_command(arguments(str(source), str(tmp_path / "o.csv"), "--address", "auto"), lambda line: None)
