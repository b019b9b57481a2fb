"""The label's doses, with what an import says is taken beside them."""

from __future__ import annotations

import pytest

from riskmodels.care.doses.table import Dose, read_medicines
from riskmodels.interop.fhir.types import Dosage, Medicine
from ui.patient.care_doses import doses_table


def row(name: str, *medicines: Medicine) -> str:
    medicine = next(m for m in read_medicines() if m.name.startswith(name))
    return doses_table([Dose(medicine, "the label's", "eGFR 70")], medicines)


@pytest.mark.parametrize(
    ("name", "atc"), [("Metformin", "A10BA02"), ("Simvastatin", "C10AA01"), ("Semaglutide", "A10BJ05")]
)
def test_the_imported_dose_stands_beside_the_label(name: str, atc: str) -> None:
    taken = Medicine("Invented <b> 20 MG", atc=(atc,), dosages=(Dosage(amount=1, unit="tablet", times=1),))
    assert "<small>Imported as taken: Invented &lt;b&gt; 20 MG, 1 tablet, once a day</small>" in row(name, taken)


@pytest.mark.parametrize(
    "medicine",
    [Medicine("Atorvastatin", atc=("C10AA05",)), Medicine("Metformin", atc=("A10BA02",), taken=False), Medicine("?")],
)
def test_another_medicine_or_one_that_was_stopped_does_not(medicine: Medicine) -> None:
    assert "Imported" not in row("Metformin", medicine)
