"""The privacy card: harmless files pass, leaking ones are refused with the reason and what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.evaluation.bootstrap import Estimate
from riskmodels.generated.privacy.budget import Budget
from riskmodels.generated.privacy.card import PrivacyCard, privacy_card
from riskmodels.generated.privacy.copies import count_copies
from riskmodels.generated.privacy.counted import Share
from riskmodels.generated.privacy.space import Space
from tests.generated.people import people

MEMBERS, OTHERS = people(2500, 10), people(3000, 11)


@pytest.fixture(scope="module")
def harmless() -> PrivacyCard:
    return privacy_card(people(2500, 12), MEMBERS, OTHERS)


@pytest.fixture(scope="module")
def with_copies() -> PrivacyCard:
    copied = MEMBERS[:700].dropna().iloc[:2]
    return privacy_card(pd.concat([people(698, 12), copied]), MEMBERS[:700], OTHERS[:700])


def test_an_independent_draw_passes(harmless: PrivacyCard) -> None:
    assert harmless.refusal is None
    assert harmless.membership.auc.value == pytest.approx(0.5, abs=0.015)
    assert harmless.copies.copies.number == 0
    low, high = harmless.closest.nearer.estimate[1:]
    assert low < 0.5 < high


def test_a_copy_refuses_the_file_and_says_so(with_copies: PrivacyCard) -> None:
    assert with_copies.refusal is not None
    assert with_copies.refusal.startswith("Refused: 2 of 700 invented people are copies of a member")
    assert "What helps: fit again on more people" in with_copies.refusal


def test_an_attack_above_the_limit_refuses_the_file(harmless: PrivacyCard) -> None:
    stronger = replace(harmless.membership, auc=Estimate(0.561, 0.55, 0.572))
    refusal = replace(harmless, membership=stronger).refusal
    assert refusal is not None
    assert "with an AUC of 0.561 (95 % interval of the strongest 0.550 to 0.572)" in refusal
    assert "The limit is 0.52." in refusal
    assert "chance alone" not in refusal


def test_a_refusal_that_chance_may_have_made_says_so_and_how_many_people_would_tell(harmless: PrivacyCard) -> None:
    few = replace(harmless.membership, auc=Estimate(0.53, 0.5, 0.56), by_chance=0.54, refused_by_chance=0.23)
    refusal = replace(harmless, membership=few).refusal
    assert refusal is not None
    assert "chance alone puts 23.0 % of such files above the limit of 0.52." in refusal
    assert "About 4.0 times as many people on both sides would tell leakage from chance." in refusal


def test_at_the_limit_is_not_above_it(harmless: PrivacyCard) -> None:
    at = replace(harmless.membership, auc=Estimate(0.52, 0.51, 0.53))
    assert replace(harmless, membership=at).refusal is None


def test_small_files_are_judged_and_say_how_much_is_chance() -> None:
    card = privacy_card(people(80, 2), MEMBERS[:60], OTHERS[:60])
    assert card.membership.refused_by_chance > 0.25
    assert card.membership.by_chance > 0.55
    assert any("chance alone puts" in sentence for sentence in card.sentences)


def test_a_file_of_one_person_is_judged() -> None:
    row = MEMBERS[:100].dropna().iloc[[0]]
    card = privacy_card(row, MEMBERS[:100], OTHERS[:100])
    assert card.copies.copies == Share(1, 1)
    assert card.refusal is not None


def test_the_card_goes_through_json(harmless: PrivacyCard, with_copies: PrivacyCard) -> None:
    for card in (harmless, with_copies):
        saved = json.loads(json.dumps(card.as_dict(), allow_nan=False))
        assert PrivacyCard.read(saved) == card
        assert saved["refusal"] == card.refusal
        assert saved["sentences"] == list(card.sentences)


def test_a_budget_is_stated_with_what_it_promises(harmless: PrivacyCard) -> None:
    card = replace(harmless, budget=Budget(1.0, 1e-5))
    assert PrivacyCard.read(json.loads(json.dumps(card.as_dict()))) == card
    assert "ε = 1.00 and δ = 1e-05" in card.sentences[-1]
    assert "nobody can guess better than 73 % right" in card.sentences[-1]
    assert "without differential privacy" in harmless.sentences[-1]


def test_a_refusal_cannot_be_edited_away(with_copies: PrivacyCard) -> None:
    saved = {**with_copies.as_dict(), "refusal": None}
    assert PrivacyCard.read(saved).refusal == with_copies.refusal


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"budget": [0, 1]}, {"closest": None}, {"copies": {}}, {"membership": {"attacks": 3}}]
)
def test_what_is_no_card_is_not_read(harmless: PrivacyCard, change: dict[str, object]) -> None:
    with pytest.raises(InputError, match="not a privacy card"):
        PrivacyCard.read({**harmless.as_dict(), **change})


def test_sentences_name_how_many_they_are_of(harmless: PrivacyCard) -> None:
    text = "\n".join(harmless.sentences)
    assert harmless.sentences[0] == (
        "2,500 invented people, 2,500 the generator was fitted on (members), 3,000 others it never saw; 10 columns."
    )
    assert "of 2,500 invented people are nearer to a member than to one of as many others (2,500 each)" in text
    assert "tells 2,500 members from 2,000 others" in text
    assert "0 of 2,500 invented people are copies" in text


def test_the_same_seed_gives_the_same_card() -> None:
    one, again, other = (privacy_card(people(90, 12), MEMBERS[:90], OTHERS[:90], seed) for seed in (1, 1, 2))
    assert one == again != other


def test_too_few_people_are_refused() -> None:
    with pytest.raises(InputError, match="49 people fitted on and 3000 kept apart are too few"):
        privacy_card(people(100, 2), MEMBERS[:49], OTHERS)
    with pytest.raises(InputError, match="Nobody was invented"):
        privacy_card(MEMBERS[:0], MEMBERS, OTHERS)


@pytest.mark.shared_data
def test_half_of_nhanes_gives_nothing_away_of_the_other_half(shared: Path) -> None:
    columns = (
        "age_y male race_eth bmi_kgm2 waist_cm sbp_mmhg dbp_mmhg total_chol_mmol hdl_mmol trig_fasting_mmol "
        "serum_glucose_mmol hba1c_pct htn_told famhist_dm chd_told smoking"
    ).split()
    path = shared / "cohorts/nhanes_adults_1999_2018/nhanes_adults.parquet"
    frame = pd.read_parquet(path, columns=columns).sample(9000, random_state=0)
    invented, members, others = (frame.iloc[i : i + 3000] for i in (0, 3000, 6000))
    card = privacy_card(invented, members, others)
    assert card.refusal is None
    assert card.membership.auc.value < card.membership.by_chance
    assert card.copies.others.number == 0
    leaking = pd.concat([invented[:2700], members[:300]])
    found = count_copies(leaking, members, others, Space.of(members, others))
    assert found.copies.number > 250  # of the rest too little is known
