"""FHIR exports of invented patients, written here, and the cohorts that come out of them."""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from riskmodels.cohorts.fhir_bulk import files as bulk_files
from riskmodels.cohorts.fhir_bulk.cohort import Counts, Design, Source, build_cohort
from riskmodels.cohorts.fhir_bulk.command import add_arguments, fhir_command
from riskmodels.cohorts.fhir_bulk.counts import NOT_A_KIND, OUTSIDE, READ
from riskmodels.errors import FileError, InputError
from riskmodels.interop.fhir.read import read_document
from riskmodels.scoring.command import add_arguments as add_score
from riskmodels.scoring.command import score_command
from riskmodels.vocabulary import VARIABLES
from tests.load.fhir_export import DAY, patient, write_export

Json = dict[str, Any]
AT = dt.date(2025, 6, 30)
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def person(number: str = "1", **more: Any) -> Json:
    return {"resourceType": "Patient", "id": number, "gender": "female", "birthDate": "1960-05-04", **more}


def observation(subject: Any = "Patient/1", value: float = 140, day: str = "2025-06-01", **more: Any) -> Json:
    named = {"reference": subject} if isinstance(subject, str) else subject
    quantity = {"value": value, "unit": "mm[Hg]", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
        "subject": named,
        "effectiveDateTime": day,
        "valueQuantity": quantity,
        **more,
    }


def encounter(day: str, status: str = "finished", subject: str = "Patient/1") -> Json:
    return {
        "resourceType": "Encounter",
        "status": status,
        "class": {"code": "AMB"},
        "subject": {"reference": subject},
        "period": {"start": day},
    }


def order(**more: Any) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/1"},
        "authoredOn": "2024-01-01",
        **more,
    }


def statin(number: str) -> Json:
    return {"resourceType": "Medication", "id": number, "code": {"coding": [{"system": RXNORM, "code": "83367"}]}}


class Export:
    """A folder of files to fill, and the cohort of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "export"
        self.folder.mkdir()
        self.out = folder / "cohort.parquet"

    def lines(self, *resources: Json | str | bytes, name: str = "all.ndjson") -> None:
        texts = [r if isinstance(r, str | bytes) else json.dumps(r) for r in resources]
        data = b"".join((t if isinstance(t, bytes) else t.encode()) + b"\n" for t in texts)
        (self.folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)

    def bundle(self, *entries: Json, name: str = "bundle.json", indent: int | None = 1) -> None:
        document = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        (self.folder / name).write_text(json.dumps(document, indent=indent))

    def build(self, at: dt.date | None = AT, server: str = "", **options: Any) -> tuple[pd.DataFrame, Counts]:
        design = Design(AT, at)
        counts = build_cohort(Source(self.folder, server), design, self.out, **options)
        assert_adds_up(counts)
        frame = pd.read_parquet(self.out)
        assert len(frame) == counts.rows
        return frame, counts


def assert_adds_up(counts: Counts) -> None:
    """Lines and entries are resources, each with one fate; values are counted once a row at most."""
    whole = counts.lines["one resource"] + counts.entries["a resource"]
    assert sum(counts.resources.values()) == whole
    assert all(number > 0 for number in counts.resources.values())
    people = sum(n for (kind, fate), n in counts.resources.items() if kind == "Patient" and "older" not in fate)
    assert counts.patients.total() <= people
    for name, number in counts.known.items():
        assert number <= counts.rows, name


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path)


class TestRows:
    def test_a_patient_is_a_row_with_what_the_import_of_its_bundle_reads(self, tmp_path: Path) -> None:
        export = Export(tmp_path)
        write_export(export.folder, 12)
        frame, counts = export.build(DAY)
        assert counts.patients == {"in the cohort": 12}
        for number, row in enumerate(frame.to_dict("records")):
            entries = [{"resource": r} for r in patient(number)]
            whole = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
            alone = json.loads(whole.replace("@NUMBER@", str(number)))
            values = read_document(alone, DAY).values
            assert row["person_id"] == f"p{number}"
            found = {v.name: row[v.name] for v in VARIABLES if not pd.isna(row[v.name])}
            assert found == pytest.approx({k: v for k, v in values.items() if k in found or k in row})
            assert {"age", "sex", "systolic_bp", "hba1c"} <= found.keys()

    def test_several_processes_give_the_same_rows_in_the_same_order(self, export: Export) -> None:
        write_export(export.folder, 120)
        one, counts = export.build(DAY)
        two, other = export.build(DAY, processes=2)
        pd.testing.assert_frame_equal(one, two)
        assert counts == other

    def test_a_value_before_the_look_back_or_after_the_date_is_not_used(self, export: Export) -> None:
        export.lines(person(), observation(value=111, day="2023-07-01"), observation(value=122, day="2023-06-30"),
                     observation(value=133, day="2025-07-01"))  # fmt: skip
        frame, counts = export.build()
        assert frame["systolic_bp"].tolist() == [111]
        assert counts.resources["Observation", OUTSIDE] == 2

    def test_a_row_at_each_day_of_a_visit_with_what_was_known_then(self, export: Export) -> None:
        export.lines(
            person(), observation(value=150, day="2020-03-02"), observation(value=130, day="2024-05-01"),
            encounter("2020-03-02T09:00:00Z"), encounter("2020-03-02T15:00:00Z"), encounter("2024-06-01"),
            encounter("2023-01-01", "cancelled"), encounter("2026-01-01"), encounter("2019"), encounter("1959-01-01"),
            order(medicationCodeableConcept=statin("x")["code"], authoredOn="2022-01-01"),
        )  # fmt: skip
        frame, counts = export.build(None)
        assert [d.isoformat() for d in frame["index_date"]] == ["2020-03-02", "2024-06-01"]
        assert frame["systolic_bp"].tolist() == [150, 130]
        assert frame["age"].tolist() == [59, 64]
        assert frame["cholesterol_medication"].fillna(-1).tolist() == [-1, 1]
        assert counts.visits == {
            "a visit": 2,
            "another one of the same day": 1,
            "its status is cancelled": 1,
            "it lies in the future": 1,
            "it has no day": 1,
            "before birth or after death": 1,
        }

    @pytest.mark.parametrize(
        ("more", "rows"),
        [
            ({"birthDate": "2025-07-01"}, 0),
            ({"deceasedDateTime": "2025-06-29"}, 0),
            ({"deceasedDateTime": "2025-06"}, 1),
            ({"deceasedDateTime": "2025-06-30"}, 1),
            ({"deceasedBoolean": True}, 0),
        ],
    )
    def test_who_is_not_born_yet_or_dead_has_no_row(self, export: Export, more: Json, rows: int) -> None:
        export.lines(person(**more), observation())
        frame, counts = export.build()
        assert len(frame) == rows
        assert counts.patients.total() == 1

    def test_dates_of_values_are_written_on_request(self, export: Export) -> None:
        export.lines(person(), observation(day="2025-06-01"))
        frame, _ = export.build(dates=True)
        assert frame["systolic_bp_date"].tolist() == [dt.date(2025, 6, 1)]


class TestReferences:
    @pytest.mark.parametrize(
        "subject",
        [
            "Patient/1",
            "Patient/1/_history/3",
            "urn:uuid:1",
            "https://fhir.example.org/r4/Patient/1",
            "Patient?identifier=urn:mrn|A7",
            {"identifier": {"system": "urn:mrn", "value": "A7"}},
        ],
    )
    def test_a_patient_is_found_by_each_kind_of_reference_before_or_behind(self, export: Export, subject: Any) -> None:
        export.lines(observation(subject), name="Aobservation.ndjson")
        export.lines(person(identifier=[{"system": "urn:mrn", "value": "A7"}]), name="Patient.ndjson")
        frame, _ = export.build()
        assert frame["systolic_bp"].tolist() == [140]

    @pytest.mark.parametrize(
        ("subject", "reason"),
        [
            ("Patient/2", "its patient is not there"),
            ("Group/1", "its patient is not there"),
            ("#p", "it names no patient"),
            ({"display": "somebody"}, "it names no patient"),
            ({"reference": 7}, "it names no patient"),
            (["Patient/1"], "it names no patient"),
            ({"identifier": {"system": "urn:mrn", "value": "Z"}}, "its patient is not there"),
        ],
    )
    def test_what_names_nobody_of_the_export_is_refused_and_listed(
        self, export: Export, subject: Any, reason: str
    ) -> None:
        export.lines(
            person(), observation() | {"subject": subject if not isinstance(subject, str) else {"reference": subject}}
        )
        frame, counts = export.build()
        assert frame["systolic_bp"].isna().all()
        assert counts.resources["Observation", reason] == 1
        assert [(r.place.line, r.reason) for r in counts.listed] == [(2, reason)]

    def test_of_two_servers_neither_is_taken_for_the_exports_own_unless_it_is_named(self, export: Export) -> None:
        export.lines(
            person(), observation("https://a.example/Patient/1", 150), observation("https://b.example/Patient/1", 160)
        )
        assert export.build()[0]["systolic_bp"].isna().all()
        assert export.build(server="https://b.example")[0]["systolic_bp"].tolist() == [160]

    def test_an_absolute_reference_beside_relative_ones_is_of_another_server(self, export: Export) -> None:
        export.lines(person(), observation(value=120), observation("https://b.example/Patient/1", 160, "2025-06-02"))
        frame, counts = export.build()
        assert frame["systolic_bp"].tolist() == [120]
        assert counts.resources["Observation", "its patient is not there"] == 1

    def test_an_identifier_of_two_patients_names_neither(self, export: Export) -> None:
        same = [{"system": "urn:mrn", "value": "A7"}]
        export.lines(person("1", identifier=same), person("2", identifier=same),
                     observation({"identifier": same[0]}))  # fmt: skip
        frame, counts = export.build()
        assert len(frame) == 2
        assert frame["systolic_bp"].isna().all()
        assert counts.resources["Observation", "two patients go by its patient's name"] == 1

    def test_two_people_under_one_name_are_no_patient(self, export: Export) -> None:
        export.lines(person(), person(gender="male"), observation())
        frame, counts = export.build()
        assert frame.empty
        assert counts.patients == {"told with different dates of birth or sexes": 1}

    def test_medication_is_found_in_a_file_of_its_own(self, export: Export) -> None:
        export.lines(order(medicationReference={"reference": "Medication/9"}), name="A.ndjson")
        export.lines(statin("9"), statin("8"), name="Medication.ndjson")
        export.lines(person(), name="Patient.ndjson")
        frame, counts = export.build()
        assert frame["cholesterol_medication"].tolist() == [1]
        assert counts.resources["Medication", READ] == 1
        assert counts.resources["Medication", "nothing refers to it"] == 1


class TestFiles:
    def test_a_folder_of_bundles_is_read_as_synthea_writes_them(self, export: Export) -> None:
        for number in ("a1", "b2"):
            export.bundle(
                {"fullUrl": f"urn:uuid:{number}", "resource": person(number)},
                {"fullUrl": f"urn:uuid:o{number}", "resource": observation(f"urn:uuid:{number}")},
                {"fullUrl": f"urn:uuid:m{number}", "resource": statin(f"m{number}")},
                {"resource": order(subject={"reference": f"urn:uuid:{number}"},
                                   medicationReference={"reference": f"urn:uuid:m{number}"})},
                {"resource": {"resourceType": "Claim", "id": "c"}},
                {"response": {"status": "200"}},
                name=f"{number}.json",
            )  # fmt: skip
        frame, counts = export.build()
        assert frame["systolic_bp"].tolist() == [140, 140]
        assert frame["cholesterol_medication"].tolist() == [1, 1]
        assert counts.lines == {"a Bundle": 2}
        assert counts.entries == {"a resource": 10, "without a resource": 2}
        assert counts.resources["Claim", NOT_A_KIND] == 2

    def test_relative_references_of_an_entry_are_of_its_own_server(self, export: Export) -> None:
        for server, value in (("https://a.example/fhir", 120), ("https://b.example/fhir", 150)):
            export.bundle(
                {"fullUrl": f"{server}/Patient/1", "resource": person()},
                {"fullUrl": f"{server}/Observation/1", "resource": observation(value=value)},
                name=f"{value}.json",
            )
        assert export.build()[0]["systolic_bp"].tolist() == [120, 150]

    @pytest.mark.parametrize("indent", [None, 1])
    def test_a_bundle_in_one_line_or_several_and_packed(self, export: Export, indent: int | None) -> None:
        export.bundle({"resource": person()}, {"resource": observation()}, indent=indent)
        packed = gzip.compress((export.folder / "bundle.json").read_bytes())
        (export.folder / "bundle.json").unlink()
        (export.folder / "bundle.json.gz").write_bytes(packed)
        assert export.build()[0]["systolic_bp"].tolist() == [140]

    def test_lines_that_are_no_resource_are_counted_and_named_by_number(self, export: Export) -> None:
        export.lines(
            b"\xef\xbb\xbf" + json.dumps(person()).encode(), "", "{not json", "[1]", '{"a": 1}', '{"resourceType": 5}',
            '{"resourceType": "Observation", "resourceType": "Patient"}', '{"resourceType": "Observation", "x": NaN}',
            b'{"resourceType": "\xff"}', "<Patient/>", json.dumps(observation()) + json.dumps(observation()),
            "[" * 200 + "]" * 200, observation(),
        )  # fmt: skip
        frame, counts = export.build()
        assert frame["systolic_bp"].tolist() == [140]
        assert counts.lines == {
            "one resource": 2, "blank": 1, "not JSON": 1, "JSON, but no resource": 1, "JSON, but no FHIR resource": 2,
            "a name stands twice in one place": 1, "NaN or infinity": 1, "not text in UTF-8": 1,
            "XML; only JSON is read": 1, "several documents in one line": 1, "nested too deeply": 1,
        }  # fmt: skip
        assert [r.place.line for r in counts.listed] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
        assert counts.refused == 10

    def test_a_line_that_is_too_long_is_left_out_and_the_next_is_read(
        self, export: Export, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk_files, "MAX_DOCUMENT", 5_000)
        export.lines(person(), "x" * 20_000, observation())
        frame, counts = export.build()
        assert frame["systolic_bp"].tolist() == [140]
        assert counts.lines[bulk_files.TOO_LONG] == 1

    def test_a_resource_of_more_than_a_megabyte_is_refused(self, export: Export) -> None:
        export.lines(person(), observation(note=[{"text": "x" * 2**20}]))
        _, counts = export.build()
        assert counts.resources["Observation", "it has more than 1 MB"] == 1

    def test_a_packed_file_that_is_cut_short_is_told(self, export: Export) -> None:
        export.lines(person(), *(observation(day=f"2025-01-{d:02d}") for d in range(1, 29)), name="all.ndjson.gz")
        path = export.folder / "all.ndjson.gz"
        path.write_bytes(path.read_bytes()[:-20])
        _, counts = export.build()
        assert counts.lines[bulk_files.DAMAGED] == 1

    def test_other_files_are_counted_and_an_empty_folder_is_refused(self, export: Export) -> None:
        with pytest.raises(FileError, match=r"no \.ndjson"):
            export.build()
        export.lines(person())
        (export.folder / "readme.txt").write_text("x")
        assert export.build()[1].others == 1
        with pytest.raises(FileError, match="no file or folder"):
            build_cohort(Source(export.folder / "nowhere"), Design(AT, AT), export.out)

    def test_only_parquet_is_written(self, export: Export) -> None:
        export.lines(person())
        with pytest.raises(InputError, match="parquet"):
            build_cohort(Source(export.folder), Design(AT, AT), export.out.with_suffix(".csv"))

    def test_result_is_its_owners_and_nothing_else_is_left(self, export: Export) -> None:
        export.lines(person())
        export.build()
        assert export.out.stat().st_mode & 0o077 == 0
        assert sorted(p.name for p in export.out.parent.iterdir()) == ["cohort.parquet", "export"]


class TestResources:
    def test_what_is_not_valid_fhir_is_refused_with_its_line_and_the_patient_is_kept(self, export: Export) -> None:
        export.lines(person(), observation(valueQuantity={"value": "high"}), {**observation(value=120), "planted": 1},
                     observation(value=133, day="2025-05-01"))  # fmt: skip
        frame, counts = export.build()
        assert frame["systolic_bp"].tolist() == [133]
        assert [(r.place.line, r.reason) for r in counts.listed] == [(2, "not valid FHIR"), (3, "not valid FHIR")]

    def test_a_patient_that_is_not_valid_has_no_row(self, export: Export) -> None:
        export.lines(person(birthDate="yesterday"), observation(), person("2"))
        frame, counts = export.build()
        assert frame["person_id"].tolist() == ["2"]
        assert counts.resources["Observation", "of a patient who has no row"] == 1

    def test_of_versions_of_a_resource_the_newest_counts(self, export: Export) -> None:
        old, new = ({"lastUpdated": f"2025-06-0{d}T00:00:00Z"} for d in (1, 2))
        export.lines(person(), observation(value=120, id="o", meta=new), observation(value=150, id="o", meta=old))
        frame, counts = export.build()
        assert frame["systolic_bp"].tolist() == [120]
        assert counts.resources["Observation", "an older version of another one"] == 1

    @pytest.mark.parametrize("url", ["Observation/o", "https://x.example/Observation/o"])
    def test_deleted_resources_are_left_out(self, export: Export, url: str) -> None:
        gone = {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [{"request": {"method": "DELETE", "url": url}}],
        }
        export.lines(gone, person(), observation(id="o"), observation(value=120, day="2025-01-01"))
        frame, counts = export.build()
        relative = url.startswith("Observation")
        assert frame["systolic_bp"].tolist() == [120 if relative else 140]
        assert counts.entries == {"a deletion": 1}
        assert counts.resources["Observation", "deleted"] == int(relative)

    def test_a_deleted_patient_has_no_row(self, export: Export) -> None:
        gone = {"resourceType": "Bundle", "entry": [{"request": {"method": "DELETE", "url": "Patient/1"}}]}
        export.lines(person(), observation(), gone)
        frame, counts = export.build()
        assert frame.empty
        assert counts.patients == {"deleted": 1}

    def test_a_patient_with_more_than_is_read_does_not_stop_the_others(
        self, export: Export, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("riskmodels.cohorts.fhir_bulk.store.MOST_RESOURCES", 5)
        export.lines(person(), *(observation() for _ in range(9)), person("2"), observation("Patient/2"))
        frame, counts = export.build()
        assert frame["person_id"].tolist() == ["2"]
        assert counts.resources["Observation", "of a patient who has no row"] == 9

    @pytest.mark.parametrize(
        "element", ["subject", "code", "status", "id", "effectiveDateTime", "effectivePeriod", "meta"]
    )
    @pytest.mark.parametrize("wrong", [7, [], {}, "x", None, [{"a": []}]])
    def test_wrong_types_never_stop_it(self, export: Export, element: str, wrong: Any) -> None:
        export.lines(
            person(), observation() | {element: wrong}, person("2"), encounter("2025-01-01") | {element: wrong}
        )
        for at in (AT, None):
            frame, _ = export.build(at)
            assert len(frame) <= 2

    @pytest.mark.parametrize("element", ["id", "birthDate", "gender", "identifier", "deceasedDateTime", "extension"])
    @pytest.mark.parametrize("wrong", [7, [], {}, "?", None, [{"a": []}]])
    def test_a_patient_of_wrong_types_never_stops_it(self, export: Export, element: str, wrong: Any) -> None:
        export.lines(person() | {element: wrong}, observation(), person("2"))
        frame, _ = export.build()
        assert "2" in frame["person_id"].tolist()


class TestCommand:
    def run(self, export: Export, *arguments: str) -> list[str]:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        said: list[str] = []
        words = [str(export.folder), "--processes", "1", "--out", str(export.out), *arguments]
        assert fhir_command(parser.parse_args(words), said.append) == 0
        return said

    def test_counts_report_and_problems_are_written_without_patient_data(self, export: Export) -> None:
        secret = "Zanzibar"
        export.lines(
            person(secret, name=[{"family": secret}]), observation(f"Patient/{secret}", status=secret),
            observation(f"Patient/{secret}") | {secret: 1}, observation(f"Patient/{secret}x"), f"{{{secret}", secret,
            name=f"{secret}.ndjson",
        )  # fmt: skip
        said = "\n".join(self.run(export, "--at", AT.isoformat()))
        report = json.loads(export.out.with_name("cohort.parquet.report.json").read_text())
        problems = pd.read_csv(export.out.with_name("cohort.parquet.problems.csv"))
        assert secret not in said
        assert report["rows"] == 1
        assert report["lines"] == {"one resource": 4, "not JSON": 2}
        assert sum(report["resources"]["Observation"].values()) == 3
        assert problems["line"].tolist() == [5, 6, 3, 4]
        assert secret not in "".join(problems["reason"])
        for name in ("report.json", "problems.csv"):
            assert export.out.with_name(f"cohort.parquet.{name}").stat().st_mode & 0o077 == 0

    def test_cohort_goes_straight_through_score(self, export: Export) -> None:
        write_export(export.folder, 20)
        self.run(export, "--at", DAY.isoformat(), "--dates")
        parser = argparse.ArgumentParser()
        add_score(parser)
        out = export.out.with_name("scored.parquet")
        score_command(parser.parse_args([str(export.out), str(out)]), lambda _: None)
        scored = pd.read_parquet(out)
        assert scored["person_id"].tolist() == [f"p{n}" for n in range(20)]
        assert scored["cvd_10y_risk"].notna().sum() >= 10

    def test_each_visit_and_a_date_together_are_refused(self, export: Export) -> None:
        export.lines(person())
        with pytest.raises(SystemExit):
            self.run(export, "--at", "2025-01-01", "--each-visit")
