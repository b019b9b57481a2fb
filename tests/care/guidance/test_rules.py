"""Every rule has a patient that fires it and one that does not; every text, source and fact that it names is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from riskmodels.care.doses.table import read_medicines
from riskmodels.care.guidance import AREAS, CarePlan, Rule, read_rules
from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.care.guidance.rules import read_sources, worded
from riskmodels.care.rehabilitation.contraindications import SOURCES as CONTRAINDICATIONS
from riskmodels.care.rehabilitation.prescription import SOURCES as PRESCRIPTION
from riskmodels.care.rehabilitation.walk import SOURCES as WALK
from riskmodels.care.rules import METFORMIN_EGFR
from riskmodels.vocabulary import VOCABULARY

TABLE = pd.read_csv(Path(__file__).parent / "rule_cases.csv", dtype=str)
Planned = Callable[[str], CarePlan]
RULES = {rule.name: rule for rule in read_rules()}


def test_every_rule_has_a_case_that_fires_it_and_one_that_does_not() -> None:
    assert list(TABLE["rule"]) == list(RULES)
    assert TABLE.notna().all().all()


def test_there_are_more_than_forty_in_every_area() -> None:
    assert len(RULES) >= 40
    assert {rule.area for rule in RULES.values()} == set(AREAS)


@pytest.mark.parametrize(
    ("rule", "facts"), list(zip(TABLE["rule"], TABLE["fires"], strict=True)), ids=TABLE["rule"].to_list()
)
def test_it_applies(rule: str, facts: str, planned: Planned) -> None:
    (line,) = [line for line in planned(facts).lines if line.rule.name == rule]
    assert line.why, "it says for which facts it applies"


@pytest.mark.parametrize(
    ("rule", "facts"), list(zip(TABLE["rule"], TABLE["silent"], strict=True)), ids=TABLE["rule"].to_list()
)
def test_it_does_not_apply(rule: str, facts: str, planned: Planned) -> None:
    plan = planned(facts)
    assert rule not in [line.rule.name for line in plan.lines]
    assert rule not in [each.name for undecided in plan.undecided for each in undecided.rules], "decided, not open"


@pytest.mark.parametrize("rule", list(RULES.values()), ids=lambda rule: rule.name)
def test_its_facts_words_and_values_are_known(rule: Rule) -> None:
    facts = PatientFacts(pd.Series(dtype=float), {}, {})
    for each in rule.when.comparisons():
        assert each.told == "unknown" or each.limit(facts) == each.limit(facts)
    for text in (rule.what, rule.dose, rule.first, rule.again):
        assert {name for name, _ in re.findall(r"\{(\w+):([\d.]+)\}", text)} <= set(VOCABULARY)
        assert "{" not in worded(text, {})


@pytest.mark.parametrize("rule", list(RULES.values()), ids=lambda rule: rule.name)
def test_it_cites_a_source_and_says_how_strong_it_is(rule: Rule) -> None:
    assert all(source.citation for source in rule.cited)
    assert rule.strength


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.kind == "check"], ids=lambda rule: rule.name)
def test_a_check_is_worded_as_one(rule: Rule) -> None:
    assert rule.what.startswith(("Check", "Before"))


def test_names_are_used_once() -> None:
    assert len(RULES) == len(read_rules())


def test_every_source_is_cited() -> None:
    doses = {medicine.source.name for medicine in read_medicines()}
    used = {name for rule in RULES.values() for name in rule.sources} | doses
    assert used.union(CONTRAINDICATIONS, PRESCRIPTION, WALK) == set(read_sources())


def test_metformin_limits_are_those_of_the_trials_rule() -> None:
    safety = [rule for rule in RULES.values() if "metformin_safety" in rule.groups]
    limits = {each.number for rule in safety for each in rule.when.comparisons() if each.name == "egfr"}
    assert {limit for limit in limits if limit == limit} == set(METFORMIN_EGFR)
