"""Proposals: variants by pairs and by the generator, distinct and new; ranked only where there is a number."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rdkit import Chem

from riskmodels.molecules.better.candidates import Candidate, Seen, by_generator, by_pairs, flat_smiles
from riskmodels.molecules.better.profile import Goal, Profile, Wish
from riskmodels.molecules.better.propose import Proposals, propose
from riskmodels.molecules.endpoints import FACTOR_XA, HERG
from riskmodels.molecules.pairs.cuts import HYDROGEN
from riskmodels.molecules.pairs.evidence import Change, PairTable
from riskmodels.molecules.structures.structure import standardise
from tests.molecules.fakes import WHY, FakeModels

START = standardise("NCc1ccc2occc2c1")
TABLE = PairTable(
    [
        Change("herg", "c", "*CN", HYDROGEN, 14, 28, -0.8, 0.4),
        Change("factor_xa", "c", "*CN", HYDROGEN, 7, 14, 0.1, 0.4),
        Change("herg", "c", "*CN", "*O", 5, 10, -0.5, 0.4),
        Change("herg", "c", "*C", HYDROGEN, 9, 18, -0.1, 0.4),
    ]
)
#: of the fake models, whose numbers grow with the compound
SMALLER = Profile((Goal(HERG, Wish.LOWER),))
KEPT = Profile((Goal(HERG, Wish.LOWER), Goal(FACTOR_XA, Wish.KEEP, tolerance=0.15)))


class FakeGenerator:
    """Draws the same compounds at every radius: one twice, the start, one that is none, one without a ring."""

    def around(self, mol: Chem.Mol, radius: float, number: int, seed: int) -> list[str]:
        return [
            "Oc1ccccc1",
            "c1ccccc1O",
            Chem.MolToSmiles(mol),
            "C(C)(C)(C)(C)C",
            "[Na]c1ccccc1",
            "CCCCCCO",
            "c1ccccc1",
        ]


@pytest.fixture(autouse=True)
def any_likeness(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small compounds of these tests are hardly like one another."""
    monkeypatch.setattr("riskmodels.molecules.better.propose.LEAST_LIKENESS", 0.0)


def found(profile: Profile = SMALLER, number: int = 30, table: PairTable = TABLE) -> Proposals:
    return propose(START, profile, FakeModels(), FakeGenerator(), table, number)  # type: ignore[arg-type]


class TestVariants:
    def test_each_is_distinct_new_and_of_one_change(self) -> None:
        variants = list(by_pairs(Candidate(START), TABLE, Seen([START])))
        flat = [flat_smiles(each.structure.mol) for each in variants]
        assert len(set(flat)) == len(flat)
        assert flat_smiles(START.mol) not in flat
        assert {"c1ccc2occc2c1", "Oc1ccc2occc2c1"} <= set(flat)
        assert all(len(each.steps) == 1 for each in variants)

    def test_a_change_brings_what_was_seen_at_every_endpoint(self) -> None:
        variants = list(by_pairs(Candidate(START), TABLE, Seen([START])))
        (lost,) = [each for each in variants if each.structure.smiles == "c1ccc2occc2c1"]
        assert {change.endpoint: change.mean for change in lost.steps[0]} == {"herg": -0.8, "factor_xa": 0.1}

    def test_what_was_seen_is_not_made_again(self) -> None:
        seen = Seen([START])
        first = list(by_pairs(Candidate(START), TABLE, seen))
        assert list(by_pairs(Candidate(START), TABLE, seen)) == []
        second = list(by_pairs(first[0], TABLE, seen))
        assert all(each.steps[:1] == first[0].steps and len(each.steps) == 2 for each in second)

    def test_drawn_ones_are_valid_distinct_and_not_the_start(self) -> None:
        drawn = list(by_generator(START, FakeGenerator(), Seen([START]), 50, seed=0))  # type: ignore[arg-type]
        assert [each.structure.smiles for each in drawn] == ["Oc1ccccc1", "CCCCCCO", "c1ccccc1"]
        assert all(each.drawn for each in drawn)

    def test_no_more_are_drawn_than_asked_for(self) -> None:
        assert len(list(by_generator(START, FakeGenerator(), Seen([START]), 2, seed=0))) == 2  # type: ignore[arg-type]


class TestProposals:
    def test_the_best_come_first_and_all_are_better(self) -> None:
        scores = [each.verdict.score for each in found().ranked]
        assert all(score is not None and score > 0 for score in scores)
        assert all((a or 0) >= (b or 0) for a, b in pairwise(scores))

    def test_outside_the_domain_is_shown_and_never_ranked(self) -> None:
        proposals = found()
        assert [each.candidate.structure.smiles for each in proposals.outside] == ["CCCCCCO"]
        assert proposals.outside[0].verdict.score is None
        assert all(not each.verdict.outside for each in proposals.ranked)
        assert {estimate.reason for estimate in proposals.outside[0].estimates} == {WHY}

    def test_what_loses_a_target_is_counted_and_not_proposed(self) -> None:
        kept = found(KEPT)
        assert kept.lost > 0
        assert all(each.verdict.gains[1] == pytest.approx(0, abs=0.15) for each in kept.ranked)

    def test_what_is_drawn_and_unlike_the_start_is_put_aside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("riskmodels.molecules.better.propose.LEAST_LIKENESS", 0.9)
        proposals = found()
        assert proposals.by_generator == 0
        assert proposals.unlike == 3
        assert all(not each.candidate.drawn for each in (*proposals.ranked, *proposals.outside))

    def test_numbers_add_up(self) -> None:
        proposals = found(KEPT, number=1_000)
        assert proposals.met == len(proposals.ranked)
        known = proposals.met + proposals.worse + proposals.lost
        assert known + len(proposals.outside) == proposals.by_changes + proposals.by_generator

    def test_some_of_those_ranked_are_on_the_front(self) -> None:
        assert next(each.front for each in found().ranked)

    def test_each_says_how_hard_and_how_new_it_is(self) -> None:
        for each in found().ranked:
            assert 1 <= each.synthesis <= 10
            assert each.nearest == pytest.approx(0.6)
            assert 0 <= each.likeness < 1

    def test_without_changes_or_draws_nothing_is_found(self) -> None:
        proposals = propose(START, SMALLER, FakeModels(), None, PairTable([]))
        assert (proposals.ranked, proposals.outside, proposals.by_changes) == ((), (), 0)
