"""Files as hospitals and studies export them, each from upload to report, in a real browser."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.browser.test_cohort import choose, choose_option

pytestmark = pytest.mark.browser

PEOPLE = 240
TAKEN = date(2024, 5, 1)


def people() -> Iterator[tuple[random.Random, int, int, bool]]:
    """Invented people: what draws their values, their number, age, and whether something happened to them."""
    draw = random.Random(7)
    for number in range(PEOPLE):
        age = draw.randint(35, 78)
        yield draw, number, age, draw.random() < (age - 25) / 110


def score(page, rows: int) -> None:
    page.get_by_role("button", name=f"Score {rows} rows").click()
    page.get_by_text(f"{rows} read =").wait_for()


def report(page, answered, settle, column: str, cells: dict[str, str]) -> None:
    """Choose the outcome, answer what its cells mean, and make the report."""
    page.get_by_role("tab", name="Report").click()
    settle(page)
    option = page.get_by_role("option", name=column, exact=True)
    page.get_by_role("combobox", name="Outcome column: what happened").click()
    with answered(page):
        option.or_(page.get_by_role("option", name=f"{column} · an outcome of this file", exact=True)).click()
    for cell, meaning in cells.items():
        with answered(page):
            page.get_by_role("radiogroup", name=f"“{cell}”").get_by_text(meaning, exact=True).click()
    page.get_by_text("with a known outcome").wait_for()
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("heading", name="Calibration", exact=True).wait_for()
    assert page.get_by_text("Traceback").count() == 0


def test_redcap_export_with_boxes_to_tick(open_page, answered, settle, tmp_path: Path) -> None:
    lines = ["record_id,redcap_event_name,age,sex,smoke___1,smoke___2,smoke___3,sbp,dbp,chol,hdl,diabetes,died"]
    for draw, number, age, died in people():
        smoke = [0, 0, 0]
        smoke[draw.randrange(3)] = 1
        values = f"{draw.randint(105, 170)},{draw.randint(60, 95)},{draw.randint(150, 260)},{draw.randint(35, 75)}"
        boxes = ",".join(map(str, smoke))
        lines.append(f"R{number},baseline_arm_1,{age},{1 + number % 2},{boxes},{values},{number % 2},{2 - died}")
    path = tmp_path / "redcap.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    page = open_page("/Cohort")
    choose(page, path)
    assert page.get_by_role("button", name=f"Score {PEOPLE} rows").is_disabled()
    page.get_by_text("are boxes to tick of one question").wait_for()
    for place, answer in enumerate(("never", "former smoker", "current smoker"), start=1):
        settle(page)
        choose_option(page, answered, re.compile(f"^smoke.*{place}$"), answer)
    for code, word in (("1", "male"), ("2", "female")):
        with answered(page):
            page.get_by_role("radiogroup", name=f"What does “{code}” mean in “sex”").get_by_text(
                word, exact=True
            ).click()
    page.get_by_text("All questions are answered.", exact=True).wait_for()
    score(page, PEOPLE)
    report(page, answered, settle, "died", {"1": "It happened", "2": "It did not happen"})


def test_german_file_with_dates_of_birth_and_a_column_of_units(open_page, answered, settle, tmp_path: Path) -> None:
    lines = ["Patientennummer;Geburtsdatum;Geschlecht;Gewicht;Einheit Gewicht;RR;HDL (mmol/l);Infarkt im Verlauf"]
    for draw, number, age, happened in people():
        born = TAKEN - timedelta(days=round(age * 365.25) + 40)
        unit = "kg" if number % 3 else "lb"
        weight = f"{draw.uniform(55, 110) * (1 if unit == 'kg' else 2.2046):.1f}".replace(".", ",")
        pressures, hdl = (
            f"{draw.randint(105, 170)}/{draw.randint(60, 95)}",
            f"{draw.uniform(0.9, 2):.1f}".replace(".", ","),
        )
        yes = "ja" if happened else "nein"
        lines.append(f"P{number};{born:%d.%m.%Y};{'mw'[number % 2]};{weight};{unit};{pressures};{hdl};{yes}")
    path = tmp_path / "praxis.csv"
    path.write_text("\n".join(lines), encoding="cp1252")
    page = open_page("/Cohort")
    choose(page, path)
    page.get_by_test_id("stDateInput").get_by_role("spinbutton").first.click()
    page.keyboard.type(f"{TAKEN:%Y%m%d}")
    with answered(page):
        page.keyboard.press("Escape")
        page.get_by_text("1 question left before scoring").click()
    page.get_by_text("All questions are answered.", exact=True).wait_for()
    assert page.get_by_text("The unit of “Gewicht” is that of “Einheit Gewicht” in each row").count()
    score(page, PEOPLE)
    report(page, answered, settle, "Infarkt im Verlauf", {})


def test_workbook_with_two_rows_of_names(open_page, answered, settle, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Clinic of the valley, export"])
    sheet.append(["Person", None, None, "Laboratory", None, "Follow-up"])
    sheet.append(["id", "age", "sex", "total cholesterol", "HDL", "event"])
    sheet.append([None, "years", None, "mmol/L", "mmol/L", None])
    sheet.merge_cells("A2:C2")
    sheet.merge_cells("D2:E2")
    for draw, number, age, happened in people():
        cholesterol, hdl = round(draw.uniform(3.8, 7.2), 1), round(draw.uniform(0.8, 2.1), 1)
        sheet.append([f"P{number}", age, ("male", "female")[number % 2], cholesterol, hdl, int(happened)])
    path = tmp_path / "clinic.xlsx"
    book.save(path)
    page = open_page("/Cohort")
    choose(page, path)
    page.get_by_role("button", name=f"Score {PEOPLE} rows").wait_for()
    score(page, PEOPLE)
    settle(page)
    page.get_by_role("tab", name="Report").click()
    settle(page)
    page.get_by_role("combobox", name="Outcome column: what happened").click()
    offered = page.get_by_role("option").all_inner_texts()
    name = next(text for text in offered if "event" in text).split(" · ")[0]
    page.keyboard.press("Escape")
    report(page, answered, settle, name, {})


def test_outcome_written_as_one_and_two_is_asked(open_page, answered, settle, tmp_path: Path) -> None:
    lines = ["patient_id,age,sex,bmi,Result"]
    for draw, number, age, happened in people():
        lines.append(f"P{number},{age},{('male', 'female')[number % 2]},{draw.uniform(20, 38):.1f},{2 - happened}")
    path = tmp_path / "plain.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    page = open_page("/Cohort")
    choose(page, path)
    page.get_by_role("button", name=f"Score {PEOPLE} rows").wait_for()
    score(page, PEOPLE)
    report(page, answered, settle, "Result", {"1": "It happened", "2": "It did not happen"})
