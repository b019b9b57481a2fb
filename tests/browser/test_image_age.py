"""The question of age beside the upload of chest films: asked, never presumed, and closed to children."""

from __future__ import annotations

import pytest

from tests.browser.test_image import HEART, as_dicom, choose, choose_model, film, photo  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

QUESTION = "Age of the person on the film (of everyone, for several films)"


def answer(page, said: str) -> None:
    page.get_by_role("combobox", name=QUESTION).click()
    page.get_by_role("option", name=said).click()


def refused(page, words: str) -> None:
    page.get_by_role("heading", name="No reading of this picture").wait_for()
    page.locator(".cr-refusal, main").get_by_text(words).first.wait_for()
    assert page.locator(".cr-finding").count() == 0


def test_question_appears_for_the_heart_only(open_page):
    page = open_page("/Image")
    page.get_by_role("button", name="Try a sample").wait_for()
    assert page.get_by_role("combobox", name=QUESTION).count() == 0
    choose_model(page, HEART)
    page.get_by_role("combobox", name=QUESTION).wait_for()


def test_film_is_measured_only_after_the_answer_that_it_is_an_adults(open_page, film):  # noqa: F811
    page = open_page("/Image")
    choose_model(page, HEART)
    choose(page, film)
    refused(page, "The file does not say how old the person is")
    answer(page, "18 or older")
    page.locator(".cr-finding .cr-numbers b").first.wait_for()
    page.locator("img[alt*='The heart is']").wait_for()


def test_child_is_refused(open_page, film):  # noqa: F811
    page = open_page("/Image")
    choose_model(page, HEART)
    answer(page, "Under 18")
    choose(page, film)
    refused(page, "The person is under 18, as was answered")


def test_age_in_a_dicom_file_needs_no_answer_and_refuses_a_child(open_page, film, tmp_path):  # noqa: F811
    page = open_page("/Image")
    choose_model(page, HEART)
    choose(page, as_dicom(film, tmp_path / "child.dcm", age="009Y"))
    refused(page, "the person was 9 years old")


def test_answer_holds_for_its_films_only_and_for_all_of_a_batch(open_page, film, tmp_path):  # noqa: F811
    page = open_page("/Image")
    choose_model(page, HEART)
    second = tmp_path / "second.jpg"
    second.write_bytes(film.read_bytes() + b" ")
    choose(page, film)
    answer(page, "18 or older")
    page.locator(".cr-finding .cr-numbers b").first.wait_for()
    choose(page, second)
    page.get_by_text("2 checked = 0 with a reading + 2 refused").wait_for()
    answer(page, "18 or older")
    page.get_by_text("2 checked = 2 with a reading + 0 refused").wait_for()
