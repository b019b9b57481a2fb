"""What is typed and not saved, kept as JSON and read again."""

from __future__ import annotations

import json

from riskmodels.records.facts import Entered
from ui.record.autosave import content_json, content_of
from ui.record.draft import Content, Exact

TOLD = Entered(6.9, "%", "2025-05", "LOINC 4548-4", "measured in dried blood; used knowing that")
TYPED = Content({"hba1c": 6.9}, {"hba1c": Exact(6.9, "%", TOLD)}, {"hba1c": "%"})


def test_date_source_and_note_come_back_with_their_value() -> None:
    again = content_of(json.loads(json.dumps(content_json(TYPED))))
    assert again.entered["hba1c"] == TOLD


def test_what_an_earlier_version_kept_has_no_date() -> None:
    kept = {"fields": {"hba1c": 52.0}, "exact": {"hba1c": [52.0, "mmol/mol", 6.9, "%"]}, "units": {"hba1c": "mmol/mol"}}
    assert content_of(kept).entered["hba1c"] == Entered(6.9, "%")
