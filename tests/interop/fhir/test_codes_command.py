"""The coverage of codes: what the command prints, what the document says, and that the tables agree with themselves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from riskmodels.cli.main import main
from riskmodels.interop.fhir import codes_command
from riskmodels.interop.fhir.codes import LOINC, SNOMED, history, measurements
from riskmodels.scores.inputs import variable_of

ROOT = Path(__file__).resolve().parents[3]
TABLES = Path(codes_command.__file__).parent
#: LOINC codes that records send and that were not known once
ASKED_FOR = ("96259-7", "3137-7", "8461-6", "76534-7", "41653-7", "17855-8", "30000-4", "59826-8")

#: LOINC codes of public value sets (VSAC, eCQM update 2025-05-08), by the variable that they are of and the set's OID
PUBLIC = {
    ("glucose", "2.16.840.1.113762.1.4.1045.134"): (
        "100746-7 101476-0 104597-0 104598-8 104655-6 14743-9 14749-6 14768-6 14770-2 14771-0 15074-8 1547-9 "
        "1556-0 1557-8 1558-6 2339-0 2340-8 2341-6 2345-7 32016-8 35184-1 39480-9 39481-7 40858-3 41604-0 "
        "41651-1 41652-9 41653-7 50206-2 50212-0 51596-5 53049-3 72516-8 74774-1 76629-5 77135-2 77145-1"
    ),
    ("creatinine", "2.16.840.1.113883.3.666.5.2363"): (
        "101475-2 11041-1 11042-9 14682-9 21232-4 2160-0 38483-4 51619-5 51620-3 59826-8 77140-2"
    ),
    ("egfr", "2.16.840.1.113883.3.6929.3.1000"): (
        "48642-3 48643-1 50044-7 50210-4 62238-1 69405-9 70969-1 77147-7 88293-6 88294-4 94677-2 98979-8 98980-6"
    ),
    ("hba1c", "2.16.840.1.113883.3.464.1003.198.12.1013"): ("17855-8 17856-6 4548-4 4549-2 96595-4"),
    ("ldl_cholesterol", "2.16.840.1.113883.3.526.3.1573"): (
        "13457-7 18261-8 18262-6 2089-1 43394-6 49132-4 50193-2 55440-2 86911-5 90364-1 91105-7 91106-5 "
        "91107-3 91108-1 91109-9 91110-7 91111-5 96259-7 96597-0"
    ),
    ("uacr", "2.16.840.1.113883.3.6929.3.1007"): (
        "13705-9 14585-4 14958-3 14959-1 30000-4 30001-2 32294-1 44292-1 59159-4 76401-9 77253-3 77254-1 9318-7"
    ),
    ("uacr", "2.16.840.1.113762.1.4.1178.88"): (
        "11218-5 14956-7 14957-5 1754-1 1755-8 21059-1 30003-8 43605-5 43606-3 43607-1 49002-9 49023-5 "
        "50209-6 50949-7 51190-7 53530-2 53531-0 53532-8 56553-1 58448-2 63474-1 6941-9 6942-7 77940-5"
    ),
    ("weight", "2.16.840.1.113883.3.464.1003.121.12.1015"): (
        "18833-4 29463-7 3141-9 3142-7 8341-0 8349-3 8350-1 8351-9"
    ),
    ("weight", "2.16.840.1.113762.1.4.1045.159"): (
        "18833-4 29463-7 3141-9 3142-7 75292-3 8341-0 8344-4 8346-9 8347-7 8349-3 8350-1 8351-9"
    ),
    ("height", "2.16.840.1.113883.3.464.1003.121.12.1014"): ("3137-7 8302-2 8306-3 8307-1 8308-9"),
    ("bmi", "2.16.840.1.113883.3.600.1.1490"): ("39156-5"),
    ("systolic_bp", "2.16.840.1.113762.1.4.1045.163"): ("11378-7 8459-0 8460-8 8461-6 8480-6 89268-7"),
    ("albumin", "2.16.840.1.113762.1.4.1248.221"): ("1751-7 54347-0"),
    ("pulse", "2.16.840.1.113883.3.526.3.1176"): ("11328-2 68999-2 69000-8 69001-6 8867-4"),
}


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def loinc_check_digit(code: str) -> bool:
    """Whether the last digit is the one that LOINC's rule (Luhn's) gives."""
    digits, _, check = code.partition("-")
    total = sum(sum(divmod(int(d) * 2, 10)) if i % 2 == 0 else int(d) for i, d in enumerate(reversed(digits)))
    return (10 - total % 10) % 10 == int(check)


def test_document_holds_the_table_that_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "fhir-codes"]) == 0
    assert capsys.readouterr().out.strip() in (ROOT / "docs" / "fhir.md").read_text(encoding="utf-8")


def test_one_variable_is_listed_code_by_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "fhir-codes", "--variable", "glucose"]) == 0
    told = capsys.readouterr().out
    assert "LOINC 41653-7 Glucose [Mass/volume] in Capillary blood by Glucometer: refused for the method" in told
    assert "LOINC 2350-7" in told


def test_name_that_is_no_variable_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "fhir-codes", "--variable", "cholesterin"]) == 1
    assert "is no variable" in capsys.readouterr().err


@pytest.mark.parametrize("code", ASKED_FOR)
def test_code_that_was_asked_for_has_its_long_name_and_source(code: str) -> None:
    known = measurements()[code]
    assert known.name
    assert known.source


@pytest.mark.parametrize("row", rows("measurements.csv"), ids=lambda row: row["code"])
def test_row_of_a_measurement_is_whole(row: dict[str, str]) -> None:
    assert variable_of(row["variable"])
    assert row["display"]
    assert row["source"]
    assert row["property"] in ("molar", "conventional", "any")
    assert not row["anyway"] or row["use"]
    assert row["system"] != "loinc" or loinc_check_digit(row["code"])


@pytest.mark.parametrize("name", ["measurements.csv", "history.csv", "descendants.csv"])
def test_no_code_stands_twice(name: str) -> None:
    codes = [(row.get("system", ""), row["code"]) for row in rows(name)]
    assert len(codes) == len(set(codes))


def test_descendants_are_of_known_variables_with_their_value_set() -> None:
    for row in rows("descendants.csv"):
        assert row["source"].startswith("VSAC 2.16.840.1.")
        assert row["code"].isdecimal()
        assert all(variable_of(name) for name in row["variable"].split())


def test_what_is_listed_by_hand_goes_before_a_list_of_descendants() -> None:
    assert history()["snomed", "15777000"].variables == ("high_glucose_ever",)
    by_hand = {row["code"] for row in rows("history.csv") if row["system"] == "snomed"}
    assert not by_hand & {row["code"] for row in rows("descendants.csv")}


def test_both_systems_of_measurements_are_read() -> None:
    assert measurements(SNOMED)["271649006"].variable == "systolic_bp"
    assert measurements(LOINC)["8480-6"].variable == "systolic_bp"


@pytest.mark.parametrize(("variable", "oid"), PUBLIC)
def test_every_code_of_a_public_value_set_is_read_or_refused_with_why(variable: str, oid: str) -> None:
    known = measurements()
    assert {known[code].variable for code in PUBLIC[variable, oid].split()} == {variable}
