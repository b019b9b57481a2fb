"""A site's photos and labels: what can be used, what is left out and said, what is refused."""

from __future__ import annotations

import pytest

from riskmodels.errors import FileError, TrainingError
from riskmodels.imaging.site.photos import LEAST, folder_source, read_labels, see_photos

ROWS = [f"{n}.png,{n % 3}" for n in range(36)]


def labels(*rows: str, header: str = "file,grade") -> bytes:
    return "\n".join([header, *rows]).encode()


class TestLabels:
    def test_grades_by_the_photos_name(self, model):
        told = read_labels(labels("a.png,0", "b.png,2"), model)
        assert told.by_name == {"a.png": 0, "b.png": 2}
        assert told.asked == ""

    def test_a_finding_with_nought_and_one(self, model):
        told = read_labels(labels("a.png;0", "b.png;1", header="File;Severe"), model)
        assert told.asked == "severe"
        assert told.by_name == {"a.png": 0, "b.png": 1}

    def test_grades_win_where_both_are_there(self, model):
        assert read_labels(labels("a.png,1,2", header="file,severe,grade"), model).by_name == {"a.png": 2}

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (labels("a.png,3"), "Row 2: “3” is no grade. Give a whole number from 0 to 2."),
            (labels("a.png,mild"), "Row 2: “mild” is no grade."),
            (labels("a.png,1", "b.png,"), "Row 3: “” is no grade."),
            (labels("a.png,1", "a.png,2"), "Row 3: “a.png” has a row already."),
            (labels(",1"), "Row 2: the file is empty."),
            (labels("a.png,2", header="file,severe"), "Row 2: “2” is no severe. Give a whole number from 0 to 1."),
            (labels("a.png,1", header="file,label"), "There is no column “grade”"),
            (labels("a.png,1", header="photo,grade"), "The column file is missing."),
            (labels("a.png,1,1", header="file,grade,grade"), "The column grade is there twice."),
        ],
    )
    def test_a_row_that_cannot_be_used_is_named(self, model, data, words):
        with pytest.raises(TrainingError) as raised:
            read_labels(data, model)
        assert str(raised.value).startswith(words)

    def test_another_kind_of_file_is_refused(self, model):
        with pytest.raises(FileError):
            read_labels(b"PK\x03\x04" + bytes(100), model)


class TestPhotos:
    def test_all_that_pass_the_checks_are_seen(self, model, folder):
        photos = see_photos(read_labels(labels(*ROWS), model), folder_source(folder(36)), model)
        assert len(photos) == len(photos.seen.logits) == len(photos.seen.described) == 36
        assert list(photos.labels[:4]) == [0, 1, 2, 0]
        assert photos.notes == ()

    def test_absent_unreadable_and_copied_photos_are_left_out_and_counted(self, model, folder):
        place = folder(36)
        (place / "1.png").write_bytes(b"hello, this is a letter\n" * 20)
        (place / "2.png").unlink()
        (place / "4.png").write_bytes((place / "7.png").read_bytes())
        (place / "6.png").write_bytes((place / "8.png").read_bytes())
        photos = see_photos(read_labels(labels(*ROWS), model), folder_source(place), model)
        told = " ".join(photos.notes)
        assert len(photos) == 36 - 1 - 1 - 1 - 2
        assert "1 rows name a photo that is not there." in told
        assert "1 left out: copies of another photo." in told
        assert "2 left out: the same photo with other labels." in told
        assert "text file" in told

    def test_too_few_are_refused_with_how_many_are_needed(self, model, folder):
        told = read_labels(labels(*ROWS[:29]), model)
        with pytest.raises(TrainingError, match=f"29 photos can be used; at least {LEAST} are needed"):
            see_photos(told, folder_source(folder(29)), model)

    def test_photos_of_one_kind_are_refused(self, model, folder):
        told = read_labels(labels(*(f"{n}.png,1" for n in range(36))), model)
        with pytest.raises(TrainingError, match="0 photos show “Severe” and 36 do not; at least 5 of each"):
            see_photos(told, folder_source(folder(36)), model)

    def test_a_name_that_leads_outside_the_folder_is_no_photo(self, folder, tmp_path):
        (tmp_path / "secret.png").write_bytes(b"x")
        assert folder_source(folder(1))("../secret.png") is None

    def test_a_folder_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(TrainingError, match="There is no folder"):
            folder_source(tmp_path / "none")

    def test_work_ends_where_its_progress_raises(self, model, folder):
        def stop(_: float) -> None:
            raise TrainingError("Stopped.")

        with pytest.raises(TrainingError, match=r"Stopped\."):
            see_photos(read_labels(labels(*ROWS), model), folder_source(folder(36)), model, stop)
