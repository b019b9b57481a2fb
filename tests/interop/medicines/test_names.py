"""Every name of the table is found in a product; what only resembles one, or is for the eyes, is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.interop.fhir.codes import ATC, meaning_of
from riskmodels.interop.fhir.types import Code
from riskmodels.interop.medicines import atc_of_rxnorm, find_strength, find_substances, substances

NAMES = [(name, substance) for substance in substances() for name in substance.names]


def inns(text: str) -> list[str]:
    """The substances that count as taken."""
    named = find_substances(text)
    return [] if named.why else [substance.inn for substance in named.substances]


class TestTable:
    def test_every_name_is_found_in_a_product(self) -> None:
        missed = [
            n
            for n, s in NAMES
            if find_substances(f"{n} 10 MG Oral Tablet").substances != (s,)
            or find_substances(f"{n} 10 MG Oral Tablet").why
        ]
        assert missed == []

    def test_a_name_stands_once(self) -> None:
        names = [name for name, _ in NAMES]
        assert len(set(names)) == len(names)

    def test_every_substance_answers_a_field_or_says_why_not(self) -> None:
        meanings = {s.inn: meaning_of(Code(ATC, s.atc)) for s in substances()}
        assert [inn for inn, m in meanings.items() if m is None or not (m.variables or m.use)] == []
        assert len(substances()) > 150

    def test_an_rxnorm_ingredient_has_the_class_of_its_atc_code(self) -> None:
        assert atc_of_rxnorm()["83367"] == "C10AA05"

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(NAMES), st.sampled_from("bcdfg"))
    def test_a_letter_before_makes_it_another_word(self, row: tuple[str, object], letter: str) -> None:
        name, substance = row
        if name.isascii() and name.isalpha():
            assert substance not in find_substances(f"{letter}{name} 10 MG Oral Tablet").substances


class TestForms:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Atorvastatin 40 mg tablet", ["atorvastatin"]),
            ("Atorvastatin40mg", ["atorvastatin"]),
            ("24 HR metoprolol succinate 100 MG Extended Release Oral Tablet [Toprol]", ["metoprolol"]),
            ("amlodipine 5 MG / benazepril hydrochloride 10 MG Oral Capsule", ["amlodipine", "benazepril"]),
            ("Losartan-HCTZ 50-12.5 mg", ["losartan", "hydrochlorothiazide"]),
            ("Ramipril + Felodipin", ["ramipril", "felodipine"]),
            ("Exforge HCT 10/160/12.5", ["valsartan, amlodipine and hydrochlorothiazide"]),
            ("Metformin 500mg/5ml oral solution sugar free", ["metformin"]),
            ("Humalog KwikPen 100units/ml solution for injection 3ml pre-filled pens", ["insulin lispro"]),
            ("Insulin lispro 100units/ml solution for injection 3ml pre-filled disposable devices", ["insulin lispro"]),
            ("1 ML evolocumab 140 MG/ML Prefilled Syringe", ["evolocumab"]),
            ("Metoprololsuccinat 47,5 mg Retardtabletten", ["metoprolol"]),
            ("Losartán 50 mg comprimido", ["losartan"]),
            ("metformine 850 mg", ["metformin"]),
            ("阿托伐他汀钙片 20mg", ["atorvastatin"]),
            (
                "Product containing precisely atorvastatin 40 milligram/1 each oral tablet (clinical drug)",
                ["atorvastatin"],
            ),
            ("Minoxidil 2.5 MG Oral Tablet", ["minoxidil"]),
            ("clonidine 0.1 mg/24 hr transdermal patch", ["clonidine"]),
            ("Anti-hypertensive: lisinopril 10 mg", ["lisinopril"]),
            ("Non-formulary lisinopril 10 mg", ["lisinopril"]),
        ],
    )
    def test_a_product(self, text: str, expected: list[str]) -> None:
        assert inns(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "no statin",
            "statin intolerance",
            "nystatin 100000 UNT/ML Oral Suspension",
            "insulin syringe",
            "BD insulin syringe U-100 1 mL",
            "insulin pen needle",
            "insulin pump",
            "glucose test strips",
            "Timolol maleate 5 MG/ML Ophthalmic Solution",
            "timolol 0.5% eye drops",
            "timolol",
            "dorzolamide 20 MG/ML / timolol 5 MG/ML Ophthalmic Solution",
            "Dorzolamide-timolol",
            "topical minoxidil 5%",
            "minoxidil 2% foam",
            "diltiazem 2% rectal ointment",
            "aspirin allergy",
            "lisinopril allergy",
            "simvastatin intolerance",
            "no lisinopril",
            "not taking atorvastatin",
            "insulin-like growth factor",
            "insulin resistance",
            "insulin level",
            "anti-insulin antibody",
            "non-insulin dependent",
            "噻吗洛尔滴眼液",
            "二甲双胍过敏",
            "somatostatin",
            "potassium chloride 10 MEQ Oral Tablet",
            "",
        ],
    )
    def test_what_only_resembles_one(self, text: str) -> None:
        assert inns(text) == []

    @pytest.mark.parametrize(
        ("text", "strength"),
        [
            ("Atorvastatin 40 mg tablet", "40 mg"),
            ("amlodipine 5 MG / benazepril 10 MG Oral Capsule", "5 mg / 10 mg"),
            ("3 ML insulin lispro 100 UNT/ML Pen Injector", "100 unt/ml"),
            ("Losartan-HCTZ 50-12.5 mg", "50-12.5 mg"),
            ("Lisinopril", ""),
        ],
    )
    def test_strength(self, text: str, strength: str) -> None:
        assert find_strength(text) == strength
