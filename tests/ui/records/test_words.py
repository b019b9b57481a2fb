"""The list of records and the audit trail in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from riskmodels.records import Actor, Role, patients
from riskmodels.records.audit import Event, Problem, Verdict
from riskmodels.records.listing import Listed, Query, Sort
from riskmodels.records.patients import Patient
from ui.audit import words as audit_words
from ui.record import image_study
from ui.records import query as records_query
from ui.records import rows as records_rows

ADMIN = Actor("a" * 32, "Ada", frozenset({Role.ADMIN}))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def patient(label: str = "", deleted: datetime | None = None, age: float | None = 54.6, sex: int | None = 0) -> Patient:
    return Patient("p" * 32, "P-7K3F9", label, sex, age, 2, date(2026, 11, 2), 1, NOW, "local", deleted)


class TestRows:
    def test_a_row_in_words(self) -> None:
        texts = records_rows.listed_texts(Listed(patient("Ward 3"), {"cvd_10y": 0.071}), ["diabetes", "cvd_10y"])
        assert texts == ["Ward 3", "54, female", "2", "2026-11-02", "–", "–", "7.1 %"]

    def test_a_bound_is_told_beside_its_risk(self) -> None:
        row = Listed(patient(), {"cvd_10y": 0.071}, {"cvd_10y": "at least"}, frozenset({"age", "sex"}))
        assert records_rows.listed_texts(row, ["cvd_10y"])[-2:] == ["2 of 11, few", "at least 7.1 %"]

    def test_key_facts_that_are_computed_count_as_known(self) -> None:
        known = {"age", "sex", "weight", "height", "creatinine", "smoking", "waist"}
        assert records_rows.known_text(known) == "5 of 11, few"
        assert records_rows.known_text({*known, "diabetes"}) == "6 of 11"

    def test_age_is_in_completed_years(self) -> None:
        assert records_rows.who_text(patient(age=59.9, sex=1)) == "59, male"

    def test_what_is_not_known_is_left_out(self) -> None:
        assert records_rows.who_text(patient(age=None, sex=None)) == "–"

    @pytest.mark.parametrize(("ago", "left"), [(0, "30 days"), (28.5, "2 days"), (29.5, "1 day"), (31, "0 days")])
    def test_days_left_of_a_deleted_record(self, ago: float, left: str) -> None:
        texts = records_rows.deleted_texts(patient("Ward 3", NOW - timedelta(days=ago)), NOW)
        assert (texts[0], texts[-1]) == ("P-7K3F9 Ward 3", left)

    def test_undo_is_as_long_as_the_records_say(self) -> None:
        assert timedelta(days=30) == patients.UNDO

    @pytest.mark.parametrize("label", ["<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "a & b"])
    def test_a_label_is_escaped(self, label: str) -> None:
        made = records_rows._cells(["Label"], [label])
        assert label not in made
        assert "<img" not in made
        assert "<script" not in made


class TestQuery:
    def test_nothing_is_asked_at_first(self) -> None:
        assert not records_query.asks_anything(Query())
        assert records_query.filter_words(Query()) == []

    @pytest.mark.parametrize(
        "asked",
        [
            Query(text="P-7"),
            Query(sex=0),
            Query(ages=(50, 59)),
            Query(risk_from=0.1),
            Query(seen_from=date(2026, 1, 1)),
            Query(seen_to=date(2026, 1, 1)),
        ],
    )
    def test_a_filter_asks_something(self, asked: Query) -> None:
        assert records_query.asks_anything(asked)

    def test_order_view_outcome_and_page_leave_nothing_out(self) -> None:
        asked = Query(sort=Sort.RISK, descending=False, outcome="diabetes", deleted=True, page=3)
        assert not records_query.asks_anything(asked)

    def test_filters_in_words(self) -> None:
        asked = Query(sex=0, ages=(50, 59), outcome="cvd_10y", risk_from=0.1, seen_from=date(2026, 1, 2))
        assert records_query.filter_words(asked) == [
            "women",
            "50–59 years",
            "heart and vessels 10 % or more",
            "last visit from 2026-01-02",
        ]

    def test_the_searched_text_is_not_repeated(self) -> None:
        assert records_query.filter_words(Query(text="Mustermann")) == []

    def test_a_time_that_ends_before_it_begins_is_seen(self) -> None:
        assert records_query.backwards(Query(seen_from=date(2026, 2, 1), seen_to=date(2026, 1, 1)))
        assert not records_query.backwards(Query(seen_from=date(2026, 1, 1), seen_to=date(2026, 1, 1)))


def event(**changes: object) -> Event:
    values = {"seq": 7, "time": NOW, "actor": "a" * 32, "action": "save", "kind": "image_study", "record_id": "r"}
    return Event(**(values | {"detail": {}, "hash": "h"} | changes))


class TestAuditWords:
    def test_an_event_in_words(self) -> None:
        made = audit_words.event_texts(
            event(detail={"fields": ["glucose", "systolic_bp"], "version": 2}), {"a" * 32: "Ada"}, UTC
        )
        assert made == [
            "7",
            "2026-11-24 12:00:00",
            "Ada",
            "save",
            "image study r",
            "fields: glucose, systolic pressure; version: 2",
        ]

    def test_an_account_without_a_name_is_told_by_its_id(self) -> None:
        assert audit_words.event_texts(event(), {}, UTC)[2] == "account aaaaaaaaaaaa"

    def test_a_whole_chain(self) -> None:
        words = audit_words.verdict_text(Verdict(1204, "h" * 64))
        assert words == "The chain is whole: 1,204 events checked, none changed, moved or missing."

    def test_a_broken_chain_names_the_places(self) -> None:
        broken = Verdict(12, "h", (Problem(3, "changed"),), 1)
        assert audit_words.verdict_text(broken) == "The chain is broken in 1 place: 12 events checked."
        assert audit_words.problem_text(broken.problems[0]) == "Event 3: changed."
        assert "last backup" in audit_words.remedy_text(broken)

    def test_a_chain_without_a_key_says_what_it_does_not_show(self) -> None:
        assert "None of the hashes needs a secret key" in audit_words.remedy_text(Verdict(3, "h"))
        assert "Not every hash needs" in audit_words.remedy_text(Verdict(3, "h", keyed=2))
        assert audit_words.remedy_text(Verdict(3, "h", keyed=3)) == ""


class TestKeptPictures:
    def test_words_of_a_kept_result_with_its_doubt(self) -> None:
        kept = {"words": "Referable retinopathy 4 %.", "caution": "Another camera."}
        assert image_study.finding_words(kept) == "Referable retinopathy 4 %. Another camera."

    def test_a_result_without_words_says_so(self) -> None:
        assert image_study.finding_words({}) == "no words were kept"

    def test_the_model_is_named_by_its_title(self) -> None:
        assert image_study.model_words({"title": "Retina"}, "retina", "v1") == "Retina, v1"
        assert image_study.model_words({}, "retina", "") == "retina"
