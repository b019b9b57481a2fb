"""The text for the chart: every number is the patient's, nothing unknown is told as a value, both languages agree."""

from __future__ import annotations

import re
from itertools import chain

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskmodels.case_report.case import PatientCase
from riskmodels.case_report.chart import chart_text
from riskmodels.case_report.language import Language, Words
from riskmodels.case_report.scores import TOLD
from riskmodels.outcomes import OUTCOMES
from riskmodels.percent import percent_text
from riskmodels.probability import interval, risk
from riskmodels.scores.heart_age import OPTIMAL
from riskmodels.scores.registry import REGISTRY
from riskmodels.units import find_unit
from riskmodels.vocabulary import VARIABLES, VOCABULARY, Kind
from ui.patient.examples import EXAMPLES

ENGLISH, CHINESE = Language
NUMBER = re.compile(r"(?<![A-Za-z\d.])\d+(?:,\d{3})*(?:\.\d+)?")
WOMAN = EXAMPLES[0].values
CASES = {
    **{f"example {i}": example.values for i, example in enumerate(EXAMPLES)},
    "measured": WOMAN | {"hba1c": 6.7, "glucose": 109, "fasting_hours": 10},
    "two tests agree": WOMAN | {"hba1c": 6.7, "glucose": 131, "fasting_hours": 10},
    "far outside": WOMAN | {"weight": 145, "triglycerides": 2000},
    "pregnant": {"age": 31, "sex": 0, "pregnancy": 1, "systolic_bp": 120},
    "too young": {"age": 19, "sex": 1, "waist": 90},
    "after a stroke": WOMAN | {"stroke": 1, "egfr": 80, "cholesterol_medication": 1},
    "everything of PREVENT": WOMAN | {"egfr": 88, "cholesterol_medication": 0},
    "fibrillation": WOMAN | {"age": 72, "atrial_fibrillation": 1},
    "glucose without hours": WOMAN | {"glucose": 131},
    "glucose with symptoms": WOMAN | {"glucose": 230},
}


@pytest.fixture(params=CASES)
def case(request, make_case) -> PatientCase:
    return make_case(CASES[request.param], region="low")


def numbers(text: str) -> set[str]:
    return set(NUMBER.findall(text))


def allowed(case: PatientCase) -> set[str]:
    """Every number that may stand in the text, printed as it is printed, made apart from it."""
    texts = [case.today.isoformat().replace("-", " ")]
    for name, value in (*case.facts.items(), *OPTIMAL.items()):
        if name in VOCABULARY:
            texts.append(VOCABULARY[name].format(value, case.units.get(name)))
            texts += [choice.label for choice in VOCABULARY[name].choices]
    for answer in case.assessment.answers():
        texts += [answer.outcome.label, answer.outcome.definition, answer.outcome.population, answer.measured]
        texts += [" ".join(map(str, answer.outcome.ages)), answer.caution]
        if answer.given:
            texts += [risk(answer.risk), interval(answer.low, answer.high), str(min(round(100 * answer.standing), 99))]
            texts += [risk(answer.published)] if answer.published == answer.published else []
            steps, decimals = case.steps(answer.outcome.name)
            texts += [percent_text(steps[0].amount / 100), *(f"{s.label} {abs(s.amount):.{decimals}f}" for s in steps)]
            texts += [
                f"{VOCABULARY[h.name].format(h.seen.low)} {VOCABULARY[h.name].format(h.seen.high)}" for h in answer.held
            ]
    for name, result in case.scores.items():
        row, score = result.row(), REGISTRY[name]
        texts += [score.title, row["category"], str(row["model"]), str(row.get("possible", ""))]
        edges = tuple(edge for bands in score.bands.values() for edge in bands.edges)
        for value in (row[v] for v in TOLD.get(name, (score.value,)) if row[v] == row[v]):
            texts += [
                f"{value:.0f}",
                percent_text(value) if value < 1 else "",
                percent_text(value, edges) if value < 1 else "",
            ]
    texts += [model.created[:10].replace("-", " ") for model in case.models.values()]
    texts += [finding.text for finding in case.assessment.criteria(case.units)]
    return set(chain(*map(numbers, texts)))


#: in phrases and names: 90 of 100, ten and thirty years, ages 30–79, age bands, hours, months, the ADA's year
FIXED = set("90 100 10 30 79 8 3 2025 2 80 20 1".split())
FIXED |= {str(age) for band in ((18, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 79)) for age in band}


class TestNumbers:
    @pytest.mark.parametrize("language", Language)
    def test_every_number_is_found_in_what_is_known_and_answered(self, case, language):
        text = without_names(chart_text(case, language))
        own = heart_age_of(case)
        assert numbers(text) - allowed(case) - FIXED - own == set()

    def test_both_languages_tell_the_same_numbers(self, case):
        english, chinese = (without_names(chart_text(case, language)) for language in Language)
        assert numbers(english) - {"2"} == numbers(chinese) - {"2"}

    @pytest.mark.parametrize("language", Language)
    def test_every_estimate_stands_with_its_interval(self, case, language):
        text = chart_text(case, language).replace(" %", "%")
        given = [answer for answer in case.answers if answer.given]
        wanted = [risk(a.risk).split()[-2] + "%" for a in given] + [
            interval(a.low, a.high).replace(" %", "%") for a in given
        ]
        assert [number for number in wanted if number not in text] == []


def without_names(text: str) -> str:
    """A text without what only looks like a number: names of tests, versions."""
    for name in ("HbA1c", "CKD-EPI 2021", "SCORE2-OP", "SCORE2", "CHA₂DS₂-VA", "mL/min/1.73 m²"):
        text = text.replace(name, "")
    return re.sub(r"(version |版本)[0-9a-f]+", "", text).replace("-", " ")


def heart_age_of(case: PatientCase) -> set[str]:
    from riskmodels.columns import Columns
    from riskmodels.scores.heart_age import heart_age

    return numbers(heart_age(Columns.of_row(case.patient)).words)


class TestUnknown:
    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(known=st.sets(st.sampled_from(sorted(EXAMPLES[1].values)), max_size=20), language=st.sampled_from(Language))
    def test_no_unknown_is_written_as_a_value(self, make_case, known, language):
        case = make_case({name: EXAMPLES[1].values[name] for name in known | {"age", "sex"}})
        words, text = Words(language), chart_text(case, language)
        told = text.splitlines()[1]
        unknown = [v for v in VARIABLES if v.name not in case.facts]
        stops = (":", "：") if language is ENGLISH else ("：",)
        for variable in unknown:
            label = words.inside(words.label(variable.name))
            follows = r" [\d−]" if language is ENGLISH else r"[\d−]"
            value = (
                "|".join(re.escape(label + stop) for stop in stops)
                if variable.kind is not Kind.NUMBER
                else (re.escape(label) + follows)
            )
            assert not re.search(rf"(?:^|, |，|：|: ){value}", told), variable.name
        assert not re.search(r"\bnan\b", text.lower())
        assert "unknown" not in told

    def test_what_an_estimate_could_use_is_named(self, make_case):
        case = make_case({"age": 54, "sex": 0})
        line = next(line for line in chart_text(case, ENGLISH).splitlines() if line.startswith("Not known"))
        assert all(word in line for word in ("waist", "HDL cholesterol", "HbA1c"))

    def test_a_question_of_chest_pain_that_was_not_asked_is_left_out(self, make_case):
        assert "chest pain" not in chart_text(make_case({"age": 54, "sex": 0}), ENGLISH)


class TestWords:
    def test_a_measured_answer_has_no_probability(self, make_case):
        line = line_of(chart_text(make_case(CASES["measured"]), ENGLISH), OUTCOMES[0].label)
        assert line.startswith("- Undiagnosed diabetes now: HbA1c 6.7 % meets the ADA criterion for diabetes")
        assert "repeat HbA1c" in line

    def test_and_none_in_chinese(self, make_case):
        line = line_of(chart_text(make_case(CASES["measured"]), CHINESE), "目前未诊断的糖尿病")
        assert line == (
            "- 目前未诊断的糖尿病：糖化血红蛋白（HbA1c）6.7%，达到ADA糖尿病诊断标准（≥6.5%）；"
            "空腹血糖109 mg/dL，未达到糖尿病诊断标准（≥126 mg/dL）。两项结果不一致："
            "请复查HbA1c。（ADA Standards of Care 2025, section 2）"
        )

    def test_two_tests_that_agree_confirm_each_other(self, make_case):
        assert "可相互印证" in chart_text(make_case(CASES["two tests agree"]), CHINESE)

    def test_an_old_measurement_is_told_with_its_date_beside_the_estimate(self, make_case):
        case = make_case(WOMAN | {"hba1c": 5.2}, old={"hba1c": "2025-03"})
        line = line_of(chart_text(case, CHINESE), "目前未诊断的糖尿病")
        assert "（2025-03），当时未达到糖尿病诊断标准（≥6.5%），距今超过3个月" in line
        assert case.answers[0].given

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            (CASES["after a stroke"], ("known already (told of stroke)", "已知（既往脑卒中），不再给出概率")),
            (CASES["pregnant"], ("not valid in pregnancy", "不适用于妊娠期")),
            (CASES["too young"], ("valid for ages 20–110 only", "仅适用于20–110岁")),
        ],
    )
    def test_why_there_is_no_number(self, make_case, values, words):
        case = make_case(values)
        assert words[0] in chart_text(case, ENGLISH)
        assert words[1] in chart_text(case, CHINESE)

    def test_a_value_counted_as_another_is_said_in_both(self, make_case):
        case = make_case(WOMAN | {"weight": 165})
        held = [h for answer in case.answers for h in answer.held]
        assert ("counted as" in chart_text(case, ENGLISH)) == bool(held)
        assert ("计算（模型训练数据中的最高值）" in chart_text(case, CHINESE)) == bool(held)

    def test_chosen_units_are_told(self, make_case):
        mmol = find_unit(VOCABULARY["total_cholesterol"].units, "mmol/L")
        case = make_case(WOMAN, units={"total_cholesterol": mmol, "hdl_cholesterol": mmol})
        for language in Language:
            assert "6.0 mmol/L" in chart_text(case, language)
            assert "231" not in chart_text(case, language)

    def test_model_version_and_day_stand_at_the_end(self, make_case, models):
        text = chart_text(make_case(WOMAN), ENGLISH)
        assert models["population"].version.split("-")[-1] in text
        assert "2026-11-30" in text.splitlines()[0]

    def test_a_chest_pain_patients_standing_is_among_those_referred(self, make_case):
        case = make_case(EXAMPLES[2].values)
        given = [a for a in case.answers if a.outcome.name == "coronary_disease" and a.standing == a.standing]
        assert ("referred for angiography" in chart_text(case, ENGLISH)) == bool(given)

    def test_answers_only_scores_ask_are_told_as_facts(self, make_case):
        case = make_case(WOMAN, extra={"daily_activity": 1.0})
        assert "active for 30 minutes on most days: yes" in chart_text(case, ENGLISH)
        assert "多数日子每天活动30分钟：是" in chart_text(case, CHINESE)

    def test_heart_age_beyond_the_ends_is_said(self, make_case):
        old = WOMAN | {"age": 79, "egfr": 50, "cholesterol_medication": 0, "smoking": 2}
        assert "Heart age over 79 years" in chart_text(make_case(old), ENGLISH)
        assert "心脏年龄：高于79岁" in chart_text(make_case(old), CHINESE)

    def test_without_a_body_mass_index_prevent_is_told_in_part_with_the_reason(self, make_case):
        whole = CASES["everything of PREVENT"]
        thin = {name: value for name, value in whole.items() if name not in ("bmi", "height", "weight")}
        text = chart_text(make_case(thin), ENGLISH)
        assert "; no heart failure risk, since body mass index is not known" in text
        assert "AHA PREVENT" not in next((t for t in text.splitlines() if t.startswith("Not computed")), "")
        assert "未计算心力衰竭风险：体重指数未知" in chart_text(make_case(thin), CHINESE)
        large = make_case(thin | {"bmi": 42.0})
        assert "no heart failure risk, since body mass index is outside 18.5 to below 40 kg/m²" in chart_text(
            large, ENGLISH
        )
        assert "体重指数不在18.5（含）至40（不含）kg/m²之间" in chart_text(large, CHINESE)

    def test_no_line_is_empty_or_has_markup(self, case):
        for language in Language:
            lines = chart_text(case, language).splitlines()
            assert all(line.strip() for line in lines)
            assert not re.search(r"[<{}*_]", "\n".join(lines))

    def test_the_same_patient_has_the_same_text(self, make_case):
        assert chart_text(make_case(WOMAN), CHINESE) == chart_text(make_case(WOMAN), CHINESE)

    def test_no_english_word_but_names_and_units_stands_in_the_chinese(self, case):
        text = without_names(chart_text(case, CHINESE)).replace("ADA Standards of Care 2025, section 2", "")
        words = set(re.findall(r"[A-Za-z]{2,}", text))
        names = (
            "CareRisk BMI HDL LDL HbA eGFR UACR CRP ST ECG INR AHA PREVENT PCE ASCVD FINDRISC ADA CDC CKD EPI HAS BLED"
        )
        units = "cm kg mmHg mg dL mL min mmol mm"
        assert words - set(names.split()) - set(units.split()) == set()


def line_of(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"- {label}"))


def test_a_range_of_points_is_told_while_facts_of_fibrillation_are_unknown(make_case):
    text = chart_text(make_case(CASES["fibrillation"]), ENGLISH)
    assert re.search(r"CHA₂DS₂-VA: \d to \d points possible; not known: told of heart failure", text)


def test_reasons_are_those_of_the_waterfall_and_at_most_three_each_way(make_case):
    case = make_case(WOMAN)
    steps, decimals = case.steps("cvd_10y")
    line = line_of(chart_text(case, ENGLISH), "Cardiovascular disease in 10 years")
    named = re.findall(r"\(([+−][\d.]+)\)", line)
    ups = [s for s in steps if s.name and s.amount > 0][:3]
    downs = [s for s in steps if s.name and s.amount < 0][:3]
    assert named == [f"{'+' if s.amount > 0 else '−'}{abs(s.amount):.{decimals}f}" for s in (*ups, *downs)]


def test_a_patient_of_whom_nothing_is_estimated_has_no_model_named(make_case):
    text = chart_text(make_case(CASES["pregnant"]), ENGLISH)
    assert "Computed by" not in text
    assert np.isnan([a.risk for a in make_case(CASES["pregnant"]).answers]).all()
