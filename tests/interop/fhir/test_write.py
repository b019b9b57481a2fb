"""What is written is valid in both versions, says what it must, and comes back as the same values."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.errors import InputError
from riskmodels.interop.fhir.bundle import model_of
from riskmodels.interop.fhir.codes import OWN, answer_code, loinc_of, measurements
from riskmodels.interop.fhir.facts import Fact, observations, shortest
from riskmodels.interop.fhir.read import Version, read_bundle
from riskmodels.interop.fhir.write import Assessed, Estimate, Subject, bundle, risk_assessment, subject_of, to_json
from riskmodels.outcomes import OUTCOMES
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.units import Unit, find_unit, from_canonical, to_canonical
from riskmodels.vocabulary import SMOKES_NOT_NOW, VARIABLES, VOCABULARY, Kind, Variable

AT = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
TODAY = AT.date()
GIVEN = Estimate(0.123456, 0.1, 0.2, caution="waist near the edge of the training data")
REFUSED = Estimate(math.nan, math.nan, math.nan, "not estimated: already told of diabetes")
FACTS = [
    Fact("age", 54),
    Fact("sex", 0),
    Fact("systolic_bp", 142, None, "2026-11-01"),
    Fact("diastolic_bp", 86, None, "2026-11-01"),
    Fact("total_cholesterol", 5.92 * 38.67, find_unit(VOCABULARY["total_cholesterol"].units, "mmol/L")),
    Fact("bmi", 32.7, derived="weight ÷ height²"),
    Fact("waist", 108),
]
ASSESSED = Assessed(
    "population",
    "2026-11-24-c87251f8",
    ("age", "sex", "bmi", "systolic_bp", "diastolic_bp", "total_cholesterol"),
    {"diabetes": REFUSED, "cvd_10y": GIVEN},
)
WORDS = "HbA1c 12.0 % meets the ADA criterion for diabetes (from 6.5 %); confirm with a second test."
MEASURED = Estimate(math.nan, math.nan, math.nan, "answered by a measurement", measured=WORDS)
NEW = subject_of({}, "", 0.0)
VERSIONS = pytest.mark.parametrize("version", list(Version))
Json = dict[str, Any]


def written(version: Version, facts: list[Fact] = FACTS, subject: Subject = NEW) -> Json:
    """The bundle as a reader of the file sees it."""
    document: Json = json.loads(to_json(bundle(subject, facts, [ASSESSED], AT, version), version))
    return document


def resources(document: Json, kind: str) -> list[Json]:
    return [e["resource"] for e in document["entry"] if e["resource"]["resourceType"] == kind]


def alone(version: Version, assessed: Assessed = ASSESSED) -> Json:
    return risk_assessment(assessed, FACTS, NEW.reference, AT, version)


class TestRiskAssessment:
    @VERSIONS
    def test_stands_alone_with_the_facts_it_rests_on(self, version: Version) -> None:
        body = json.loads(to_json(alone(version), version))
        inside = {f"#{part['id']}" for part in body["contained"]}
        assert {part["reference"] for part in body["basis"]} == inside - {"#device"}
        assert len(body["basis"]) == 5  # the two pressures are one panel, and the waist is no input of the model
        assert body["performer"] == {"reference": "#device"}

    @VERSIONS
    def test_fhir_resources_reads_it_back_unchanged(self, version: Version) -> None:
        body = json.loads(to_json(alone(version), version).replace(b"+00:00", b"Z"))
        assert json.loads(model_of("RiskAssessment", version).model_validate(body).model_dump_json()) == body

    @VERSIONS
    def test_device_is_named_as_the_version_names_it(self, version: Version) -> None:
        device = alone(version)["contained"][0]
        assert ("deviceName" in device) == (version is Version.R4)
        assert device["version"] == [{"value": ASSESSED.version}]

    def test_probability_is_a_fraction_with_three_digits(self) -> None:
        assert alone(Version.R4)["prediction"][0]["probabilityDecimal"] == 0.123

    @pytest.mark.parametrize("risk", [17.0, -0.01, math.nan, math.inf])
    def test_what_is_no_probability_is_refused(self, risk: float) -> None:
        wrong = Assessed("population", "1", (), {"cvd_10y": Estimate(risk, 0.1, 0.2)})
        with pytest.raises(InputError, match="not between 0 and 1"):
            alone(Version.R4, wrong)

    def test_interval_that_is_none_is_refused(self) -> None:
        wrong = Assessed("population", "1", (), {"cvd_10y": Estimate(0.1, 0.05, math.nan)})
        with pytest.raises(InputError):
            alone(Version.R4, wrong)

    def test_horizon_is_a_period_from_today(self) -> None:
        period = alone(Version.R4)["prediction"][0]["whenPeriod"]
        assert period == {"start": "2026-11-24", "end": "2036-11-24"}

    def test_leap_day_ends_on_the_day_before(self) -> None:
        at = datetime(2028, 2, 29, tzinfo=UTC)
        body = risk_assessment(ASSESSED, FACTS, NEW.reference, at, Version.R4)
        assert body["prediction"][0]["whenPeriod"]["end"] == "2038-02-28"

    def test_what_is_about_now_has_no_horizon(self) -> None:
        now = Assessed("population", "1", (), {"diabetes": GIVEN})
        assert alone(Version.R4, now)["prediction"][0]["whenPeriod"] == {"start": "2026-11-24", "end": "2026-11-24"}

    def test_refused_outcome_has_no_prediction_and_a_note(self) -> None:
        body = alone(Version.R5)
        assert [p["outcome"]["coding"][-1]["code"] for p in body["prediction"]] == ["cvd_10y"]
        assert "Undiagnosed diabetes now”: already told of diabetes." in body["note"][1]["text"]

    def test_facts_of_an_earlier_day_are_a_note(self) -> None:
        told = "Facts of earlier days, each with its date. Of 2026-06-01: waist 108 cm."
        body = alone(Version.R4, Assessed("population", "1", (), {"cvd_10y": GIVEN}, told))
        assert told in [note["text"] for note in body["note"]]

    def test_a_held_value_is_a_note_and_in_the_rationale(self) -> None:
        held = Estimate(0.1234, 0.1, 0.2, held="Waist counted as 138 cm: the risk is probably higher", bound="at least")
        body = alone(Version.R4, Assessed("population", "1", ("age",), {"cvd_10y": held}))
        words = "At least 0.123. Waist counted as 138 cm: the risk is probably higher."
        assert words in body["prediction"][0]["rationale"]
        assert f"“Cardiovascular disease in 10 years”: {words}" in [note["text"] for note in body["note"]]
        assert to_json(body, Version.R4)

    def test_an_old_measurement_and_a_held_value_are_both_told_beside_the_estimate(self) -> None:
        both = Estimate(
            0.3, 0.2, 0.4, held="Waist counted as 138 cm", bound="at least", measured="HbA1c of 2020 was 6 %."
        )
        body = alone(Version.R4, Assessed("population", "1", ("age",), {"diabetes": both}))
        assert len(body["prediction"]) == 1
        assert [note["text"].partition(" ")[2] for note in body["note"]][1:] == [
            "diabetes now”, measured: HbA1c of 2020 was 6 %.",
            "diabetes now”: At least 0.3. Waist counted as 138 cm.",
        ]

    def test_nothing_estimated_is_still_valid(self) -> None:
        body = alone(Version.R4, Assessed("population", "1", ("age",), {"diabetes": REFUSED}))
        assert "prediction" not in body
        assert to_json(body, Version.R4)

    def test_says_for_whom_and_how_sure_and_that_it_is_no_diagnosis(self) -> None:
        body = alone(Version.R4)
        rationale = body["prediction"][0]["rationale"]
        assert "90 % interval 0.1–0.2" in rationale
        assert "Valid for adults of 30–79" in rationale
        assert "Take care: waist near the edge" in rationale
        assert "not a diagnosis" in body["note"][0]["text"]
        assert "qualitativeRisk" not in body["prediction"][0]

    def test_method_names_model_and_version(self) -> None:
        method = alone(Version.R4)["method"]
        assert method["coding"][0]["version"] == ASSESSED.version
        assert ASSESSED.version in method["text"]

    @pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.name)
    @VERSIONS
    def test_every_outcome_can_be_written(self, outcome: Any, version: Version) -> None:
        body = alone(version, Assessed(outcome.model, "1", (), {outcome.name: GIVEN}))
        assert to_json(body, version)
        assert body["prediction"][0]["outcome"]["text"] == outcome.label


class TestBundle:
    @VERSIONS
    def test_every_reference_leads_to_an_entry(self, version: Version) -> None:
        document = written(version)
        urls = {entry["fullUrl"] for entry in document["entry"]}
        (assessment,) = resources(document, "RiskAssessment")
        assert {part["reference"] for part in assessment["basis"]} <= urls
        assert {o["subject"]["reference"] for o in resources(document, "Observation")} <= urls

    def test_new_patient_has_a_random_id_and_no_birth_date(self) -> None:
        (first,), (second,) = (
            resources(written(Version.R4, subject=subject_of({}, "", 1.0)), "Patient") for _ in range(2)
        )
        assert set(first) == {"resourceType", "gender", "id"}
        assert first["gender"] == "male"
        assert first["id"] != second["id"]

    def test_imported_patient_keeps_reference_and_birth_date(self) -> None:
        subject = subject_of({"id": "7", "gender": "female", "birthDate": "1972-03"}, "Patient/7", 0.0)
        document = written(Version.R5, subject=subject)
        (person,) = resources(document, "Patient")
        assert person == {"resourceType": "Patient", "id": "7", "gender": "female", "birthDate": "1972-03"}
        assert resources(document, "RiskAssessment")[0]["subject"] == {"reference": "Patient/7"}

    def test_pressures_are_one_panel(self) -> None:
        (panel,) = (o for o in resources(written(Version.R4), "Observation") if "component" in o)
        assert panel["code"]["coding"][0]["code"] == "85354-9"
        assert [c["valueQuantity"]["code"] for c in panel["component"]] == ["mm[Hg]", "mm[Hg]"]

    def test_value_is_written_in_its_unit_under_the_code_for_it(self) -> None:
        (made,) = (o for o in resources(written(Version.R4), "Observation") if o["code"]["text"] == "Total cholesterol")
        assert made["code"]["coding"][0]["code"] == "14647-2"
        assert made["valueQuantity"]["value"] == 5.92
        assert made["valueQuantity"]["code"] == "mmol/L"

    def test_date_of_a_measurement_is_never_made_up(self) -> None:
        made = {o["code"]["text"]: o for o in resources(written(Version.R4), "Observation")}
        assert made["Blood pressure"]["effectiveDateTime"] == "2026-11-01"
        assert "effectiveDateTime" not in made["Waist"]
        assert made["Waist"]["issued"].startswith("2026-11-24")

    def test_derived_value_says_so(self) -> None:
        (made,) = (o for o in resources(written(Version.R4), "Observation") if "note" in o)
        assert made["note"][0]["text"] == "Derived: weight ÷ height²."

    def test_derived_value_is_computed_again_where_it_is_read(self) -> None:
        read = read_bundle(to_json(written(Version.R4), Version.R4), AT.date())
        assert "bmi" not in read.found
        assert [problem.reason for problem in read.problems if "mass" in problem.what.lower()] == [
            "computed from other facts of the file, and computed again here"
        ]

    def test_smoker_is_not_said_to_smoke_daily(self) -> None:
        ((made, _),) = observations([Fact("smoking", 2)], "Patient/p", AT)
        assert [c["code"] for c in made["valueCodeableConcept"]["coding"]] == ["77176002", "current"]

    @VERSIONS
    def test_who_does_not_smoke_now_is_written_with_the_past_unknown_and_read_back(self, version: Version) -> None:
        document = written(version, [Fact("age", 54), Fact("sex", 0), Fact("smoking", SMOKES_NOT_NOW)])
        (made,) = (o for o in resources(document, "Observation") if o["code"]["text"] == "Smoking")
        first, own = made["valueCodeableConcept"]["coding"]
        assert (first["code"], first["display"]) == (
            "405746006",
            "Current non smoker but past smoking history unknown",
        )
        assert own["code"] == "not_now"
        assert read_bundle(to_json(document, version), TODAY).values["smoking"] == SMOKES_NOT_NOW
        made["valueCodeableConcept"]["coding"] = [first]  # another system keeps the public code alone
        assert read_bundle(json.dumps(document).encode(), TODAY).values["smoking"] == SMOKES_NOT_NOW

    def test_invalid_document_is_never_written(self) -> None:
        with pytest.raises(ValueError, match="validation error"):
            to_json({"resourceType": "RiskAssessment", "nonsense": 1}, Version.R4)


class TestCodes:
    def test_code_of_the_vocabulary_measures_its_variable(self) -> None:
        assert {v.loinc: v.name for v in VARIABLES if v.loinc}.items() <= {
            code: m.variable for code, m in measurements().items()
        }.items()

    @pytest.mark.parametrize("variable", [v for v in VARIABLES if v.loinc and v.units], ids=lambda v: v.name)
    def test_every_unit_has_a_code_that_accepts_it(self, variable: Variable) -> None:
        for unit in variable.units:
            code = loinc_of(variable.name, unit)
            assert measurements()[code].variable == variable.name
            assert measurements()[code].accepts(unit)
            assert not measurements()[code].use


def units_of(variable: Variable) -> st.SearchStrategy[Unit]:
    return st.sampled_from(variable.units)


def fact_of(variable: Variable) -> st.SearchStrategy[Fact]:
    """A plausible fact as a person enters it: a number with few decimals in one of its units, or an answer."""
    if variable.kind is not Kind.NUMBER:
        return st.sampled_from([Fact(variable.name, choice.code) for choice in variable.choices])
    low, high = variable.plausible

    def entered(unit: Unit) -> st.SearchStrategy[Fact]:
        ends = sorted(float(from_canonical(v, unit)) for v in (low, high))
        numbers = st.floats(*ends).map(lambda x: round(x, unit.decimals + 1)).filter(lambda x: ends[0] <= x <= ends[1])
        return numbers.map(lambda x: Fact(variable.name, float(to_canonical(x, unit)), unit))

    return units_of(variable).flatmap(entered)


#: cross-checks between these would leave both out, as in the form; they come back one at a time
_ORDERED = {"diastolic_bp", "hdl_cholesterol", "ldl_cholesterol"}
_FREE = [v for v in (*VARIABLES, *EXTRA_INPUTS.values()) if v.name not in _ORDERED]


class TestRoundTrip:
    @VERSIONS
    @settings(max_examples=60)
    @given(data=st.data())
    def test_every_value_comes_back(self, version: Version, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(_FREE), min_size=1, max_size=12, unique_by=lambda v: v.name))
        facts = [data.draw(fact_of(variable)) for variable in chosen]
        sex = next((f.value for f in facts if f.name == "sex"), math.nan)
        document = to_json(bundle(subject_of({}, "", sex), facts, [ASSESSED], AT, version), version)
        found = read_bundle(document, TODAY)
        assert found.values.keys() == {f.name for f in facts}
        for fact in facts:
            assert found.values[fact.name] == pytest.approx(fact.value, rel=1e-9, abs=1e-9)
            assert found.units.get(fact.name, "") == (fact.unit.symbol if fact.unit else "")

    @VERSIONS
    def test_panel_comes_back(self, version: Version) -> None:
        found = read_bundle(json.dumps(written(version)).encode(), TODAY)
        assert found.values == {f.name: pytest.approx(f.value) for f in FACTS if not f.derived}
        assert found.found["systolic_bp"].when == "2026-11-01"
        assert not found.unknown

    def test_age_told_last_year_has_grown(self) -> None:
        later = date(TODAY.year + 1, TODAY.month, TODAY.day)
        assert read_bundle(json.dumps(written(Version.R4)).encode(), later).values["age"] == 55

    @settings(max_examples=200)
    @given(data=st.data())
    def test_number_is_written_as_it_was_typed(self, data: st.DataObject) -> None:
        variable = data.draw(st.sampled_from([v for v in VARIABLES if v.units]))
        unit = data.draw(units_of(variable))
        low, high = sorted(float(from_canonical(v, unit)) for v in variable.plausible)
        typed = round(data.draw(st.floats(low, high)), 2)
        assert shortest(float(to_canonical(typed, unit)), unit) == pytest.approx(typed, rel=1e-11, abs=1e-11)

    def test_own_code_of_something_unknown_is_listed(self) -> None:
        document = written(Version.R4)
        resources(document, "Observation")[-1]["code"] = {"coding": [{"system": OWN, "code": "planted"}]}
        found = read_bundle(json.dumps(document).encode(), TODAY)
        assert [u.code.code for u in found.unknown] == ["planted"]


def test_a_current_smoker_is_not_written_as_one_of_unknown_present_status() -> None:
    code = answer_code("smoking", next(c.code for c in VOCABULARY["smoking"].choices if c.word == "current"))
    assert code is not None
    assert (code.code, code.text) == ("77176002", "Smoker")


@VERSIONS
def test_what_is_measured_has_no_prediction_and_a_note_that_says_which_criterion(version: Version) -> None:
    assessed = Assessed("population", "1", ("age",), {"diabetes": MEASURED, "cvd_10y": GIVEN})
    found = json.loads(to_json(alone(version, assessed), version))
    codes = [p["outcome"]["coding"][-1]["code"] for p in found["prediction"]]
    assert codes == ["cvd_10y"]
    assert [note["text"] for note in found["note"]][1:] == [f"“Undiagnosed diabetes now”, measured: {WORDS}"]
