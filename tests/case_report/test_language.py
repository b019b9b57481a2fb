"""Every name and phrase has its Chinese, and no file holds what nobody says."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

import riskmodels.case_report
from riskmodels.case_report.language import Language, Words, chinese, read_phrases
from riskmodels.case_report.scores import MODEL_WORDS, TOLD, VALUE_LABEL
from riskmodels.outcomes import OUTCOMES
from riskmodels.scores import pce, score2
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.scores.registry import SCORES
from riskmodels.tabular.called import MODEL_LABEL
from riskmodels.units import find_unit
from riskmodels.vocabulary import NO_YES, VARIABLES, VOCABULARY

FOLDER = Path(str(files(riskmodels.case_report)))
HAN = re.compile(r"[\u4e00-\u9fff]")
#: names of scores that Chinese texts write in Latin letters as well
LATIN = {"prevent", "ckd_epi"}
EVERY = [*VARIABLES, *EXTRA_INPUTS.values()]
ENGLISH, CHINESE = Words(Language.ENGLISH), Words(Language.CHINESE)


def fields(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


@pytest.mark.parametrize("variable", EVERY, ids=lambda v: v.name)
def test_every_variable_has_a_chinese_label_of_its_own(variable):
    assert HAN.search(chinese("variable", variable.name))
    assert [v.name for v in EVERY if CHINESE.label(v.name) == CHINESE.label(variable.name)] == [variable.name]


@pytest.mark.parametrize("variable", [v for v in EVERY if v.choices], ids=lambda v: v.name)
def test_every_choice_has_a_chinese_label(variable):
    told = [CHINESE.value(variable.name, choice.code) for choice in variable.choices]
    assert len(set(told)) == len(variable.choices)
    assert all(HAN.search(text) for text in told)


@pytest.mark.parametrize("kind", ["outcome", "short", "definition", "population"])
@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.name)
def test_every_outcome_is_told_in_chinese(outcome, kind):
    assert HAN.search(chinese(kind, outcome.name))


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda o: o.name)
@pytest.mark.parametrize("kind", ["definition", "population"])
def test_its_definition_names_the_same_numbers(outcome, kind):
    english, told = getattr(outcome, kind), chinese(kind, outcome.name)
    assert sorted(re.findall(r"\d[\d.]*", told)) == sorted(set(re.findall(r"\d[\d.]*", english)))


@pytest.mark.parametrize("score", SCORES, ids=lambda s: s.name)
def test_every_score_its_values_and_categories_have_chinese(score):
    assert HAN.search(chinese("score", score.name)) or score.name in LATIN
    categories = [name for bands in score.bands.values() for name in bands.names]
    assert all(HAN.search(chinese("category", name)) for name in categories)
    if score.is_risk:
        values = [f"{score.name}.{name.rpartition('_')[0]}" for name in TOLD.get(score.name, (score.value,))]
        assert all(HAN.search(chinese("value", key)) and VALUE_LABEL[key] for key in values)


@pytest.mark.parametrize(
    "key",
    [
        *MODEL_WORDS,
        *(f"pce.{model}" for model in pce._MODELS),
        *(
            f"score2.{equation}, {region.replace('_', ' ')}-risk region"
            for equation in ("SCORE2", "SCORE2-OP")
            for region in score2.REGIONS
        ),
    ],
)
def test_every_way_a_score_is_computed_has_chinese(key):
    assert HAN.search(chinese("model", key))


@pytest.mark.parametrize("name", MODEL_LABEL)
def test_every_model_has_chinese(name):
    assert HAN.search(chinese("called", name))


def test_yes_and_no_stand_once():
    assert [CHINESE.value("stroke", choice.code) for choice in NO_YES] == ["否", "是"]


@pytest.mark.parametrize("name", ["phrases", "plain"])
def test_a_phrase_has_the_same_parts_in_both_languages(name):
    may_be_left_out = {"people", "low"}  # where Chinese says the same without saying it twice
    odd = {
        key
        for key, of in read_phrases(name).items()
        if of["en"] and (fields(of["en"]) ^ fields(of["zh"])) - may_be_left_out
    }
    assert odd == set()


@pytest.mark.parametrize("name", ["phrases", "plain"])
def test_every_phrase_is_chinese(name):
    # what stands between brackets of another phrase may have no word of its own
    assert [key for key, of in read_phrases(name).items() if not HAN.search(of["zh"]) and not fields(of["zh"])] == []


def test_no_name_stands_twice_in_the_file():
    with (FOLDER / "labels.csv").open(encoding="utf-8") as handle:
        names = [(row["kind"], row["name"]) for row in csv.DictReader(handle)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["phrases", "plain"])
def test_no_phrase_is_left_that_nobody_says(name):
    paths = [*FOLDER.glob("*.py"), FOLDER.parents[1] / "ui" / "patient" / "handout.py"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    unsaid = [key for key in read_phrases(name) if f'"{key}"' not in source and f'"{key.split(".")[0]}.' not in source]
    put_together = {"met", "not_met", "old_met", "old_not_met", "disease_diabetes", "disease_prediabetes"}
    named = {"more", "fewer", *(outcome.name for outcome in OUTCOMES)}
    assert set(unsaid) - put_together - named == set()


def test_a_number_has_its_unit_in_either_language():
    assert ENGLISH.fact("age", 54.0) == "Age 54 years"
    assert CHINESE.fact("age", 54.0) == "年龄54岁"
    mmol = find_unit(VOCABULARY["total_cholesterol"].units, "mmol/L")
    assert CHINESE.fact("total_cholesterol", 231.0, mmol) == "总胆固醇6.0 mmol/L"


def test_a_choice_follows_a_colon():
    assert ENGLISH.fact("smoking", 0.0) == "Smoking: never"
    assert CHINESE.fact("smoking", 0.0) == "吸烟：从不吸烟"


@pytest.mark.parametrize(
    ("english", "told"),
    [
        ("7 %", "7%"),
        ("under 0.01 %", "低于0.01%"),
        ("over 99 %", "高于99%"),
        ("at least 31 %", "至少31%"),
        ("at most over 99 %", "至多高于99%"),
    ],
)
def test_a_percentage_is_worded_in_chinese(english, told):
    assert CHINESE.finished(CHINESE.percent(english)) == told
    assert ENGLISH.percent(english) == english
