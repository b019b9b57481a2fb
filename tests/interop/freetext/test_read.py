"""Lines that people type and reports that they paste, read into facts, doubts and what is left."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.criteria import HOURS_FASTING
from riskmodels.errors import InputError
from riskmodels.interop.freetext.lexicon import lexicon
from riskmodels.interop.freetext.read import LONGEST, read
from riskmodels.interop.freetext.reading import Item, Reading
from riskmodels.scores.inputs import variable_of
from riskmodels.units import Unit, find_unit
from riskmodels.vocabulary import VOCABULARY, Kind
from tests.interop.freetext.cases import ALL, CHINESE, NASTY, REPORTS, Case


def worded(item: Item) -> str:
    """``142 mmHg``, or the word of an answer."""
    variable = variable_of(item.name)
    if variable.kind is Kind.NUMBER:
        return f"{item.value:g} {item.unit}"
    return next(choice.word for choice in variable.choices if choice.code == item.value)


def found(reading: Reading) -> dict[str, str]:
    return {item.name: worded(item) for item in reading.found}


def doubts(reading: Reading) -> dict[str, tuple[str, ...]]:
    return {doubt.name: tuple(map(worded, doubt.options)) for doubt in reading.doubtful}


def si(*names: str) -> dict[str, Unit]:
    """The last unit of each variable: mmol/L, µmol/L, kPa …"""
    return {name: VOCABULARY[name].units[-1] for name in names}


class TestCases:
    @pytest.mark.parametrize("case", ALL, ids=lambda case: case.line[:40])
    def test_line_is_read_as_expected(self, case: Case) -> None:
        reading = read(case.line)
        assert found(reading) == case.found
        assert doubts(reading) == case.doubts
        assert tuple(" ".join(piece.text.split()) for piece in reading.left) == case.left

    @pytest.mark.parametrize("case", ALL, ids=lambda case: case.line[:40])
    def test_everything_is_told_with_its_place(self, case: Case) -> None:
        reading = read(case.line)
        for piece in (*reading.found, *reading.left):
            assert case.line[piece.start : piece.end] == piece.text
        for doubt in reading.doubtful:
            assert case.line[doubt.start : doubt.end] in doubt.text

    def test_cases_are_of_every_kind(self) -> None:
        assert len(ALL) >= 60
        assert len(CHINESE) >= 15
        assert len(REPORTS) >= 8
        assert len(NASTY) >= 10


class TestUnits:
    def test_number_without_unit_is_in_the_unit_of_the_form(self) -> None:
        reading = read("tc 5.9 hdl 1.1 creatinine 82", si("total_cholesterol", "hdl_cholesterol", "creatinine"))
        assert found(reading) == {
            "total_cholesterol": "5.9 mmol/L",
            "hdl_cholesterol": "1.1 mmol/L",
            "creatinine": "82 µmol/L",
        }
        assert not any(item.written for item in reading.found)

    def test_written_unit_beats_that_of_the_form(self) -> None:
        assert found(read("tc 231 mg/dL", si("total_cholesterol"))) == {"total_cholesterol": "231 mg/dL"}

    def test_number_of_the_other_unit_is_asked_with_that_unit(self) -> None:
        assert doubts(read("tc 231 glu 109", si("total_cholesterol", "glucose"))) == {
            "total_cholesterol": ("231 mg/dL",),
            "glucose": ("109 mg/dL",),
        }

    def test_written_unit_in_which_the_value_cannot_be_is_asked(self) -> None:
        reading = read("glucose 6.1 mg/dL")
        assert doubts(reading) == {"glucose": ("6.1 mmol/L",)}

    def test_unusual_value_with_its_unit_written_is_taken(self) -> None:
        assert found(read("weight 176 kg")) == {"weight": "176 kg"}

    def test_unit_in_brackets_and_behind_the_reference_counts(self) -> None:
        assert found(read("Glucose (mmol/L) 6.1")) == {"glucose": "6.1 mmol/L"}
        assert found(read("Glucose 6.1 H 3.9-5.6 mmol/L")) == {"glucose": "6.1 mmol/L"}

    @pytest.mark.parametrize("text", ["kg 5", "weight 88 stone", "creatinine 5 mg/24h"])
    def test_unit_that_is_not_accepted_fills_nothing(self, text: str) -> None:
        assert read(text).found == ()

    def test_canonical_value_of_a_converted_number(self) -> None:
        item = read("hba1c 48 mmol/mol").found[0]
        assert item.canonical == pytest.approx(48 * 0.09148 + 2.152)
        assert find_unit(VOCABULARY["hba1c"].units, item.unit).symbol == "mmol/mol"


class TestFasting:
    def test_fasting_is_the_hours_of_the_criterion_and_says_so(self) -> None:
        reading = read("glu 109 fasting")
        hours = next(item for item in reading.found if item.name == "fasting_hours")
        assert hours.value == HOURS_FASTING
        assert "ADA" in hours.remark

    def test_hours_are_read_where_they_are_told(self) -> None:
        assert found(read("glucose 99 fasted 12 h"))["fasting_hours"] == "12 h"

    @pytest.mark.parametrize("text", ["glucose 140 non-fasting", "not fasting, glucose 140", "glucose 140 random"])
    def test_not_fasting_tells_no_hours(self, text: str) -> None:
        assert found(read(text)) == {"glucose": "140 mg/dL"}


class TestDenied:
    @pytest.mark.parametrize("text", ["no dm or htn", "denies dm, htn or stroke", "否认糖尿病、高血压", "no dm/htn"])
    def test_list_that_is_denied(self, text: str) -> None:
        assert set(found(read(text)).values()) == {"no"}
        assert read(text).doubtful == ()

    @pytest.mark.parametrize(
        "text", ["no dm. htn", "no dm\nhtn", "no dm; htn", "no dm but htn", "no dm, bp 142/86, htn"]
    )
    def test_denial_ends(self, text: str) -> None:
        assert found(read(text))["diabetes"] == "no"
        assert found(read(text))["hypertension"] == "yes"

    def test_one_medicine_that_is_not_taken_does_not_deny_its_class(self) -> None:
        assert doubts(read("not on metformin")) == {"glucose_pills": ("no", "yes")}

    def test_clear_words_settle_what_others_leave_open(self) -> None:
        assert found(read("non-smoker, quit smoking in 2015")) == {"smoking": "former"}

    @pytest.mark.parametrize(
        "text",
        [
            "non-smoker",
            "nonsmoker",
            "Non smoker.",
            "does not smoke",
            "denies tobacco use",
            "denies smoking",
            "smoker: no",
            "smoking: no",
            "smoking: not now",
            "smoking: not now, past unknown",
            "not a current smoker",
            "no tobacco",
            "Nichtraucher",
            "目前不吸烟",
            "smokes: no",
        ],
    )
    def test_who_does_not_smoke_now_may_have_smoked(self, text: str) -> None:
        assert found(read(text)) == {"smoking": "not_now"}
        assert doubts(read(text)) == {}

    @pytest.mark.parametrize("text", ["never smoked", "never smoker", "lifelong non-smoker", "从不吸烟", "Nieraucher"])
    def test_who_never_smoked_is_told_apart(self, text: str) -> None:
        assert found(read(text)) == {"smoking": "never"}

    def test_not_now_and_never_is_never(self) -> None:
        assert found(read("non-smoker, never smoked")) == {"smoking": "never"}

    def test_a_no_that_belongs_to_what_follows_does_not_deny_smoking(self) -> None:
        assert found(read("smoking no diabetes"))["diabetes"] == "no"
        assert found(read("smoking no diabetes")).get("smoking") != "not_now"

    def test_smoker_and_non_smoker_contradict_each_other(self) -> None:
        assert doubts(read("smoker. non-smoker")) == {"smoking": ("current", "not_now")}

    def test_contradicting_words_are_asked(self) -> None:
        assert doubts(read("smoker, never smoked")) == {"smoking": ("current", "never")}


class TestWhoseAndWhen:
    @pytest.mark.parametrize("text", ["previous ldl 160", "last bp 150/90", "father bp 180/100", "mother a1c 9"])
    def test_value_of_another_day_or_person_is_told_and_not_taken(self, text: str) -> None:
        reading = read(text)
        assert (reading.found, reading.doubtful) == ((), ())
        assert reading.left[0].why

    def test_disease_of_a_partner_is_no_family_history(self) -> None:
        assert read("wife has diabetes").found == ()

    def test_kilograms_that_were_lost_are_no_weight(self) -> None:
        assert found(read("lost 30 kg, 88 kg")) == {"weight": "88 kg"}

    def test_value_with_a_question_mark_is_asked(self) -> None:
        assert doubts(read("ldl 130?")) == {"ldl_cholesterol": ("130 mg/dL",)}

    @pytest.mark.parametrize("text", ["room 12 F", "98.6 F", "J. Smith M.D.", "M/W/F dialysis"])
    def test_letter_that_stands_beside_no_age_is_no_sex(self, text: str) -> None:
        assert "sex" not in found(read(text))


class TestMedicine:
    def test_its_name_is_read_by_its_drug_class(self) -> None:
        item = read("on lisinopril").found[0]
        assert (item.name, item.value) == ("bp_medication", 1.0)
        assert "lisinopril" in item.remark

    def test_two_of_one_class_are_one_fact(self) -> None:
        assert found(read("lisinopril 10 mg, amlodipine 5 mg")) == {"bp_medication": "yes"}

    def test_one_that_fits_no_field_is_told_with_the_reason(self) -> None:
        reading = read("on semaglutide")
        assert reading.found == ()
        assert "GLP-1" in reading.left[0].why


class TestLimits:
    def test_empty_text_says_nothing(self) -> None:
        assert read("  \n ") == Reading()

    def test_longer_text_is_refused(self) -> None:
        with pytest.raises(InputError, match="too long"):
            read("a" * (LONGEST + 1))

    def test_longest_text_of_hard_tokens_is_read(self) -> None:
        text = ("cholesterol total hdl " * LONGEST)[:LONGEST]
        assert read(text).found == ()

    def test_nothing_of_the_text_is_in_the_representation(self) -> None:
        reading = read("hdl 41, seen by Smith, tc 5.9")
        assert not re.search("41|Smith|5[.]9", repr(reading))


SIGNS = "()[]:,.;/-+=%?*|~\n，：、；（\u00b5\u2192"
NUMBERS = ("142/86", "5'6\"", "<200", "70-99", "3.5", "1,234", "2026-03-12")
PIECES = st.sampled_from([*lexicon(), *"0123456789", *NUMBERS, "mg/dL", "mmol/L", "kg", *SIGNS, "x" * 40])


class TestAnyText:
    @given(st.lists(PIECES, max_size=40), st.sampled_from(["", " "]))
    @settings(max_examples=200, deadline=None)
    def test_any_words_in_any_order_are_read_without_failing(self, pieces: list[str], between: str) -> None:
        text = between.join(pieces)[:LONGEST]
        reading = read(text)
        names = [item.name for item in reading.found] + [doubt.name for doubt in reading.doubtful]
        assert len(names) == len(set(names))
        assert all(0 <= left.start < left.end <= len(text) for left in reading.left)

    @given(st.text(max_size=200))
    @settings(max_examples=100, deadline=None)
    def test_any_characters_are_read_without_failing(self, text: str) -> None:
        reading = read(text)
        assert all(text[piece.start : piece.end] == piece.text for piece in (*reading.found, *reading.left))

    @given(st.lists(st.floats(0, 1000).map(lambda number: f"{number:.3g}"), min_size=1, max_size=9))
    @settings(max_examples=30, deadline=None)
    def test_numbers_without_a_word_fill_nothing(self, numbers: list[str]) -> None:
        reading = read(" ".join(numbers))
        assert (reading.found, reading.doubtful) == ((), ())
