"""Positive controls are refused: a measure that calls them harmless measures nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.generated.privacy.card import PrivacyCard, privacy_card
from riskmodels.generated.privacy.controls import jittered
from riskmodels.generated.privacy.neighbours import some
from riskmodels.generated.privacy.space import Space
from tests.generated.people import people

MEMBERS, OTHERS = people(1200, 0), people(1200, 1)
OVERFITTED_ON = 500


def by_heart(few: pd.DataFrame, rows: int, seed: int) -> pd.DataFrame:
    """What a generator that learnt 500 people by heart invents: kernels about them."""
    drawn = few.sample(rows, replace=True, random_state=seed)
    return jittered(drawn, 0.25, seed)


@pytest.fixture(scope="module")
def cards() -> dict[str, PrivacyCard]:
    few = MEMBERS.iloc[some(len(MEMBERS), OVERFITTED_ON, np.random.default_rng(0))]
    return {
        "jittered": privacy_card(jittered(MEMBERS), MEMBERS, OTHERS),
        "overfitted": privacy_card(by_heart(few, 1500, 0), few, OTHERS),
    }


def test_jittered_members_are_refused_for_the_attack(cards: dict[str, PrivacyCard]) -> None:
    card = cards["jittered"]
    assert card.membership.auc.low > 0.9
    assert card.closest.nearer.estimate.low > 0.9
    assert card.refusal is not None
    assert "The limit is 0.52." in card.refusal


def test_a_generator_overfitted_on_500_people_is_refused(cards: dict[str, PrivacyCard]) -> None:
    card = cards["overfitted"]
    assert (card.members, card.invented, card.others) == (OVERFITTED_ON, 1500, 1200)
    assert card.membership.auc.low > 0.6
    assert card.refusal is not None


def test_the_same_kernels_about_others_are_not() -> None:
    people_elsewhere = people(1200, 7)
    assert privacy_card(by_heart(people_elsewhere, 1500, 0), MEMBERS, OTHERS).membership.auc.low < 0.51


def test_a_tenth_of_jittered_members_is_told_at_few_false_alarms() -> None:
    mixed = pd.concat([people(1080, 5), jittered(MEMBERS[:120])])
    card = privacy_card(mixed, MEMBERS, OTHERS)
    assert card.membership.caught.value > card.membership.caught_by_chance
    assert any("some members can be told although the average hides them" in s for s in card.sentences)


def test_jitter_moves_numbers_a_little_and_nothing_else() -> None:
    moved = jittered(MEMBERS)
    assert (moved.isna() == MEMBERS.isna()).all(axis=None)
    for column in ("male", "diabetes", "smoking"):
        assert moved[column].equals(MEMBERS[column])
    space = Space.of(MEMBERS)
    shift = np.sqrt(((space.place(moved) - space.place(MEMBERS)) ** 2).sum(axis=1) / 7)
    assert 0.02 < np.median(shift) < 0.06
    assert (moved.waist != MEMBERS.waist).mean() > 0.9
