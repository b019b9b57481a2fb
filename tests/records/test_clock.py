"""The machine's clock is set forward and back: the audit trail stays whole and in order, and no draft is lost early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from riskmodels.records import LOCAL, Database, audit, drafts
from riskmodels.records.audit import Action
from riskmodels.records.audit_chain import verify

JUMPS = (timedelta(0), timedelta(days=400), timedelta(hours=-7), timedelta(days=-4000), timedelta(0))


def test_trail_is_whole_and_in_the_order_of_what_happened(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime.now(UTC)

    class Clock(datetime):
        jump = timedelta(0)

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return began + cls.jump

    monkeypatch.setattr(audit, "datetime", Clock)
    for number, jump in enumerate(JUMPS):
        Clock.jump = jump
        audit.record(database, LOCAL, Action.OPEN, "patient", f"p{number}")
    monkeypatch.undo()
    rows = audit.events(database, LOCAL).rows
    assert [row.record_id for row in rows] == [f"p{number}" for number in reversed(range(len(JUMPS)))]
    assert verify(database).ok


@pytest.mark.parametrize("jump", [timedelta(hours=-30), timedelta(hours=23)])
def test_draft_outlives_a_jump_of_less_than_a_day_forward_and_of_any_length_back(
    database: Database, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    made = drafts.save(database, LOCAL, None, {"age": 54})
    monkeypatch.setattr(drafts, "now", lambda: datetime.now(UTC) + jump)
    assert drafts.purge(database) == 0
    assert drafts.load(database, LOCAL, made) == {"age": 54}
