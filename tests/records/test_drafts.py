"""Drafts: of their owner alone, replaced when saved again, gone after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from riskmodels.records import Actor, Database, NotAllowedError, RecordsError, Role, drafts
from riskmodels.records.jobs import now
from riskmodels.records.schema import DraftRow

ANN = Actor("ann", "Ann", frozenset({Role.CARE}))
BEN = Actor("ben", "Ben", frozenset(Role))
CONTENT = {"values": {"age": {"value": 61.0, "unit": "years"}}, "sex": None, "step": 2}


def age(database: Database, hours: float) -> None:
    """Let so many hours pass for the drafts that are there."""
    with database.write() as session:
        session.execute(sa.update(DraftRow).values(saved=now() - timedelta(hours=hours)))


def test_draft_comes_back_as_it_was(database: Database) -> None:
    assert drafts.load(database, ANN, drafts.save(database, ANN, None, CONTENT)) == CONTENT


def test_saved_again_it_is_replaced_under_its_id(database: Database) -> None:
    made = drafts.save(database, ANN, None, CONTENT)
    assert drafts.save(database, ANN, made, {"step": 3}) == made
    assert drafts.load(database, ANN, made) == {"step": 3}


def test_another_person_neither_reads_replaces_nor_removes_it(database: Database) -> None:
    made = drafts.save(database, ANN, None, CONTENT)
    assert drafts.load(database, BEN, made) is None
    other = drafts.save(database, BEN, made, {"step": 9})
    drafts.delete(database, BEN, made)
    assert other != made
    assert drafts.load(database, ANN, made) == CONTENT
    assert drafts.load(database, BEN, other) == {"step": 9}


def test_deleted_draft_is_gone_and_can_be_kept_again(database: Database) -> None:
    made = drafts.save(database, ANN, None, CONTENT)
    drafts.delete(database, ANN, made)
    assert drafts.load(database, ANN, made) is None
    assert drafts.save(database, ANN, made, CONTENT) == made


def test_draft_is_made_under_the_id_that_was_drawn_for_it(database: Database) -> None:
    drawn = drafts.new_id()
    assert drafts.save(database, ANN, drawn, CONTENT) == drawn
    assert drafts.load(database, ANN, drawn) == CONTENT


def test_draft_of_yesterday_is_no_longer_given_and_is_purged(database: Database) -> None:
    old = drafts.save(database, ANN, None, CONTENT)
    age(database, 24.1)
    new = drafts.save(database, ANN, None, CONTENT)
    assert drafts.load(database, ANN, old) is None
    assert drafts.purge(database) == 1
    assert drafts.purge(database) == 0
    assert drafts.load(database, ANN, new) == CONTENT


def test_person_keeps_the_newest_drafts_only(database: Database) -> None:
    made = [drafts.save(database, ANN, None, {"step": step}) for step in range(drafts.MOST + 2)]
    left = [drafts.load(database, ANN, draft) for draft in made]
    assert left == [None, None, *({"step": step} for step in range(2, drafts.MOST + 2))]


@pytest.mark.parametrize(
    ("content", "message"),
    [({"note": "x" * drafts.LARGEST}, "too large"), ({"age": float("nan")}, "cannot be kept"), ({"a": {1}}, "kept")],
    ids=["large", "not a number", "no JSON"],
)
def test_draft_that_cannot_be_kept_is_refused_and_the_former_stays(
    content: dict[str, object], message: str, database: Database
) -> None:
    made = drafts.save(database, ANN, None, CONTENT)
    with pytest.raises(RecordsError, match=message):
        drafts.save(database, ANN, made, content)
    assert drafts.load(database, ANN, made) == CONTENT


def test_person_without_the_role_of_the_care_team_has_no_drafts(database: Database) -> None:
    analyst = Actor("cem", "Cem", frozenset({Role.ANALYST}))
    for act in (
        lambda: drafts.save(database, analyst, None, CONTENT),
        lambda: drafts.load(database, analyst, "x"),
        lambda: drafts.delete(database, analyst, "x"),
    ):
        with pytest.raises(NotAllowedError):
            act()
