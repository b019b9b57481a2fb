"""The handout's words: plain, without orders or medical words, true of what is known, alike in both languages."""

from __future__ import annotations

import re

import pytest

from riskmodels.case_report.language import Language, Words, read_phrases
from riskmodels.case_report.plain import MOST_ACTIONS, MOST_ACTIONS_LARGE, Handout, handout, is_wide
from riskmodels.case_report.topics import CHANGEABLE, SUBJECTS
from riskmodels.outcomes import OUTCOMES
from riskmodels.tabular.model import RiskModel
from riskmodels.vocabulary import VARIABLES
from ui.patient.examples import EXAMPLES

ENGLISH, CHINESE = Language
WOMAN, MAN, CHEST_PAIN = (example.values for example in EXAMPLES)
PREDIABETES = WOMAN | {"hba1c": 5.8, "egfr": 90, "cholesterol_medication": 0, "ldl_cholesterol": 150}
EVERYTHING = CHEST_PAIN | {
    "hba1c": 5.8,
    "egfr": 90,
    "cholesterol_medication": 0,
    "bp_medication": 0,
    "ldl_cholesterol": 150,
    "weight": 110,
    "smoking": 2,
    "physical_activity": 0,
}
CASES = {
    "woman": WOMAN,
    "told of diabetes": MAN,
    "chest pain": CHEST_PAIN,
    "prediabetes": PREDIABETES,
    "everything": EVERYTHING,
    "two tests": WOMAN | {"hba1c": 6.7, "glucose": 131, "fasting_hours": 10},
    "tests that disagree": WOMAN | {"hba1c": 6.7, "glucose": 109, "fasting_hours": 10},
    "pregnant": {"age": 31, "sex": 0, "pregnancy": 1},
    "young": {"age": 24, "sex": 1, "waist": 90},
    "old": {"age": 84, "sex": 1, "systolic_bp": 150},
    "after a stroke": WOMAN | {"stroke": 1},
    "low risk": {"age": 31, "sex": 0, "systolic_bp": 108, "bmi": 21, "smoking": 0, "glucose": 80, "waist": 70},
}
#: medical words and abbreviations that stand on no handout
MEDICAL = (
    "CVD ASCVD BMI SBP HbA1c A1c LDL HDL eGFR UACR ECG CRP mmHg mg/dL mmol logit log-odds odds interval probability "
    "percentage points PREVENT cardiovascular dysglycaemia hypertension glucose cholesterol angiography coronary "
    "ischaemic prediabetes statin metformin estimate outcome NaN death dying die"
).split()


@pytest.fixture(params=CASES)
def case(request, make_case):
    return make_case(CASES[request.param])


def syllables(word: str) -> int:
    """Vowel groups; a last silent e does not count."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1
    return max(1, groups - silent)


def grade(text: str) -> float:
    """Flesch–Kincaid grade (Kincaid 1975): 0.39 words a sentence + 11.8 syllables a word − 15.59."""
    sentences = [part for part in re.split(r"[.!?:]\s", text) if re.search(r"[A-Za-z]", part)]
    words = re.findall(r"[A-Za-z’'-]+|\d[\d,]*", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


class TestReadability:
    def test_the_formula_tells_plain_from_learned(self):
        learned = (
            "Cardiovascular disease prevention necessitates individualised pharmacological intervention alongside "
            "comprehensive behavioural modification."
        )
        assert grade("The cat sat on the mat. It was warm.") < 3
        assert grade(learned) > 15

    def test_a_child_of_twelve_can_read_it(self, case):
        assert grade(handout(case, ENGLISH).text) <= 7

    @pytest.mark.parametrize("key", [k for k in read_phrases("plain") if "." in k or k in {o.name for o in OUTCOMES}])
    def test_no_sentence_is_long(self, key):
        sentences = re.split(r"[.!?:] ", read_phrases("plain")[key]["en"])
        assert max(len(sentence.split()) for sentence in sentences) <= 24

    @pytest.mark.parametrize("word", MEDICAL)
    def test_no_medical_word_or_abbreviation(self, word):
        texts = " ".join(phrase["en"] for phrase in read_phrases("plain").values())
        assert not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", texts, flags=re.I)

    def test_chinese_has_no_latin_letters(self, case):
        assert re.findall(r"[A-Za-z]+", handout(case, CHINESE).text) == []


class TestNumbers:
    def test_a_risk_is_told_of_people_like_the_patient(self, make_case):
        case = make_case(WOMAN)
        count = round(100 * case.answers[0].risk)
        found = handout(case, ENGLISH).sections[0]
        assert found.sentences[0] == f"About {count} of 100 people like you have diabetes and do not know it."
        assert found.figures == count

    def test_in_chinese_too(self, make_case):
        case = make_case(WOMAN)
        count = round(100 * case.answers[0].risk)
        assert handout(case, CHINESE).sections[0].sentences[0] == (
            f"情况与您相似的100人中，约有{count}人患有糖尿病而自己还不知道。"
        )

    def test_those_it_does_not_happen_to_are_told_as_well(self, make_case):
        case = make_case(WOMAN)
        count = round(100 * next(a.risk for a in case.answers if a.outcome.name == "cvd_10y"))
        assert f"About {100 - count} of 100 will not." in handout(case, ENGLISH).text

    def test_every_number_of_one_language_is_in_the_other(self, case):
        english, chinese = (set(re.findall(r"\d+", handout(case, language).text)) for language in Language)
        assert english - {"100"} == chinese - {"100"}

    def test_a_risk_below_one_in_a_hundred_has_no_picture(self, make_case):
        case = make_case(CASES["low risk"])
        heart = next(a for a in case.answers if a.outcome.name == "cvd_10y")
        found = handout(case, ENGLISH).sections[1]
        assert (found.figures is None) == (heart.risk < 0.0095)

    @pytest.mark.parametrize(
        ("low", "high", "wide"), [(0.03, 0.16, True), (0.04, 0.11, False), (0.54, 0.65, False), (0.3, 0.7, True)]
    )
    def test_when_a_range_is_called_wide(self, low, high, wide):
        assert is_wide(low, high) is wide

    def test_a_wide_range_is_said_in_plain_words_once_a_subject(self, case):
        for section in handout(case, ENGLISH).sections:
            assert sum("wide range" in sentence for sentence in section.sentences) <= 1


class TestKnown:
    def test_known_diabetes_is_said_without_a_number(self, make_case):
        found = handout(make_case(MAN), ENGLISH).sections[0]
        assert found.sentences == ("You have diabetes. We know this, so there is nothing to guess.",)
        assert found.figures is None

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            (PREDIABETES, "above normal, but not as high as in diabetes"),
            (CASES["two tests"], "Two blood tests show blood sugar as high as in diabetes"),
            (CASES["tests that disagree"], "Your two blood tests do not say the same"),
            (WOMAN | {"hba1c": 6.7}, "A second test can make sure"),
            (WOMAN | {"hba1c": 5.2}, "not above normal"),
        ],
    )
    def test_what_is_measured_is_said_without_a_number(self, make_case, values, words):
        found = handout(make_case(values), ENGLISH).sections[0]
        assert words in found.sentences[0]
        assert (len(found.sentences), found.figures) == (1, None)
        assert not re.search(r"\d", found.sentences[0])

    def test_an_old_test_is_named_beside_the_number(self, make_case):
        found = handout(make_case(WOMAN | {"hba1c": 5.2}, old={"hba1c": "2025-03"}), ENGLISH).sections[0]
        assert "more than 3 months old" in found.sentences[-1]

    @pytest.mark.parametrize(
        ("name", "section", "words"),
        [
            ("pregnant", 0, "while you are pregnant"),
            ("young", 1, "only from 30 to 79 years"),
            ("old", 1, "only from 30 to 79 years"),
            ("after a stroke", 1, "You have had a stroke."),
        ],
    )
    def test_why_there_is_no_number(self, make_case, name, section, words):
        assert words in handout(make_case(CASES[name]), ENGLISH).sections[section].sentences[0]

    @pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.name)
    def test_every_disease_that_may_be_known_has_its_sentence(self, outcome):
        assert all(f"fact.{name}" in read_phrases("plain") for name in outcome.already)

    def test_nothing_is_said_of_dying(self, case):
        assert not re.search(r"\b(die|dies|dying|death|dead)\b", handout(case, ENGLISH).text)
        assert "死" not in handout(case, CHINESE).text

    def test_chest_pain_is_a_subject_only_where_it_was_asked(self, make_case):
        assert [len(handout(make_case(v), ENGLISH).sections) for v in (WOMAN, CHEST_PAIN)] == [2, 3]
        assert "Call for help at once" in handout(make_case(CHEST_PAIN), ENGLISH).text

    def test_heart_age_is_told_where_it_is_known(self, make_case):
        assert "Your “heart age” is about" in handout(make_case(PREDIABETES), ENGLISH).text
        assert "heart age" not in handout(make_case(WOMAN), ENGLISH).text


def actions(sheet: Handout) -> str:
    return " ".join(sheet.actions.sentences) if sheet.actions else ""


class TestActions:
    def test_whoever_smokes_is_told_of_stopping_first(self, make_case):
        sheet = handout(make_case(MAN), ENGLISH)
        assert sheet.actions is not None
        assert sheet.actions.sentences[0].startswith("Stopping smoking.")

    def test_what_trials_promise_is_told_as_people(self, make_case):
        case = make_case(PREDIABETES)
        benefit = next(b for b in case.benefits if b.trial.name == "dpp_lifestyle")
        count = round(100 * benefit.risk_reduction.value)
        assert f"about {count} fewer of 100 got diabetes within 3 years" in actions(handout(case, ENGLISH))

    def test_what_no_trial_is_for_is_not_promised(self, make_case):
        case = make_case(WOMAN)
        assert not any(b.number_needed for b in case.benefits)
        assert "fewer" not in actions(handout(case, ENGLISH))

    def test_a_test_is_named_while_sugar_is_only_estimated(self, make_case):
        assert "A blood test for sugar." in actions(handout(make_case(WOMAN), ENGLISH))
        assert "A blood test for sugar." not in actions(handout(make_case(PREDIABETES), ENGLISH))

    def test_nobody_thin_is_told_of_weight(self, make_case):
        thin = WOMAN | {"weight": 56, "waist": 100}
        assert "Your weight." not in actions(handout(make_case(thin), ENGLISH))

    def test_nobody_with_a_low_pressure_is_told_to_lower_it(self, make_case):
        low = {"age": 54, "sex": 0, "systolic_bp": 112, "diastolic_bp": 95}
        assert "pressure" not in actions(handout(make_case(low), ENGLISH))

    def test_there_are_only_as_many_as_fit(self, make_case):
        case = make_case(EVERYTHING)
        common, large = (handout(case, ENGLISH, large=large).actions for large in (False, True))
        assert common is not None
        assert large is not None
        assert (len(common.sentences), len(large.sentences)) == (MOST_ACTIONS, MOST_ACTIONS_LARGE)

    def test_a_trial_and_a_reason_do_not_say_the_same_twice(self, make_case):
        told = actions(handout(make_case(EVERYTHING), ENGLISH))
        assert "Your blood pressure and how" not in told
        assert "The fats in your blood and" not in told


class TestSubjects:
    def test_every_input_of_every_model_is_a_subject_or_is_left_out_knowingly(self, models: dict[str, RiskModel]):
        inputs = {name for model in models.values() for name in model.inputs}
        assert inputs - SUBJECTS.keys() == {"fasting_hours"}
        assert SUBJECTS.keys() <= {variable.name for variable in VARIABLES}

    @pytest.mark.parametrize("language", Language)
    def test_every_subject_has_its_words(self, language):
        words = Words(language, "plain")
        assert all(words.say(f"name.{subject}") for subject in SUBJECTS.values())

    def test_every_subject_a_talk_can_change_has_its_action(self):
        assert all(f"act.{topic}" in read_phrases("plain") for topic in CHANGEABLE)

    def test_a_never_smokers_smoking_is_no_reason(self, make_case):
        sheet = handout(make_case(WOMAN), ENGLISH)
        assert sheet.counts is None or "smoking" not in sheet.counts.sentences[0]
