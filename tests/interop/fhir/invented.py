"""Three invented persons as bundles of Synthea's shape, with their medicine by product: codes and words of RxNorm."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
#: what was measured of each: LOINC, value, UCUM
_MEASURED = (
    ("39156-5", 29.4, "kg/m2"),
    ("2093-3", 201.0, "mg/dL"),
    ("2085-9", 44.0, "mg/dL"),
    ("98979-8", 78.0, "mL/min/{1.73_m2}"),
    ("4548-4", 7.1, "%"),
)


def product(code: str, words: str) -> Json:
    """A product of RxNorm as Synthea writes it."""
    return {"coding": [{"system": RXNORM, "code": code, "display": words}], "text": words}


def order(number: str, concept: Json | None = None, **changes: Any) -> Json:
    """An active order of the patient."""
    body = {
        "resourceType": "MedicationRequest",
        "id": number,
        "status": "active",
        "intent": "order",
        "subject": {"reference": "urn:uuid:p"},
        "authoredOn": "2026-08-04T10:12:44-04:00",
        "dosageInstruction": [
            {
                "sequence": 1,
                "timing": {"repeat": {"frequency": 1, "period": 1.0, "periodUnit": "d"}},
                "asNeededBoolean": False,
                "doseAndRate": [{"doseQuantity": {"value": 1.0, "unit": "tablet"}}],
            }
        ],
    }
    return body | ({"medicationCodeableConcept": concept} if concept else {}) | changes


def _person(born: str, gender: str, *medication: Json) -> Json:
    about = {"subject": {"reference": "urn:uuid:p"}}
    measured = [
        {
            "resourceType": "Observation",
            "id": f"o{code}",
            "status": "final",
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "effectiveDateTime": "2026-08-04T10:12:44-04:00",
            "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
            **about,
        }
        for code, value, unit in _MEASURED
    ]
    pressure = {
        "resourceType": "Observation",
        "id": "bp",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "effectiveDateTime": "2026-08-04T10:12:44-04:00",
        "component": [
            {
                "code": {"coding": [{"system": LOINC, "code": code}]},
                "valueQuantity": {
                    "value": value,
                    "unit": "mm[Hg]",
                    "system": "http://unitsofmeasure.org",
                    "code": "mm[Hg]",
                },
            }
            for code, value in (("8480-6", 138), ("8462-4", 84))
        ],
        **about,
    }
    smoking = {
        "resourceType": "Observation",
        "id": "smoking",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "72166-2"}]},
        "effectiveDateTime": "2026-08-04T10:12:44-04:00",
        "valueCodeableConcept": {
            "coding": [{"system": SNOMED, "code": "266919005", "display": "Never smoked tobacco"}]
        },
        **about,
    }
    diabetes = {
        "resourceType": "Condition",
        "id": "diabetes",
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "code": {"coding": [{"system": SNOMED, "code": "44054006", "display": "Diabetes mellitus type 2 (disorder)"}]},
        "onsetDateTime": "2018-03-01",
        **about,
    }
    patient = {"resourceType": "Patient", "id": "p", "gender": gender, "birthDate": born}
    resources = [patient, *measured, pressure, smoking, diabetes, *medication]
    entries = [{"fullUrl": "urn:uuid:p" if r is patient else f"urn:uuid:{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "transaction", "entry": [_requested(e) for e in entries]}


def _requested(entry: Json) -> Json:
    return entry | {"request": {"method": "POST", "url": entry["resource"]["resourceType"]}}


def bundles() -> dict[str, Json]:
    """The three by what is special about their medicine."""
    medication = {
        "resourceType": "Medication",
        "id": "drug",
        "code": product("597987", "amlodipine 5 MG / atorvastatin 20 MG Oral Tablet [Caduet]"),
    }
    contained = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"text": "Rosuvastatin calcium 10 mg tablet"},
    }
    insulin = "insulin isophane, human 70 UNT/ML / insulin, regular, human 30 UNT/ML Injectable Suspension [Humulin]"
    return {
        "products": _person(
            "1964-05-17",
            "female",
            order("1", product("312961", "Simvastatin 20 MG Oral Tablet")),
            order("2", product("314076", "lisinopril 10 MG Oral Tablet")),
            order("3", product("860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet")),
            order("4", product("966221", "Levothyroxine Sodium 0.05 MG Oral Tablet")),
            order("5", product("313782", "Acetaminophen 325 MG Oral Tablet"), status="stopped"),
        ),
        "a combination in the bundle": _person(
            "1958-11-02",
            "male",
            medication,
            order("1", medicationReference={"reference": "urn:uuid:drug"}),
            order("2", product("1373463", "canagliflozin 100 MG Oral Tablet [Invokana]")),
        ),
        "contained, and insulin": _person(
            "1970-02-20",
            "male",
            order("1", medicationReference={"reference": "#m"}, contained=[contained]),
            order("2", product("979468", "hydrochlorothiazide 12.5 MG / losartan potassium 50 MG Oral Tablet")),
            order("3", product("106892", insulin)),
        ),
    }
