"""What a column is called → which variable, and in which unit when its name says it."""

from __future__ import annotations

import pytest

from riskmodels.interop.columns.known_names import NO_INPUT, OUTCOME, qualifiers, recognised_dataset, synonyms
from riskmodels.interop.columns.mapping import UNKNOWN
from riskmodels.interop.columns.names import match_name
from riskmodels.interop.columns.spelling import compact, tokens
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY


@pytest.mark.parametrize(
    ("header", "variable", "unit"),
    [
        ("SBP (mmHg)", "systolic_bp", "mmHg"),
        ("sysBP", "systolic_bp", ""),
        ("trestbps", "systolic_bp", "mmHg"),
        ("BPXSY1", "systolic_bp", "mmHg"),
        ("systolic_bp [mm[Hg]]", "systolic_bp", "mmHg"),
        ("chol_mmol_l", "total_cholesterol", "mmol/L"),
        ("total_chol_mmol", "total_cholesterol", "mmol/L"),
        ("chol", "total_cholesterol", ""),
        ("HbA1c_mmol_mol", "hba1c", "mmol/mol"),
        ("HbA1c [mmol/mol]", "hba1c", "mmol/mol"),
        ("HbA1c (%)", "hba1c", "%"),
        ("4548-4", "hba1c", "%"),
        ("loinc_2093_3", "total_cholesterol", "mg/dL"),
        ("Größe (cm)", "height", "cm"),
        ("GROESSE", "height", ""),
        ("Blutdruck systolisch", "systolic_bp", ""),
        ("Gesamtcholesterin [mmol/l]", "total_cholesterol", "mmol/L"),
        ("Nüchternglukose [mmol/L]", "glucose", "mmol/L"),
        ("Kreatinin (µmol/l)", "creatinine", "µmol/L"),
        ("Kreatinin (μmol/l)", "creatinine", "µmol/L"),
        ("Geschlecht", "sex", ""),
        ("Raucher (ja/nein)", "smoking", ""),
        ("Vorhofflimmern", "atrial_fibrillation", ""),
        ("pAVK", "peripheral_artery_disease", ""),
        ("LDL-C", "ldl_cholesterol", ""),
        ("weight_lbs", "weight", "lb"),
        ("eGFR (mL/min/1.73m2)", "egfr", "mL/min/1.73 m²"),
        ("systolic bp baseline", "systolic_bp", ""),
        ("收缩压（mmHg）", "systolic_bp", "mmHg"),
        ("总胆固醇(mmol/L)", "total_cholesterol", "mmol/L"),
        ("空腹血糖", "glucose", ""),
        ("中性脂肪", "triglycerides", ""),
        ("Tensión arterial sistólica", "systolic_bp", ""),
        ("Tour de taille (cm)", "waist", "cm"),
        ("Glicemia de jejum", "glucose", ""),
        ("Créatinine (µmol/L)", "creatinine", "µmol/L"),
        ("Systolic BP (first reading)", "systolic_bp", ""),
        ("HDL [g/L]", "hdl_cholesterol", "g/L"),
    ],
)
def test_name_is_known(header: str, variable: str, unit: str) -> None:
    found = match_name(header)
    assert (found.variable, found.unit) == (variable, unit)
    assert found.evidence


@pytest.mark.parametrize(
    "header",
    [
        *(
            "No diabetes",
            "non-diabetic",
            "without hypertension",
            "kein Diabetes",
            "sin diabetes",
            "无糖尿病",
            "never smoked",
        ),
        *(
            "Non-HDL",
            "non HDL cholesterol",
            "VLDL",
            "HDL2",
            "HDL ratio",
            "TC/HDL",
            "Chol/HDL",
            "LDL:HDL",
            "Albumin/Chol",
            "Haemoglobin",
            "Hb",
            "apolipoprotein",
        ),
        *("Treatment", "BP med date", "statin dose", "insulin", "fasting insulin", "serum insulin", "insulin_level"),
        *("Mother diabetes", "father's MI", "family history of stroke", "Familienanamnese Herzinfarkt", "家族糖尿病史"),
        *(
            "ex smoker",
            "former smoker",
            "smoking years",
            "pack years",
            "age at diagnosis",
            "age at menopause",
            "ageCat",
        ),
        *(
            "delta weight",
            "Δ SBP",
            "BMI z-score",
            "BMI percentile",
            "weight change",
            "target SBP",
            "LDL goal",
            "log glucose",
        ),
        *(
            "urine glucose",
            "urinary creatinine",
            "Glucose (urine)",
            "Creatinine (24h urine)",
            "Glucose (2h)",
            "glucose_2h",
        ),
        *("glucose_120", "OGTT glucose", "creatinine clearance", "sbp_unit", "glucose code", "SBP min", "hdl_flag"),
        *(
            "Diabetes (father)",
            "Diabetes (gestational)",
            "Age (at diagnosis)",
            "Stroke (date)",
            "triglicerids",
            "diabtes",
        ),
    ],
)
def test_name_that_is_like_a_known_one_proposes_nothing(header: str) -> None:
    assert match_name(header).variable in ("", {"insulin": "insulin"}.get(header, ""))


def test_name_known_for_two_variables_is_neither() -> None:
    found = match_name("Taille")
    assert (found.variable, set(found.could_be)) == ("", {"height", "waist"})
    assert "French usage" in found.evidence
    assert match_name("Taillenumfang").variable == "waist"


@pytest.mark.parametrize(
    ("header", "fits"), [("serum albumin", True), ("serum stroke", False), ("mean diabetes", False)]
)
def test_word_is_left_out_only_where_it_changes_nothing(header: str, fits: bool) -> None:
    assert bool(match_name(header).variable) is fits


@pytest.mark.parametrize(
    "header", ["AgeStoppedBreastfeedingdays", "ward", "BMI Category", "Physical Activity Level", "Blood Pressure", "x"]
)
def test_name_that_only_contains_one_is_not_taken(header: str) -> None:
    assert match_name(header).variable == ""


def test_meaning_is_that_of_the_data_set() -> None:
    assert match_name("Insulin", "pima").variable == ""
    assert match_name("Insulin").could_be == ("insulin",)
    assert match_name("insulin", "carerisk").variable == "insulin"


@pytest.mark.parametrize(
    ("headers", "dataset"),
    [
        ("age sex cp trestbps chol fbs restecg thalach exang oldpeak slope ca thal num", "uci_heart"),
        ("SEQN RIAGENDR RIDAGEYR BMXBMI", "nhanes"),
        ("age sex chol", ""),
    ],
)
def test_data_set_is_recognised_by_its_columns(headers: str, dataset: str) -> None:
    found = recognised_dataset(headers.split())
    assert (found.name if found else "") == dataset


class TestTable:
    def test_every_entry_is_of_the_vocabulary_and_has_a_source(self) -> None:
        for entry in synonyms():
            assert entry.source, entry
            if entry.variable in VOCABULARY:
                units = VOCABULARY[entry.variable].units
                assert not entry.unit or find_unit(units, entry.unit).symbol == entry.unit

    def test_every_code_means_an_answer(self) -> None:
        for entry in synonyms():
            if entry.variable == OUTCOME:
                assert {code.means for code in entry.codes} <= {"yes", "no", UNKNOWN}, entry
            elif entry.variable != NO_INPUT:
                words = {c.word for c in VOCABULARY[entry.variable].choices} | {UNKNOWN}
                assert {code.means for code in entry.codes} <= words, entry

    def test_name_of_one_language_stands_for_one_variable(self) -> None:
        meant: dict[tuple[str, str, str], str] = {}
        for entry in synonyms():
            key = (entry.dataset, entry.language, compact(entry.name))
            if not match_name(entry.name).could_be:
                assert meant.setdefault(key, entry.variable) == entry.variable, entry

    def test_names_that_stand_for_several_variables_are_few_and_meant(self) -> None:
        names = {entry.name for entry in synonyms() if not entry.dataset and match_name(entry.name).could_be}
        known = {"taille", "pad", "ht", "wc", "insulin", "physicalactivity"}
        assert {compact(name) for name in names} == known

    def test_every_qualifier_is_one_word(self) -> None:
        for word in qualifiers():
            assert tokens(word) in ([word], [*tokens(word)[:1], word[1:]]), word


@pytest.mark.parametrize(
    ("header", "variable"),
    [
        ("Labor Gesamtcholesterin [mmol/l]", "total_cholesterol"),
        ("lipids HDL", "hdl_cholesterol"),
        ("blood pressure systolic [mmHg]", "systolic_bp"),
        ("Follow-up HDL", ""),
    ],
)
def test_group_over_a_name_says_where_it_stands_in_a_report(header: str, variable: str) -> None:
    assert match_name(header).variable == variable


class TestLoinc:
    """A LOINC code beside a unit, and further codes than the vocabulary's own."""

    def test_written_unit_counts_and_not_that_of_the_code(self) -> None:
        assert match_name("Glucose 2345-7 [mmol/L]").unit == "mmol/L"
        assert match_name("Glucose 2345-7").unit == "mg/dL"

    def test_molar_code_is_in_moles(self) -> None:
        found = match_name("14647-2")
        assert (found.variable, found.unit) == ("total_cholesterol", "mmol/L")

    def test_code_of_urine_glucose_is_no_variable(self) -> None:
        assert match_name("Glucose 5792-7 [mg/dL]").variable == ""
